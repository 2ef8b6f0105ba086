/** A UDP socket with promises on a {@link UdpHandle}. */
import { type Endpoint, ZtError } from '@ztkit/types';
import { checkBytes, checkFunction, checkRemote, checkSignal } from './arguments.js';
import { runCallback } from './callback.js';
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

/** A UDP socket. Datagrams wait in the engine (1 MiB, then the newest are dropped) until they are taken. */
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

  /** Where it is bound; the port is the real one. An address `''` means all of the node's addresses. */
  get address(): Endpoint {
    return this.#handle.local;
  }

  /**
   * Sends one datagram. False: the transmit queue was full and it was dropped, as UDP may.
   * @throws ZtError `ERR_ZT_MESSAGE_TOO_BIG`, `ERR_ZT_NETWORK_UNREACHABLE`, `ERR_ZT_CLOSED`
   */
  send(data: Uint8Array | ArrayBufferView | ArrayBuffer, to: Endpoint): boolean {
    return this.#handle.send(checkBytes('data', data), checkRemote('to', to));
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
