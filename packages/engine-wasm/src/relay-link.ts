/** Keeps the stream to the TCP relay that the core wants, and moves bytes (HOST_PROTOCOL.md §11). */
import { ByteReader, readEndpoint } from '@ztkit/engine-codec';
import type { Bridge } from './bridge.js';
import type { Memory } from './memory.js';
import type { RelayStream, RelayStreamFactory } from './transport/relay-stream.js';

/** Copied into the instance at once. */
const MAX_COPY_BYTES = 65_536;

/** What the link needs of its driver. */
export interface RelayHost {
  readonly memory: Memory;
  readonly mono: number;
  readonly wall: number;
  /** After every input. */
  drain(): void;
}

export class RelayLink {
  readonly #core: Bridge;
  readonly #handle: number;
  readonly #host: RelayHost;
  readonly #connect: RelayStreamFactory;
  #stream: RelayStream | undefined;
  #server = '';
  #open = false;
  #referenced = true;

  constructor(core: Bridge, handle: number, host: RelayHost, connect: RelayStreamFactory) {
    this.#core = core;
    this.#handle = handle;
    this.#host = host;
    this.#connect = connect;
  }

  /** Opens, closes and writes as the core wants. True: the core got room and may have more to send. */
  serve(): boolean {
    const { memory } = this.#host;
    const size = this.#core.zt_relay_wanted(this.#handle);
    if (size === 0) {
      this.#end();
      return false;
    }
    const server = readEndpoint(new ByteReader(memory.slice(this.#core.zt_relay_server(this.#handle), size)));
    const name = `${server.address}/${server.port}`;
    if (name !== this.#server) this.#end();
    if (this.#stream === undefined) {
      this.#server = name;
      this.#stream = this.#start(server);
    }
    return this.#open && this.#write();
  }

  #start(server: { address: string; port: number }): RelayStream {
    const { memory } = this.#host;
    const stream = this.#connect(server, {
      onOpen: () => {
        this.#open = true;
        this.#core.zt_relay_opened(this.#handle, this.#host.mono, this.#host.wall);
        this.#host.drain();
      },
      onData: (bytes) => {
        for (let at = 0; at < bytes.length; at += MAX_COPY_BYTES) {
          const piece = bytes.subarray(at, at + MAX_COPY_BYTES);
          const [place = 0] = memory.put(piece);
          this.#core.zt_relay_data(this.#handle, this.#host.mono, this.#host.wall, place, piece.length);
        }
        this.#host.drain();
      },
      onRoom: () => this.#host.drain(),
      onClosed: () => {
        this.#forget();
        this.#core.zt_relay_closed(this.#handle, this.#host.mono, this.#host.wall);
        this.#host.drain();
      },
    });
    if (!this.#referenced) stream.unref();
    return stream;
  }

  #write(): boolean {
    const { memory } = this.#host;
    const size = this.#core.zt_relay_output_size(this.#handle);
    if (size === 0 || this.#stream === undefined || this.#stream.full) return false;
    this.#stream.write(memory.slice(this.#core.zt_relay_output(this.#handle), size));
    this.#core.zt_relay_consumed(this.#handle, size);
    return true;
  }

  /** After the core's shutdown: its last bytes leave, then the stream ends. */
  finish(): void {
    if (this.#open) this.#write();
    this.#end();
  }

  #end(): void {
    this.#stream?.close();
    this.#forget();
  }

  #forget(): void {
    this.#stream = undefined;
    this.#open = false;
  }

  ref(): void {
    this.#referenced = true;
    this.#stream?.ref();
  }

  unref(): void {
    this.#referenced = false;
    this.#stream?.unref();
  }
}
