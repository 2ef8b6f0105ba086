/** A {@link RelayStream} over node:net. */
import { connect, type Socket } from 'node:net';
import type { Endpoint } from '@ztkit/types';
import type { RelayStream, RelayStreamListener } from './relay-stream.js';

/** Bytes that wait in the socket before the node has to; the node itself holds as many. */
const MAX_WAITING_BYTES = 65_536;
/** What a closing stream gets to send its last bytes, in ms. */
const CLOSE_GRACE_MS = 2_000;

class RelaySocket implements RelayStream {
  readonly #socket: Socket;
  #wasFull = false;

  constructor({ address, port }: Endpoint, listener: RelayStreamListener) {
    this.#socket = connect({ host: address, port, noDelay: true });
    this.#socket.on('connect', () => listener.onOpen());
    this.#socket.on('data', (bytes) => listener.onData(bytes));
    this.#socket.on('drain', () => {
      this.#wasFull = false;
      listener.onRoom();
    });
    this.#socket.on('error', () => undefined); // 'close' follows
    this.#socket.on('close', () => listener.onClosed());
  }

  get full(): boolean {
    return this.#wasFull && this.#socket.writableLength >= MAX_WAITING_BYTES;
  }

  write(bytes: Uint8Array): void {
    // The answer false promises a 'drain'.
    if (!this.#socket.write(bytes)) this.#wasFull = true;
  }

  close(): void {
    const socket = this.#socket;
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    if (socket.connecting) {
      socket.destroy();
      return;
    }
    socket.unref();
    socket.setTimeout(CLOSE_GRACE_MS, () => socket.destroy());
    socket.destroySoon();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}

/** Connects by TCP. */
export function connectRelay(server: Endpoint, listener: RelayStreamListener): RelayStream {
  return new RelaySocket(server, listener);
}
