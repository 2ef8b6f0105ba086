/** One node in one instance, as a {@link RawNode}. */
import { eventCodes, type RawNode, tellLocalSockets } from '@ztkit/engine-codec';
import { type Endpoint, Event, Status } from '@ztkit/types';
import type { Bridge } from './bridge.js';
import { Driver } from './driver.js';
import type { Memory } from './memory.js';
import type { Transport } from './transport/transport.js';

/** Copied into the instance at once; larger buffers go in pieces. */
const MAX_COPY_BYTES = 256 * 1024;
const ENDPOINTS_BYTES = 64;

/** What a node that was closed answers to every command. */
function closedReply(): Uint8Array {
  return Uint8Array.of(0, 0, 0, Status.CLOSED);
}

export class WasmNode implements RawNode {
  readonly #transport: Transport;
  readonly #handle: number;
  readonly #memory: Memory;
  readonly #driver: Driver;
  #core: Bridge | undefined;
  #closing: Promise<void> | undefined;
  #external: readonly Endpoint[] = [];
  #told = false;

  /** Takes over an instance in which `zt_create` returned `handle`. */
  constructor(core: Bridge, memory: Memory, handle: number, transport: Transport, onEvents: (b: Uint8Array) => void) {
    this.#core = core;
    this.#memory = memory;
    this.#handle = handle;
    this.#transport = transport;
    this.#driver = new Driver(core, memory, handle, transport, (batch) => {
      this.#notice(batch);
      onEvents(batch);
    });
    transport.onChange = () => this.#tellSockets();
    this.#tellSockets();
    this.#driver.touched();
  }

  get bound(): RawNode['bound'] {
    return this.#transport.sockets.map(({ local }) => local);
  }

  setExternalEndpoints(endpoints: readonly Endpoint[]): void {
    this.#external = endpoints;
    this.#tellSockets();
  }

  #tellSockets(): void {
    const { sockets, announced } = this.#transport;
    this.#told = tellLocalSockets(this, sockets, [...announced, ...this.#external]);
  }

  /** What the engine itself has to know of the events. */
  #notice(batch: Uint8Array): void {
    for (const code of eventCodes(batch)) {
      if (code === Event.NODE_UP && !this.#told) this.#tellSockets();
      if (code === Event.NODE_ONLINE) this.#transport.online = true;
      if (code === Event.NODE_OFFLINE) this.#transport.online = false;
    }
  }

  command(request: Uint8Array): Uint8Array {
    if (this.#core === undefined) return closedReply();
    const [at = 0] = this.#memory.put(request);
    const { mono, wall } = this.#driver;
    const size = this.#core.zt_command(this.#handle, mono, wall, at, request.length);
    this.#driver.touched();
    return this.#memory.slice(this.#core.zt_reply(this.#handle), size);
  }

  tcpWrite(socket: number, data: Uint8Array): number {
    let done = 0;
    do {
      if (this.#core === undefined) return -Status.CLOSED;
      const piece = data.subarray(done, done + MAX_COPY_BYTES);
      const [at = 0] = this.#memory.put(piece);
      const { mono, wall } = this.#driver;
      const taken = this.#core.zt_tcp_write(this.#handle, mono, wall, socket, at, piece.length);
      if (taken < 0) return done > 0 ? done : taken;
      done += taken;
      this.#driver.touched();
      if (taken < piece.length) break;
    } while (done < data.length);
    return done;
  }

  tcpRead(socket: number, into: Uint8Array): number {
    if (this.#core === undefined) return -Status.CLOSED;
    const wanted = Math.min(into.length, MAX_COPY_BYTES);
    const at = this.#memory.scratch(wanted);
    const { mono, wall } = this.#driver;
    const size = this.#core.zt_tcp_read(this.#handle, mono, wall, socket, at, wanted);
    if (size > 0) {
      into.set(this.#memory.bytes.subarray(at, at + size));
      this.#driver.touched();
    }
    return size;
  }

  udpSend(socket: number, to: Uint8Array, data: Uint8Array): number {
    if (this.#core === undefined) return -Status.CLOSED;
    const [toAt = 0, dataAt = 0] = this.#memory.put(to, data);
    const { mono, wall } = this.#driver;
    const result = this.#core.zt_udp_send(this.#handle, mono, wall, socket, toAt, to.length, dataAt, data.length);
    this.#driver.touched();
    return result;
  }

  udpReceive(socket: number, into: Uint8Array, endpoints: Uint8Array): number {
    if (this.#core === undefined) return -Status.CLOSED;
    const endpointsAt = this.#memory.scratch(ENDPOINTS_BYTES + into.length);
    const at = endpointsAt + ENDPOINTS_BYTES;
    const { mono, wall } = this.#driver;
    const size = this.#core.zt_udp_receive(this.#handle, mono, wall, socket, at, into.length, endpointsAt);
    if (size < 0) return size;
    const { bytes } = this.#memory;
    into.set(bytes.subarray(at, at + size));
    endpoints.set(bytes.subarray(endpointsAt, endpointsAt + ENDPOINTS_BYTES));
    return size;
  }

  /** The instance's scratch memory grows to the largest batch ever sent: that of the SDK is bounded. */
  framesSend(port: number, records: Uint8Array): number {
    if (this.#core === undefined) return -Status.CLOSED;
    const [at = 0] = this.#memory.put(records);
    const { mono, wall } = this.#driver;
    const taken = this.#core.zt_frames_send(this.#handle, mono, wall, port, at, records.length);
    if (taken > 0) this.#driver.touched();
    return taken;
  }

  framesReceive(port: number, into: Uint8Array): number {
    if (this.#core === undefined) return -Status.CLOSED;
    const wanted = Math.min(into.length, MAX_COPY_BYTES);
    const at = this.#memory.scratch(wanted);
    const { mono, wall } = this.#driver;
    const size = this.#core.zt_frames_receive(this.#handle, mono, wall, port, at, wanted);
    if (size > 0) into.set(this.#memory.bytes.subarray(at, at + size));
    return size;
  }

  ref(): void {
    if (this.#core !== undefined) this.#driver.ref();
  }

  unref(): void {
    if (this.#core !== undefined) this.#driver.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#driver.stop().finally(() => {
      this.#core = undefined;
    });
    return this.#closing;
  }
}
