/** Finds the object an event of a socket belongs to, and ends them all when they can no longer work. */
import {
  codeOfStatus,
  type EngineNode,
  type NetworkId,
  type NodeEvent,
  type SocketHandle,
  ZtError,
} from '@ztkit/types';
import { runCallback } from './callback.js';
import type { OptionPort } from './socket-options.js';

type Having<E, T> = E extends { type: infer Types } ? (Types & T extends never ? never : E) : never;
/** Events that name a socket. */
export type SocketEvent = Having<
  NodeEvent,
  'TCP_CONNECTED' | 'TCP_ACCEPTED' | 'TCP_READABLE' | 'TCP_WRITABLE' | 'TCP_CLOSED' | 'UDP_READABLE' | 'UDP_ERROR'
>;

/** An open socket of ours. */
export interface SocketTarget {
  /** The network it was opened over; `undefined`: all. */
  readonly networkId: NetworkId | undefined;
  onEvent(event: SocketEvent): void;
  /** It can no longer work; called once, and it is not in the table any more. */
  onEnd(error: ZtError): void;
}

/** The open sockets of one node. */
export class SocketTable {
  readonly engine: EngineNode;
  readonly #targets = new Map<SocketHandle, SocketTarget>();
  #closed: ZtError | undefined;

  constructor(engine: EngineNode) {
    this.engine = engine;
  }

  get size(): number {
    return this.#targets.size;
  }

  /** Throws when the node closed. */
  checkOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  add(socket: SocketHandle, target: SocketTarget): void {
    this.#targets.set(socket, target);
  }

  /** Gives the socket up in the engine too. */
  release(socket: SocketHandle): void {
    if (this.#targets.delete(socket)) this.engine.socketClose(socket);
  }

  /** The options of a socket that is open. */
  optionsOf(socket: SocketHandle): OptionPort {
    return {
      set: (option, value) => this.engine.setSocketOption(socket, option, value),
      get: (option) => this.engine.getSocketOption(socket, option),
    };
  }

  dispatch(event: SocketEvent): void {
    const socket = event.type === 'TCP_ACCEPTED' ? event.listener : event.socket;
    const target = this.#targets.get(socket);
    if (target !== undefined) runCallback(() => target.onEvent(event));
    // The listener was closed while the connection came in: nobody else can own it.
    else if (event.type === 'TCP_ACCEPTED') this.engine.tcpAbort(event.socket);
  }

  /** The network was left: its sockets end. */
  endNetwork(networkId: NetworkId): void {
    const error = new ZtError('ERR_ZT_NETWORK_DOWN', `Network ${networkId} was left`);
    for (const [socket, target] of [...this.#targets]) {
      if (target.networkId === networkId) this.#end(socket, target, error);
    }
  }

  /** The node closes: all end. */
  close(error: ZtError): void {
    this.#closed = error;
    for (const [socket, target] of [...this.#targets]) this.#end(socket, target, error);
  }

  #end(socket: SocketHandle, target: SocketTarget, error: ZtError): void {
    this.release(socket);
    runCallback(() => target.onEnd(error));
  }
}

/** The error for a status of the core. */
export function errorOfStatus(status: number, what: string): ZtError {
  return new ZtError(codeOfStatus(status), what);
}
