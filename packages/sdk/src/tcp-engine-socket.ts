/** The engine's TCP sockets as {@link TcpHandle} and {@link TcpListenerHandle}. */
import { type Endpoint, type NetworkId, type SocketHandle, Status, ZtError } from '@ztkit/types';
import { runCallback } from './callback.js';
import type { TcpListenerOption, TcpOption } from './socket-options.js';
import { getOption, type OptionPort, type SocketOptionValues, setOption } from './socket-options.js';
import { errorOfStatus, type SocketEvent, type SocketTable, type SocketTarget } from './socket-table.js';
import type {
  ConnectionInfo,
  TcpHandle,
  TcpHandleState,
  TcpListenerHandle,
  TcpListenerSink,
  TcpSink,
} from './tcp-handle.js';

/** What libuv sets under `setKeepAlive`: a second between ten probes. */
const probeIntervalMs = 1000;
const probeCount = 10;

/** `10.0.0.2:80` or `[fd00::1]:80`. */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a new {@link TcpEngineSocket} is. */
export interface TcpSocketInit {
  socket: SocketHandle;
  networkId: NetworkId | undefined;
  local: Endpoint;
  remote: Endpoint;
  connected: boolean;
}

/** One TCP connection of the engine. */
export class TcpEngineSocket implements TcpHandle, SocketTarget {
  readonly #table: SocketTable;
  readonly #socket: SocketHandle;
  readonly networkId: NetworkId | undefined;
  readonly remote: Endpoint;
  readonly #accepted: boolean;
  #local: Endpoint;
  #state: TcpHandleState;
  #sink: TcpSink | undefined;
  #givenUp = false;
  #shutdown = false;
  #writeCut = false;
  #error: ZtError | undefined;

  constructor(table: SocketTable, init: TcpSocketInit) {
    this.#table = table;
    this.#socket = init.socket;
    this.networkId = init.networkId;
    this.#local = init.local;
    this.remote = init.remote;
    this.#accepted = init.connected;
    this.#state = init.connected ? 'open' : 'connecting';
    table.add(init.socket, this);
  }

  get state(): TcpHandleState {
    return this.#state;
  }

  get local(): Endpoint {
    return this.#local;
  }

  attach(sink: TcpSink): void {
    this.#sink = sink;
    if (this.#state !== 'connecting') queueMicrotask(() => this.#replay(sink));
  }

  /** Tells a new owner what its predecessor, or nobody, was told. */
  #replay(sink: TcpSink): void {
    const ours = () => this.#sink === sink && !this.#givenUp;
    if (ours() && this.#state === 'open' && !this.#accepted) {
      runCallback(() => sink.onConnected?.(this.#local, this.remote));
    }
    if (ours() && this.#error === undefined) runCallback(() => sink.onReadable());
    if (ours() && this.#state === 'open') runCallback(() => sink.onWritable());
    if (ours() && this.#state === 'closed') runCallback(() => sink.onClosed(this.#error));
  }

  readInto(into: Uint8Array): number | undefined {
    if (this.#error !== undefined) throw this.#error;
    if (this.#givenUp) throw this.#closedError();
    if (this.#state === 'connecting') return undefined;
    if (this.#state === 'open') return this.#table.engine.tcpRead(this.#socket, into);
    return this.#readRest(into);
  }

  /** After an orderly end: what is left, then the end of the stream. */
  #readRest(into: Uint8Array): number {
    return this.#table.engine.tcpRead(this.#socket, into) ?? 0;
  }

  write(data: Uint8Array): number {
    if (this.#error !== undefined) throw this.#error;
    if (this.#givenUp) throw this.#closedError();
    if (this.#shutdown || this.#state === 'closed') {
      throw new ZtError('ERR_ZT_BROKEN_PIPE', `Write to ${endpointText(this.remote)} after the end`);
    }
    if (this.#state === 'connecting') {
      this.#writeCut = data.length > 0;
      return 0;
    }
    return data.length === 0 ? 0 : this.#table.engine.tcpWrite(this.#socket, data);
  }

  shutdown(): void {
    if (this.#shutdown || this.#givenUp || this.#state === 'closed') return;
    this.#shutdown = true;
    if (this.#state === 'open') this.#table.engine.tcpShutdown(this.#socket);
  }

  abort(): void {
    if (this.#givenUp) return;
    if (this.#state !== 'closed') this.#table.engine.tcpAbort(this.#socket);
    this.close();
  }

  close(): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    this.#state = 'closed';
    this.#sink = undefined;
    this.#table.release(this.#socket);
  }

  setNoDelay(on: boolean): void {
    if (!this.#givenUp && this.#state !== 'closed') this.setOption('TCP_NODELAY', on);
  }

  setKeepAlive(idleMs: number): void {
    if (this.#givenUp || this.#state === 'closed') return;
    if (idleMs > 0) {
      this.setOption('TCP_KEEPIDLE', idleMs);
      this.setOption('TCP_KEEPINTVL', probeIntervalMs);
      this.setOption('TCP_KEEPCNT', probeCount);
    }
    this.setOption('SO_KEEPALIVE', idleMs > 0);
  }

  setOption<K extends TcpOption>(name: K, value: SocketOptionValues[K]): void {
    setOption(this.#options(), 'tcp', name, value);
  }

  getOption<K extends TcpOption>(name: K): SocketOptionValues[K] {
    return getOption(this.#options(), 'tcp', name);
  }

  info(): ConnectionInfo | undefined {
    if (this.#givenUp || this.#error !== undefined) return undefined;
    const socket = this.#table.engine.socketInfo(this.#socket);
    const tcp = this.#table.engine.tcpInfo(this.#socket);
    return socket === undefined || tcp === undefined ? undefined : { ...socket, ...tcp };
  }

  #options(): OptionPort {
    if (this.#error !== undefined) throw this.#error;
    if (this.#givenUp) throw this.#closedError();
    return this.#table.optionsOf(this.#socket);
  }

  onEvent(event: SocketEvent): void {
    if (this.#givenUp) return;
    switch (event.type) {
      case 'TCP_CONNECTED':
        this.#connected(event.local);
        return;
      case 'TCP_READABLE':
        this.#sink?.onReadable();
        return;
      case 'TCP_WRITABLE':
        this.#sink?.onWritable();
        return;
      case 'TCP_CLOSED':
        this.#closed(event.status);
        return;
    }
  }

  onEnd(error: ZtError): void {
    if (this.#givenUp || this.#error !== undefined) return;
    const wasClosed = this.#state === 'closed';
    this.#state = 'closed';
    this.#error = error;
    if (!wasClosed) this.#sink?.onClosed(error);
  }

  #connected(local: Endpoint): void {
    this.#state = 'open';
    this.#local = local;
    // A shutdown asked for while connecting.
    if (this.#shutdown) this.#table.engine.tcpShutdown(this.#socket);
    const sink = this.#sink;
    runCallback(() => sink?.onConnected?.(local, this.remote));
    if (!this.#writeCut || this.#givenUp) return;
    this.#writeCut = false;
    runCallback(() => this.#sink?.onWritable());
  }

  #closed(status: number): void {
    if (this.#state === 'closed') return;
    const connecting = this.#state === 'connecting';
    this.#state = 'closed';
    if (connecting || status !== Status.OK) {
      const code = status === Status.OK ? Status.CONNECTION_ABORTED : status;
      const what = connecting ? `Could not connect to ${endpointText(this.remote)}` : 'The connection ended';
      this.#error = errorOfStatus(code, connecting ? what : `${what} (peer ${endpointText(this.remote)})`);
      this.#table.release(this.#socket);
    }
    this.#sink?.onClosed(this.#error);
  }

  #closedError(): ZtError {
    return new ZtError('ERR_ZT_CLOSED', `The connection to ${endpointText(this.remote)} was closed`);
  }
}

/** A listener of the engine. */
export class TcpEngineListener implements TcpListenerHandle, SocketTarget {
  readonly networkId: NetworkId | undefined;
  readonly local: Endpoint;
  readonly #table: SocketTable;
  readonly #socket: SocketHandle;
  #sink: TcpListenerSink | undefined;

  constructor(table: SocketTable, init: Omit<TcpSocketInit, 'remote' | 'connected'>, sink: TcpListenerSink) {
    this.#table = table;
    this.#socket = init.socket;
    this.networkId = init.networkId;
    this.local = init.local;
    this.#sink = sink;
    table.add(init.socket, this);
  }

  setOption<K extends TcpListenerOption>(name: K, value: SocketOptionValues[K]): void {
    setOption(this.#options(), 'listener', name, value);
  }

  getOption<K extends TcpListenerOption>(name: K): SocketOptionValues[K] {
    return getOption(this.#options(), 'listener', name);
  }

  #options(): OptionPort {
    if (this.#sink !== undefined) return this.#table.optionsOf(this.#socket);
    throw new ZtError('ERR_ZT_CLOSED', `The listener on ${endpointText(this.local)} ended`);
  }

  close(): void {
    this.#sink = undefined;
    this.#table.release(this.#socket);
  }

  onEvent(event: SocketEvent): void {
    if (event.type === 'TCP_ACCEPTED') {
      const { socket, networkId, local, remote } = event;
      const handle = new TcpEngineSocket(this.#table, { socket, networkId, local, remote, connected: true });
      this.#sink?.onConnection(handle);
    } else if (event.type === 'TCP_CLOSED') {
      this.#table.release(this.#socket);
      this.onEnd(errorOfStatus(event.status || Status.CLOSED, `The listener on ${endpointText(this.local)} ended`));
    }
  }

  onEnd(error: ZtError): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.onClosed(error);
  }
}
