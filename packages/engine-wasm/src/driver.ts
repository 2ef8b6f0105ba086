/**
 * Runs one instance of the core in the caller's event loop: feeds inputs, drains outputs, keeps one timer to the next
 * deadline. Events are delivered from a task of their own, never from inside a call.
 */
import { ByteWriter, formatIp, writeEndpoint } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';
import { type Bridge, TRANSMIT_RECORD_BYTES } from './bridge.js';
import type { Memory } from './memory.js';
import { RelayLink } from './relay-link.js';
import type { Received, Transport } from './transport/transport.js';

/** Bytes of events taken at once. */
const EVENT_BATCH_BYTES = 256 * 1024;
/** Timers hold 31 bits of milliseconds. */
const MAX_TIMER_MS = 0x7fffffff;
/** Endpoints remembered in text form; a node talks to far fewer at a time. */
const MAX_CACHED_ENDPOINTS = 4096;

const soon: (task: () => void) => void =
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : (task) => void setTimeout(task, 0);

export class Driver {
  readonly memory: Memory;
  readonly #core: Bridge;
  readonly #handle: number;
  readonly #transport: Transport;
  readonly #onEvents: (batch: Uint8Array) => void;
  readonly #inbound = new ByteWriter(65536);
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #relay: RelayLink;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #deliveryPending = false;
  #flushPending = false;
  #referenced = true;
  #stopped = false;

  constructor(core: Bridge, memory: Memory, handle: number, transport: Transport, onEvents: (b: Uint8Array) => void) {
    this.#core = core;
    this.memory = memory;
    this.#handle = handle;
    this.#transport = transport;
    this.#onEvents = onEvents;
    transport.onReceive = (batch) => this.#receive(batch);
    transport.onRoom = () => this.drain();
    this.#relay = new RelayLink(core, handle, this, transport.connectRelay);
  }

  /** The clocks, read for one call. */
  get mono(): number {
    return Math.floor(performance.now());
  }

  get wall(): number {
    return Date.now();
  }

  /** To be called after every call into the core: drains once the caller's code is done. */
  touched(): void {
    if (this.#flushPending || this.#stopped) return;
    this.#flushPending = true;
    queueMicrotask(() => {
      this.#flushPending = false;
      this.drain();
    });
  }

  #receive(batch: readonly Received[]): void {
    if (this.#stopped) return;
    const out = this.#inbound.clear();
    for (const { socket, from, bytes } of batch) {
      out.u32(socket);
      writeEndpoint(out, from);
      out.blob32(bytes);
    }
    const { written } = out;
    const [at = 0] = this.memory.put(written);
    this.#core.zt_datagrams(this.#handle, this.mono, this.wall, at, written.length);
    this.drain();
  }

  /** After every input. */
  drain(): void {
    if (this.#stopped) return;
    do this.#transmit();
    while (this.#relay.serve());
    if (this.#core.zt_has_events(this.#handle) !== 0) this.#scheduleDelivery();
    this.#schedule();
  }

  /** While the transport is full the core keeps its packets; onRoom goes on. */
  #transmit(): void {
    while (!this.#transport.full) {
      const count = this.#core.zt_poll_transmit(this.#handle, this.mono, this.wall);
      if (count === 0) return;
      this.#sendRecords(count);
    }
  }

  #sendRecords(count: number): void {
    const { view, bytes } = this.memory;
    let at = this.#core.zt_outbound(this.#handle);
    for (let i = 0; i < count; i++, at += TRANSMIT_RECORD_BYTES) {
      const data = view.getUint32(at, true);
      const size = view.getUint32(at + 4, true);
      this.#transport.send({
        socket: view.getInt32(at + 8, true),
        ttl: view.getUint32(at + 12, true),
        to: this.#endpointAt(view, bytes, at + 16),
        bytes: bytes.slice(data, data + size),
      });
    }
  }

  #endpointAt(view: DataView, bytes: Uint8Array, at: number): Endpoint {
    const port = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true) === 4 ? 4 : 16;
    const ip = bytes.subarray(at + 8, at + 8 + size);
    const key = `${ip.join()}/${port}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    if (this.#endpoints.size >= MAX_CACHED_ENDPOINTS) this.#endpoints.clear();
    const endpoint = { address: formatIp(ip.slice()), port };
    this.#endpoints.set(key, endpoint);
    return endpoint;
  }

  #scheduleDelivery(): void {
    if (this.#deliveryPending) return;
    this.#deliveryPending = true;
    soon(() => {
      this.#deliveryPending = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#stopped) {
      const size = this.#core.zt_drain_events(this.#handle, EVENT_BATCH_BYTES);
      if (size === 0) return;
      // A copy: what the application does now may grow the memory under a view.
      this.#onEvents(this.memory.slice(this.#core.zt_events(this.#handle), size));
    }
  }

  #schedule(): void {
    const next = this.#core.zt_next_timeout(this.#handle);
    // An earlier timer is left alone: waking early is safe, and deadlines move away far more often than closer.
    if (next >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    const delay = Math.min(Math.max(0, next - this.mono), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#timeout(), delay);
    if (!this.#referenced) unreference(this.#timer);
  }

  #timeout(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#stopped) return;
    this.#core.zt_timeout(this.#handle, this.mono, this.wall);
    this.drain();
  }

  ref(): void {
    this.#referenced = true;
    this.#transport.ref();
    this.#relay.ref();
    (this.#timer as { ref?(): void } | undefined)?.ref?.();
  }

  unref(): void {
    this.#referenced = false;
    this.#transport.unref();
    this.#relay.unref();
    unreference(this.#timer);
  }

  /** Shuts the node down, sends what is left, delivers the last events. Nothing happens afterwards. */
  async stop(): Promise<void> {
    this.#core.zt_shutdown(this.#handle, this.mono, this.wall);
    this.#transmit();
    this.#relay.finish();
    clearTimeout(this.#timer);
    await new Promise<void>((resolve) => soon(resolve)); // never from inside the caller's close()
    this.#deliver();
    this.#stopped = true;
    await this.#transport.close();
    this.#core.zt_destroy(this.#handle);
  }
}

function unreference(timer: unknown): void {
  (timer as { unref?(): void } | undefined)?.unref?.();
}
