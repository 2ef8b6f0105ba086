/** A UDP socket with promises on a {@link UdpHandle}. */
import { type Endpoint, type NetworkId, parseNetworkId, ZtError } from '@ztkit/types';
import { checkBytes, checkFunction, checkGroup, checkObject, checkRemote, checkSignal } from './arguments.js';
import { runCallback } from './callback.js';
import type { SocketOptionValues, UdpOption } from './socket-options.js';
import type { SocketPort, UdpHandle, UdpOpenOptions } from './tcp-handle.js';
import { WaitList } from './waiting.js';

/** Larger than any UDP datagram; receiving is synchronous and copied out, so one serves all sockets. */
const scratch = new Uint8Array(65_536);

/** A received datagram. */
export interface Datagram {
  data: Uint8Array;
  from: Endpoint;
  /** Which of our addresses it was sent to (a multicast or broadcast address for such datagrams). */
  to: Endpoint;
}

/** Options of `network.udp()`. */
export interface UdpOptions extends UdpOpenOptions {
  /** Told about ICMP errors for datagrams that were sent; the socket stays usable. */
  onError?: (error: ZtError, remote: Endpoint) => void;
  /** Closes the socket when it aborts. */
  signal?: AbortSignal;
}

/** A UDP socket. Datagrams wait in the engine (1 MiB or `SO_RCVBUF`, then the newest are dropped) until they are taken. */
export class UdpSocket implements AsyncIterable<Datagram> {
  readonly #handle: UdpHandle;
  readonly #waiting = new WaitList<void>();
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#end(this.#signal?.reason);
  #ended: { reason: unknown } | undefined;

  /** Applications call `network.udp()`. */
  constructor(port: SocketPort, options: UdpOptions = {}) {
    this.#signal = checkSignal(options.signal);
    const { onError } = options;
    if (onError !== undefined) checkFunction('onError', onError);
    this.#handle = port.openUdp(options, {
      onReadable: () => this.#waiting.resolveAll(),
      onError: (error, remote) => runCallback(() => onError?.(error, remote)),
      onClosed: (error) => this.#end(error),
    });
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * Where it is bound; the port is the real one. An address `''` means all of the node's addresses; while connected it
   * is the one that reaches the peer.
   */
  get address(): Endpoint {
    return this.#handle.local;
  }

  /** The peer while connected. */
  get remoteEndpoint(): Endpoint | undefined {
    return this.#handle.remote;
  }

  /**
   * Sends one datagram; without `to` to the connected peer. False: the transmit queue was full and it was dropped, as
   * UDP may.
   * @throws ZtError `ERR_ZT_MESSAGE_TOO_BIG`, `ERR_ZT_NETWORK_UNREACHABLE`, `ERR_ZT_NOT_CONNECTED`,
   * `ERR_ZT_ALREADY_CONNECTED` (another address than the peer's), `ERR_ZT_ACCESS_DENIED` (broadcast without
   * `SO_BROADCAST`), `ERR_ZT_CLOSED`
   */
  send(data: Uint8Array | ArrayBufferView | ArrayBuffer, to?: Endpoint): boolean {
    return this.#handle.send(checkBytes('data', data), to === undefined ? undefined : checkRemote('to', to));
  }

  /**
   * Fixes the peer: only its datagrams are received, only errors about it are told to `onError`. Nothing is sent. Datagrams
   * that wait already stay. May be called again for another peer.
   * @throws ZtError `ERR_ZT_NETWORK_UNREACHABLE`, `ERR_ZT_CLOSED`
   */
  connect(remote: Endpoint): void {
    this.#handle.connect(checkRemote('remote', remote));
  }

  /** Any peer again. */
  disconnect(): void {
    this.#handle.connect(undefined);
  }

  /**
   * Hears a multicast group from now on; the network delivers it to this node while a socket is in it. On the socket's
   * network; for sockets over all networks on `options.networkId`, by default the first one that has the family.
   * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_ALREADY_EXISTS`, `ERR_ZT_NOT_FOUND` (no such network),
   * `ERR_ZT_LIMIT_REACHED`, `ERR_ZT_CLOSED`
   */
  join(group: string, options: { networkId?: string } = {}): void {
    this.#handle.join(checkGroup('group', group), networkOf(options));
  }

  /** Leaves a group. `ERR_ZT_NOT_FOUND` when the socket is not in it. Closing leaves all. */
  leave(group: string, options: { networkId?: string } = {}): void {
    this.#handle.leave(checkGroup('group', group), networkOf(options));
  }

  /** Sets a socket option by its BSD name, e.g. `setOption('IP_TOS', 0xb8)`. */
  setOption<K extends UdpOption>(name: K, value: SocketOptionValues[K]): void {
    this.#handle.setOption(name, value);
  }

  /** What is in force. */
  getOption<K extends UdpOption>(name: K): SocketOptionValues[K] {
    return this.#handle.getOption(name);
  }

  /** As in `node:dgram`: TTL or hop limit of what goes to one host, 1..255. */
  setTTL(ttl: number): void {
    this.setOption('IP_TTL', ttl);
  }

  /** As in `node:dgram`: TTL or hop limit of what goes to groups, 0..255. */
  setMulticastTTL(ttl: number): void {
    this.setOption('IP_MULTICAST_TTL', ttl);
  }

  /** As in `node:dgram`: whether sockets of this node hear what this one sends to a group. */
  setMulticastLoopback(flag: boolean): void {
    this.setOption('IP_MULTICAST_LOOP', flag);
  }

  /** As in `node:dgram`: whether broadcast addresses may be sent to. Default true. */
  setBroadcast(flag: boolean): void {
    this.setOption('SO_BROADCAST', flag);
  }

  /** The next datagram. Rejects with `ERR_ZT_CLOSED` once the socket is closed, or why it ended otherwise. */
  async receive(options: { signal?: AbortSignal } = {}): Promise<Datagram> {
    const signal = checkSignal(options.signal);
    for (;;) {
      if (this.#ended !== undefined) throw this.#ended.reason ?? new ZtError('ERR_ZT_CLOSED', 'The socket is closed');
      const datagram = this.#take();
      if (datagram !== undefined) return datagram;
      await this.#waiting.wait(signal);
    }
  }

  /** Datagrams until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram, void, undefined> {
    for (;;) {
      if (this.#ended !== undefined) {
        if (this.#ended.reason !== undefined) throw this.#ended.reason;
        return;
      }
      const datagram = this.#take();
      if (datagram === undefined) await this.#waiting.wait();
      else yield datagram;
    }
  }

  /** Idempotent. */
  close(): void {
    this.#end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #take(): Datagram | undefined {
    const received = this.#handle.receiveInto(scratch);
    if (received === undefined) return undefined;
    return { data: scratch.slice(0, received.size), from: received.from, to: received.to };
  }

  #end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#handle.close();
    this.#waiting.resolveAll();
  }
}

function networkOf(options: { networkId?: string }): NetworkId | undefined {
  const { networkId } = checkObject('options', options) as { networkId?: string };
  return networkId === undefined ? undefined : parseNetworkId(networkId);
}
