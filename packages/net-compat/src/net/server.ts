/** `net.Server` over a virtual network. */
import { EventEmitter } from 'node:events';
import { isIPv6 } from 'node:net';
import type { SocketPort, TcpHandle, TcpListenerHandle } from '@ztkit/sdk';
import { stateError, toSystemError } from '../system-errors.js';
import { type ListenOptions, listenArguments } from './arguments.js';
import { Socket, type SocketOptions } from './socket.js';

/** Options of the constructor. */
export interface ServerOptions extends SocketOptions {
  pauseOnConnect?: boolean;
  noDelay?: boolean;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
}

/** Where a server listens. */
export interface AddressInfo {
  address: string;
  family: string;
  port: number;
}

const DEFAULT_BACKLOG = 511; // as in Node

/** Accepts TCP connections with the interface, events and errors of `net.Server`. */
export class Server extends EventEmitter {
  readonly #port: SocketPort;
  readonly #options: ServerOptions;
  readonly #connections = new Set<Socket>();
  #listener: TcpListenerHandle | undefined;
  #address: AddressInfo | undefined;
  #closing = false;
  #forgetSignal = (): void => {};

  /** More connections than this are closed at once and told by `'drop'`. */
  maxConnections: number | undefined;

  constructor(port: SocketPort, options: ServerOptions = {}, onConnection?: (socket: Socket) => void) {
    super();
    this.#port = port;
    this.#options = options;
    if (onConnection !== undefined) this.on('connection', onConnection);
  }

  get listening(): boolean {
    return this.#listener !== undefined;
  }

  /** As `net.Server.listen`: `(options[, cb])` or `([port[, host[, backlog]]][, cb])`. */
  listen(...args: unknown[]): this {
    const { options, callback } = listenArguments(args);
    if (this.listening)
      throw stateError('ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.');
    if (callback !== undefined) this.once('listening', callback);
    try {
      this.#open(options);
      this.#closeOnAbort(options.signal);
      process.nextTick(() => {
        if (this.listening) this.emit('listening');
      });
    } catch (error) {
      const failure = toSystemError(error, 'listen', options.host ?? '::', options.port);
      process.nextTick(() => this.emit('error', failure));
    }
    return this;
  }

  address(): AddressInfo | null {
    return this.#listener === undefined ? null : (this.#address ?? null);
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.#connections.size);
    return this;
  }

  /** Stops accepting; `'close'` follows when the last connection ended. */
  close(callback?: (error?: Error) => void): this {
    if (callback !== undefined) {
      if (this.listening) this.once('close', () => callback());
      else this.once('close', () => callback(stateError('ERR_SERVER_NOT_RUNNING', 'Server is not running.')));
    }
    this.#forgetSignal();
    this.#listener?.close();
    this.#listener = undefined;
    this.#closing = true;
    this.#closeWhenIdle();
    return this;
  }

  /** A server alone keeps no process alive: the node does. Present for compatibility. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.listening && this.#connections.size === 0) return;
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  /** A signal belongs to one `listen`: it must neither be held nor heeded longer than that lasts. */
  #closeOnAbort(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = () => this.close();
    this.#forgetSignal = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) process.nextTick(abort);
    else signal.addEventListener('abort', abort, { once: true });
  }

  #open(options: ListenOptions): void {
    const any = options.host === undefined;
    const listener = this.#port.openTcpListener(
      {
        port: options.port ?? 0,
        backlog: options.backlog ?? DEFAULT_BACKLOG,
        ...(any ? {} : { address: options.host === 'localhost' ? '127.0.0.1' : options.host }),
      },
      {
        onConnection: (handle) => this.#accept(handle),
        onClosed: (error) => {
          this.#listener = undefined;
          // First, because an error nobody listens to is thrown; 'close' is told in a later tick all the same.
          this.close();
          this.emit('error', toSystemError(error, 'accept'));
        },
      },
    );
    this.#closing = false;
    this.#listener = listener;
    const address = listener.local.address || '::';
    this.#address = { address, family: isIPv6(address) ? 'IPv6' : 'IPv4', port: listener.local.port };
  }

  #accept(handle: TcpHandle): void {
    if (this.maxConnections !== undefined && this.#connections.size >= this.maxConnections) {
      const { local, remote } = handle;
      handle.close();
      this.emit('drop', {
        localAddress: local.address,
        localPort: local.port,
        remoteAddress: remote.address,
        remotePort: remote.port,
      });
      return;
    }
    const socket = Socket.accepted(this.#port, handle, this.#options);
    if (this.#options.noDelay === true) socket.setNoDelay(true);
    if (this.#options.keepAlive === true) socket.setKeepAlive(true, this.#options.keepAliveInitialDelay);
    this.#connections.add(socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#closeWhenIdle();
    });
    if (this.#options.pauseOnConnect === true) socket.pause();
    this.emit('connection', socket);
    if (this.#options.pauseOnConnect !== true && socket.readableFlowing !== false) socket.read(0);
  }

  #closeWhenIdle(): void {
    if (!this.#closing || this.#connections.size > 0 || this.#listener !== undefined) return;
    this.#closing = false;
    process.nextTick(() => this.emit('close'));
  }
}
