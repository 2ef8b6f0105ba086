/** A TCP listener as an async iterable of connections. */
import type { Endpoint } from '@ztkit/types';
import { ZtError } from '@ztkit/types';
import { checkSignal } from './arguments.js';
import type { SocketOptionValues, TcpListenerOption } from './socket-options.js';
import { TcpConnection } from './tcp-connection.js';
import type { SocketPort, TcpHandle, TcpListenerHandle, TcpListenOptions } from './tcp-handle.js';
import { WaitList } from './waiting.js';

const defaultBacklog = 128;

/** Options of `network.listen()`. */
export interface ListenOptions extends TcpListenOptions {
  /** Closes the listener when it aborts. */
  signal?: AbortSignal;
}

/** A TCP listener. `for await (const connection of listener)` takes connections until it is closed. */
export class TcpListener implements AsyncIterable<TcpConnection> {
  readonly #handle: TcpListenerHandle;
  readonly #queue: TcpHandle[] = [];
  readonly #waiting = new WaitList<void>();
  readonly #backlog: number;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#end(this.#signal?.reason);
  #ended: { reason: unknown } | undefined;
  #refused = 0;

  /** Applications call `network.listen()`. */
  constructor(port: SocketPort, options: ListenOptions) {
    this.#signal = checkSignal(options?.signal);
    this.#backlog = options?.backlog ?? defaultBacklog;
    this.#handle = port.openTcpListener(options, {
      onConnection: (handle) => this.#onConnection(handle),
      onClosed: (error) => this.#end(error),
    });
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Where it listens; the port is the real one. An address `''` means all of the node's addresses. */
  get address(): Endpoint {
    return this.#handle.local;
  }

  /** Sets an option by its BSD name. Connections that come in later have it from the start. */
  setOption<K extends TcpListenerOption>(name: K, value: SocketOptionValues[K]): void {
    this.#handle.setOption(name, value);
  }

  /** What is in force. */
  getOption<K extends TcpListenerOption>(name: K): SocketOptionValues[K] {
    return this.#handle.getOption(name);
  }

  /** Connections that were reset because `backlog` others waited to be taken. */
  get refused(): number {
    return this.#refused;
  }

  /** The next connection. Rejects with `ERR_ZT_CLOSED` once the listener is closed, or why it ended otherwise. */
  async accept(options: { signal?: AbortSignal } = {}): Promise<TcpConnection> {
    const signal = checkSignal(options.signal);
    for (;;) {
      const handle = this.#queue.shift();
      if (handle !== undefined) return new TcpConnection(handle);
      if (this.#ended !== undefined) throw this.#ended.reason ?? new ZtError('ERR_ZT_CLOSED', 'The listener is closed');
      await this.#waiting.wait(signal);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TcpConnection, void, undefined> {
    for (;;) {
      if (this.#ended !== undefined && this.#queue.length === 0) {
        if (this.#ended.reason !== undefined) throw this.#ended.reason;
        return;
      }
      const handle = this.#queue.shift();
      if (handle === undefined) await this.#waiting.wait();
      else yield new TcpConnection(handle);
    }
  }

  /** Stops listening and resets the connections nobody took. Those that were taken live on. Idempotent. */
  close(): void {
    this.#end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #onConnection(handle: TcpHandle): void {
    if (this.#queue.length >= this.#backlog) {
      this.#refused += 1;
      handle.abort();
      return;
    }
    this.#queue.push(handle);
    this.#waiting.resolveAll();
  }

  #end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#handle.close();
    for (const handle of this.#queue.splice(0)) handle.abort();
    this.#waiting.resolveAll();
  }
}
