/**
 * A TCP connection with Web Streams on a {@link TcpHandle}: pull-driven reading, writing with back-pressure,
 * half-close.
 */
import { type Endpoint, type NetworkId, ZtError } from '@ztkit/types';
import { checkBytes, checkMs } from './arguments.js';
import type { SocketOptionValues, TcpOption } from './socket-options.js';
import type { ConnectionInfo, TcpHandle, TcpSink } from './tcp-handle.js';
import { WaitList } from './waiting.js';

/** Bytes read at once when the other side sends in bulk. */
const bulkChunk = 128 * 1024;
/** Reads are synchronous and copied out, so one scratch serves all connections that trickle. */
const scratch = new Uint8Array(16 * 1024);
/** Idle time before the first probe for `keepAlive: true`. */
export const defaultKeepAliveMs = 60_000;

/** What Node's type declarations leave out of the Streams standard. */
type AbortableController = WritableStreamDefaultController & { readonly signal: AbortSignal };
type ByobController = Omit<ReadableByteStreamController, 'byobRequest'> & {
  readonly byobRequest: { readonly view: Uint8Array | null; respond(bytes: number): void } | null;
};

/** One TCP connection. Made by `network.connect()` or taken from a listener. */
export class TcpConnection {
  /** The handle below the streams. Use it or the streams, not both. */
  readonly raw: TcpHandle;
  /** Bytes from the peer; ends at its FIN. A byte stream: BYOB readers get the bytes without another copy. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer. `close()` sends FIN (half-close), `abort()` sends RST. */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Fulfils when both sides sent FIN and had it acknowledged, or `close()` was called; rejects with a ZtError
   * when the connection broke.
   */
  readonly closed: Promise<void>;

  readonly #readReady = new WaitList<void>();
  readonly #writeReady = new WaitList<void>();
  readonly #end = new WaitList<void>();
  #readController!: ByobController;
  #writeController!: WritableStreamDefaultController;
  #bulk = false;
  #discarding = false;
  #readEnded = false;
  #peerDone = false;

  /** Wraps a handle that is connected. Applications get connections from `connect()` and listeners. */
  constructor(handle: TcpHandle) {
    this.raw = handle;
    this.closed = this.#end.wait();
    this.closed.catch(() => {});
    this.readable = new ReadableStream({
      type: 'bytes',
      start: (controller) => {
        this.#readController = controller as unknown as ByobController;
      },
      pull: () => this.#pull(),
      cancel: () => this.#discard(),
    });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writeController = controller;
        // An abort has to interrupt a write that waits for room; the stream itself would wait for that write first.
        (controller as AbortableController).signal.addEventListener('abort', () => this.#abortFromStream(), {
          once: true,
        });
      },
      write: (chunk) => this.#write(checkBytes('chunk', chunk)),
      close: () => this.raw.shutdown(),
    });
    handle.attach(this.#sink());
  }

  get localEndpoint(): Endpoint {
    return this.raw.local;
  }

  get remoteEndpoint(): Endpoint {
    return this.raw.remote;
  }

  get networkId(): NetworkId | undefined {
    return this.raw.networkId;
  }

  /** Switches Nagle's algorithm off (`true`) or on. */
  setNoDelay(on = true): void {
    this.raw.setNoDelay(on);
  }

  /**
   * `true`: probes after 60 s of silence; a number: that idle time in ms; `false` or 0: none. The connection ends when
   * ten probes, a second apart, stay unanswered.
   */
  setKeepAlive(idle: boolean | number = true): void {
    this.raw.setKeepAlive(keepAliveMs(idle));
  }

  /**
   * Sets a socket option by its BSD name, e.g. `setOption('TCP_USER_TIMEOUT', 30_000)`.
   * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, or what ended the connection
   */
  setOption<K extends TcpOption>(name: K, value: SocketOptionValues[K]): void {
    this.raw.setOption(name, value);
  }

  /** What is in force. */
  getOption<K extends TcpOption>(name: K): SocketOptionValues[K] {
    return this.raw.getOption(name);
  }

  /** State, queues, windows, round trips and counts, as `TCP_INFO` tells them; `undefined` once it is over. */
  info(): ConnectionInfo | undefined {
    return this.raw.info();
  }

  /** Sends RST at once; the streams fail with `ERR_ZT_CONNECTION_ABORTED`. Idempotent. */
  abort(): void {
    this.raw.abort();
    this.#fail(new ZtError('ERR_ZT_CONNECTION_ABORTED', 'The connection was aborted'));
  }

  /**
   * Gives the connection up: FIN after what was written already; unread bytes turn it into RST. To be sure that
   * everything was
   * taken, close `writable` first. Idempotent.
   */
  async close(): Promise<void> {
    this.raw.close();
    this.#end.resolveAll();
    this.#fail(new ZtError('ERR_ZT_CLOSED', 'The connection was closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The stream is erroring by itself: only the rest has to learn of it. */
  #abortFromStream(): void {
    this.raw.abort();
    this.#failReading(new ZtError('ERR_ZT_CONNECTION_ABORTED', 'The connection was aborted'));
  }

  #sink(): TcpSink {
    return {
      onReadable: () => {
        this.#readReady.resolveAll();
        if (this.#discarding) this.#discardNow();
      },
      onWritable: () => this.#writeReady.resolveAll(),
      onClosed: (error) => {
        if (error !== undefined) return this.#fail(error);
        this.#peerDone = true;
        this.#end.resolveAll();
        this.#readReady.resolveAll();
        if (this.#discarding) this.#discardNow();
        this.#finishWhenDone();
      },
    };
  }

  /** Reads once something is there: into the reader's own buffer when it gave one. */
  async #pull(): Promise<void> {
    for (;;) {
      const request = this.#readController.byobRequest;
      const view = request?.view;
      const count = view ? this.raw.readInto(view) : this.#enqueue();
      if (count === 0) return this.#endOfStream();
      if (count !== undefined) {
        if (view) request?.respond(count);
        return;
      }
      await this.#readReady.wait();
      if (this.#discarding) return;
    }
  }

  /** Without a buffer of the reader: a fresh chunk for bulk, a copy out of the scratch for a trickle. */
  #enqueue(): number | undefined {
    const buffer = this.#bulk ? new Uint8Array(bulkChunk) : scratch;
    const count = this.raw.readInto(buffer);
    if (count === undefined || count === 0) return count;
    this.#readController.enqueue(this.#bulk ? buffer.subarray(0, count) : buffer.slice(0, count));
    this.#bulk = count >= scratch.length / 2;
    return count;
  }

  #endOfStream(): void {
    this.#readEnded = true;
    this.#readController.close();
    this.#readController.byobRequest?.respond(0);
    this.#finishWhenDone();
  }

  /** A cancelled reader wants no more: take and forget what comes, so that the peer can finish (as SHUT_RD does). */
  #discard(): void {
    this.#readEnded = true;
    this.#discarding = true;
    this.#discardNow();
    this.#finishWhenDone();
  }

  #discardNow(): void {
    try {
      for (let count: number | undefined = 1; count; ) count = this.raw.readInto(scratch);
    } catch (error) {
      if (!(error instanceof ZtError)) throw error;
      this.#fail(error);
    }
  }

  async #write(data: Uint8Array): Promise<void> {
    let rest = data;
    for (;;) {
      const count = this.raw.write(rest);
      rest = rest.subarray(count);
      if (rest.length === 0) return;
      await this.#writeReady.wait();
    }
  }

  /** Over in order, and everything was read: the handle is of no more use. */
  #finishWhenDone(): void {
    if (this.#peerDone && this.#readEnded) this.raw.close();
  }

  /** Ends everything that waits. The first end of the connection decides; later ones find nothing to do. */
  #fail(error: ZtError): void {
    this.#failReading(error);
    this.#writeController.error(error);
  }

  #failReading(error: ZtError): void {
    this.#end.rejectAll(error);
    this.#readReady.rejectAll(error);
    this.#writeReady.rejectAll(error);
    this.#readController.error(error);
  }
}

/** Idle time in ms of a keep-alive option. */
export function keepAliveMs(idle: boolean | number): number {
  if (typeof idle === 'number') return checkMs('keepAlive', idle);
  return idle ? defaultKeepAliveMs : 0;
}
