/** `net.Socket` over a virtual network: a genuine `stream.Duplex` on a {@link TcpHandle} of the SDK. */
import { isIPv6 } from 'node:net';
import { Duplex } from 'node:stream';
import type { SocketPort, TcpHandle } from '@ztkit/sdk';
import type { ZtError } from '@ztkit/types';
import { stateError, toSystemError } from '../system-errors.js';
import { type ConnectOptions, checkTimeout, connectArguments } from './arguments.js';
import { InactivityTimer, MAX_TIMER_MS } from './inactivity.js';
import { resolveHost } from './lookup.js';
import { ReadSlab } from './read-slab.js';

/** Options of the constructor. */
export interface SocketOptions {
  /** Keep the writing side open when the peer ended its own. Default false. */
  allowHalfOpen?: boolean;
  signal?: AbortSignal;
  readableHighWaterMark?: number;
  writableHighWaterMark?: number;
}

interface PendingWrite {
  /** Bytes of the chunk; the stream counts all of them as waiting until the callback. */
  readonly size: number;
  rest: Uint8Array;
  callback: (error?: Error | null) => void;
}

// What `net.Socket` lets the stream buffer: large enough that a reader at full speed is not paused at every chunk.
const HIGH_WATER_MARK = 64 * 1024;

/** One TCP connection with the interface, events and errors of `net.Socket`. */
export class Socket extends Duplex {
  readonly #port: SocketPort;
  readonly #slab = new ReadSlab();
  readonly #inactivity = new InactivityTimer(() => this.emit('timeout'));
  #handle: TcpHandle | undefined;
  #pending: PendingWrite | undefined;
  #wantsRead = false;
  #noDelay: boolean | undefined;
  #keepAliveMs: number | undefined;

  /** True from `connect` until `'connect'` or `'error'`. */
  connecting = false;
  bytesRead = 0;
  /** Milliseconds last given to {@link setTimeout}; `undefined` before, 0 when switched off. */
  timeout: number | undefined;
  #accepted = 0;

  constructor(port: SocketPort, options: SocketOptions = {}) {
    super({
      allowHalfOpen: options.allowHalfOpen ?? false,
      emitClose: false,
      autoDestroy: true,
      decodeStrings: true,
      readableHighWaterMark: options.readableHighWaterMark ?? HIGH_WATER_MARK,
      writableHighWaterMark: options.writableHighWaterMark ?? HIGH_WATER_MARK,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    this.#port = port;
  }

  /** A socket for a connection that a listener accepted. */
  static accepted(port: SocketPort, handle: TcpHandle, options: SocketOptions): Socket {
    const socket = new Socket(port, options);
    socket.#adopt(handle);
    return socket;
  }

  /** As `net.Socket.connect`: `(options[, cb])` or `(port[, host][, cb])`. */
  connect(...args: unknown[]): this {
    const { options, callback } = connectArguments(args);
    if (this.connecting || this.#handle !== undefined)
      throw stateError('EISCONN', 'The socket is connecting or connected already');
    if (callback !== undefined) this.once('connect', callback);
    this.connecting = true;
    if (options.timeout !== undefined) this.setTimeout(options.timeout);
    if (options.noDelay === true) this.setNoDelay(true);
    if (options.keepAlive === true) this.setKeepAlive(true, options.keepAliveInitialDelay);
    resolveHost(options, (resolved) => {
      if (this.destroyed) return;
      const host = options.host ?? 'localhost';
      if ('error' in resolved) {
        this.emit('lookup', resolved.error, undefined, undefined, host);
        process.nextTick(() => this.destroy(resolved.error));
        return;
      }
      if (host !== resolved.address) this.emit('lookup', null, resolved.address, resolved.family, host);
      this.#open(options, resolved.address);
    });
    return this;
  }

  get pending(): boolean {
    return this.#handle === undefined || this.connecting;
  }

  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening';
    if (this.#handle === undefined || this.destroyed) return 'closed';
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  get bytesWritten(): number {
    const pending = this.#pending;
    return this.#accepted + this.writableLength - (pending === undefined ? 0 : pending.size - pending.rest.length);
  }

  get localAddress(): string | undefined {
    return this.#handle?.local.address || undefined;
  }

  get localPort(): number | undefined {
    return this.#handle?.local.port;
  }

  get localFamily(): string | undefined {
    return familyOf(this.localAddress);
  }

  get remoteAddress(): string | undefined {
    return this.connecting ? undefined : this.#handle?.remote.address;
  }

  get remotePort(): number | undefined {
    return this.connecting ? undefined : this.#handle?.remote.port;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.remoteAddress);
  }

  address(): { address: string; family: string; port: number } | Record<string, never> {
    const { localAddress: address, localPort: port, localFamily: family } = this;
    return address === undefined || port === undefined || family === undefined ? {} : { address, family, port };
  }

  setTimeout(timeoutMs: number, callback?: () => void): this {
    if (this.destroyed) return this;
    this.timeout = checkTimeout(timeoutMs);
    this.#inactivity.set(timeoutMs);
    if (callback !== undefined) {
      if (timeoutMs === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    return this;
  }

  setNoDelay(noDelay = true): this {
    this.#noDelay = noDelay;
    if (!this.pending) this.#handle?.setNoDelay(noDelay);
    return this;
  }

  /** `initialDelay` in ms; below 1 or absent: 7200000, as the system's default. */
  setKeepAlive(enable = false, initialDelay = 0): this {
    const idleMs = initialDelay >= 1 ? Math.min(Math.trunc(initialDelay), MAX_TIMER_MS) : 7_200_000;
    this.#keepAliveMs = enable ? idleMs : 0;
    if (!this.pending) this.#handle?.setKeepAlive(this.#keepAliveMs);
    return this;
  }

  /** A socket alone keeps no process alive: the node does. Present for compatibility. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Ends the writing side and destroys the socket once everything is written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Closes with RST instead of FIN. */
  resetAndDestroy(): this {
    if (this.#handle === undefined) {
      this.destroy(stateError('ERR_SOCKET_CLOSED', 'Socket is closed'));
      return this;
    }
    this.#handle.abort();
    return this.destroy();
  }

  override _read(): void {
    this.#wantsRead = true;
    if (!this.connecting) this.#pump();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (!this.connecting && this.#handle === undefined) {
      callback(stateError('ERR_SOCKET_CLOSED', 'Socket is closed'));
      return;
    }
    this.#pending = { size: chunk.length, rest: chunk, callback };
    if (!this.connecting) this.#flush();
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.connecting) {
      this.once('connect', () => this._final(callback));
      return;
    }
    try {
      this.#handle?.shutdown();
      callback();
    } catch (error) {
      callback(toSystemError(error, 'shutdown'));
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.connecting = false;
    this.#inactivity.stop();
    this.#handle?.close();
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.callback(error ?? stateError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'));
    callback(error);
    // Node tells 'close' from the handle's own close callback: after 'error', in a later turn of the event loop.
    setImmediate(() => this.emit('close', error !== null));
  }

  #open(options: ConnectOptions, address: string): void {
    const remote = { address, port: options.port };
    const local: { address?: string; port?: number } = {};
    if (options.localAddress !== undefined) local.address = options.localAddress;
    if (options.localPort !== undefined) local.port = options.localPort;
    try {
      this.#adopt(this.#port.openTcp({ remote, local }));
    } catch (error) {
      process.nextTick(() => this.destroy(toSystemError(error, 'connect', address, options.port)));
    }
  }

  #adopt(handle: TcpHandle): void {
    this.#handle = handle;
    handle.attach({
      onConnected: () => this.#connected(),
      onReadable: () => {
        if (this.#wantsRead) this.#pump();
      },
      onWritable: () => this.#flush(),
      onClosed: (error) => this.#ended(error),
    });
  }

  #connected(): void {
    this.connecting = false;
    this.#inactivity.touch();
    if (this.#noDelay !== undefined) this.#handle?.setNoDelay(this.#noDelay);
    if (this.#keepAliveMs !== undefined) this.#handle?.setKeepAlive(this.#keepAliveMs);
    this.emit('connect');
    this.emit('ready');
    this.#flush();
    if (this.#wantsRead || this.readableFlowing !== false) this.read(0);
  }

  // Reads until the stream has enough or the stack has nothing: back-pressure closes the receive window by itself.
  #pump(): void {
    const handle = this.#handle;
    if (handle === undefined || this.destroyed || this.readableEnded) return;
    try {
      while (this.#wantsRead) {
        const size = handle.readInto(this.#slab.room());
        if (size === undefined) break;
        this.#inactivity.touch();
        if (size === 0) {
          this.#wantsRead = false;
          this.push(null);
          this.read(0); // ends the stream also when nobody consumes it
          return;
        }
        this.bytesRead += size;
        this.#wantsRead = this.push(this.#slab.take(size));
      }
    } catch (error) {
      this.destroy(toSystemError(error, 'read'));
    }
  }

  #flush(): void {
    const pending = this.#pending;
    if (pending === undefined || this.#handle === undefined || this.connecting) return;
    let size: number;
    try {
      size = this.#handle.write(pending.rest);
    } catch (error) {
      this.#pending = undefined;
      pending.callback(toSystemError(error, 'write'));
      return;
    }
    this.#inactivity.touch();
    this.#accepted += size;
    if (size < pending.rest.length) {
      pending.rest = pending.rest.subarray(size);
      return;
    }
    this.#pending = undefined;
    pending.callback();
  }

  #ended(error: ZtError | undefined): void {
    if (error === undefined) {
      if (this.#wantsRead) this.#pump();
      return;
    }
    const remote = this.#handle?.remote;
    if (this.connecting) this.destroy(toSystemError(error, 'connect', remote?.address, remote?.port));
    else this.destroy(toSystemError(error, 'read'));
  }
}

function familyOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return isIPv6(address) ? 'IPv6' : 'IPv4';
}
