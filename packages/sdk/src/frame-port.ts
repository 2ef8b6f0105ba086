/** Raw Ethernet frames of a network: what a TAP device would give, without one. */
import {
  codeOfStatus,
  type EngineNode,
  type FrameCounters,
  type NetworkId,
  type NodeEvent,
  ZtError,
} from '@ztkit/types';
import { checkBytes, checkFunction, checkInteger, checkObject, checkSignal, invalid } from './arguments.js';
import { runCallback } from './callback.js';
import { FrameReader, FrameWriter, maxFrameBytes, minFrameBytes } from './frame-records.js';
import { GroupSet } from './link-groups.js';
import { nextTurn, WaitList } from './waiting.js';

/** Largest and smallest queue of a port, and what it has unasked, in bytes. */
const queueLimits = { low: 65_536, high: 67_108_864, usual: 2_097_152 } as const;

/** Batches taken in one turn of the event loop: on a fast network there are always more. */
const batchesPerTurn = 4;

/** How long an engine that refuses may take to say why: its last events come from another thread. */
const reasonMs = 100;

/** Options of `network.frames()`. */
export interface FramesOptions {
  /**
   * `'beside'` (default): this node's TCP/IP stack stays on the network, and both get every frame; the stack does not
   * see what the application sends. `'none'`: the stack leaves the network until the port closes: its connections there
   * end with `ERR_ZT_NETWORK_DOWN`, and the application answers for our addresses, as behind a TAP device.
   */
  stack?: 'beside' | 'none';
  /**
   * Bytes that may wait, in each direction, 65536..67108864; default 2 MiB. A frame costs its length and 2. When the
   * application does not take them, frames from the network are dropped and counted (`counters().dropped`).
   */
  queueBytes?: number;
  /**
   * Called with the frames that came, many at once, instead of iterating. It must not throw; what it throws becomes an
   * uncaught exception.
   */
  onFrames?: (frames: Uint8Array[]) => void;
  /** Closes the port when it aborts. */
  signal?: AbortSignal;
}

/** What a port did since it was opened: frames and bytes with their Ethernet headers. */
export type { FrameCounters } from '@ztkit/types';

type FrameEvent = Extract<NodeEvent, { type: 'FRAMES_READABLE' | 'FRAMES_WRITABLE' | 'FRAMES_CLOSED' }>;

/** The ports of one node, by their number. */
export class FramePorts {
  readonly engine: EngineNode;
  readonly #ports = new Map<number, FramePort>();
  #closed: ZtError | undefined;

  constructor(engine: EngineNode) {
    this.engine = engine;
  }

  /** @internal */
  open(network: NetworkId, options: FramesOptions): FramePort {
    if (this.#closed !== undefined) throw this.#closed;
    const port = new FramePort(this.engine, network, options, () => this.#ports.delete(port.handle));
    this.#ports.set(port.handle, port);
    return port;
  }

  /** @internal */
  dispatch(event: FrameEvent): void {
    this.#ports.get(event.port)?.onEvent(event);
  }

  /** @internal The network is about to be left: the engine forgets its port, with the counters. */
  keepCounters(network: NetworkId): void {
    for (const port of this.#ports.values()) if (port.networkId === network) port.keepCounters();
  }

  /** @internal The network was left. */
  endNetwork(network: NetworkId, error: ZtError): void {
    for (const port of [...this.#ports.values()]) if (port.networkId === network) port.end(error);
  }

  /** @internal The node closes: all end. */
  close(error: ZtError): void {
    this.#closed = error;
    for (const port of [...this.#ports.values()]) port.end(error);
  }
}

/**
 * A port of a network for Ethernet frames: destination MAC, source MAC, ether type, payload; no preamble, no
 * checksum, no padding. Made by `network.frames()`.
 *
 * It receives what a TAP device would: frames to our MAC, broadcasts, groups that were subscribed to and, on a node
 * that the network's configuration makes an active bridge, frames to MACs behind it. Iterate over it, or give
 * `onFrames`; not both. Frames that were received are views of larger buffers that are never written again: keep them
 * as long as needed, and copy the few that are kept for long.
 */
export class FramePort implements AsyncIterable<Uint8Array[]>, AsyncDisposable {
  /** @internal */
  readonly handle: number;
  readonly networkId: NetworkId;
  readonly #engine: EngineNode;
  readonly #onEnd: () => void;
  readonly #onFrames: ((frames: Uint8Array[]) => void) | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.end(this.#signal?.reason);
  readonly #reader = new FrameReader();
  readonly #writer = new FrameWriter();
  readonly #groups: GroupSet;
  readonly #readable = new WaitList<void>();
  readonly #writable = new WaitList<void>();
  readonly #over = new WaitList<void>();
  #full = false;
  #pumping = false;
  #last: FrameCounters | undefined;
  #ended: { reason: unknown } | undefined;

  /** @internal */
  constructor(engine: EngineNode, network: NetworkId, options: FramesOptions, onEnd: () => void) {
    checkObject('options', options);
    const { stack = 'beside', onFrames } = options;
    if (stack !== 'beside' && stack !== 'none') throw invalid(`"stack" must be 'beside' or 'none'`);
    if (onFrames !== undefined) checkFunction('onFrames', onFrames);
    const { low, high, usual } = queueLimits;
    const queueBytes = checkInteger('queueBytes', options.queueBytes ?? usual, low, high);
    this.#signal = checkSignal(options.signal);
    this.networkId = network;
    this.#engine = engine;
    this.#onEnd = onEnd;
    this.#onFrames = onFrames;
    this.handle = engine.framesOpen(network, stack === 'none', queueBytes);
    this.#groups = new GroupSet((groups) => engine.framesGroups(this.handle, groups));
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Whether it was closed, or ended with its network or node. */
  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Sends frames of 14..10000 bytes, in order, and returns how many were taken: fewer than all when the queue is full.
   * Then wait for {@link writable} and send the rest. Taken frames go through the network's rules; one with a foreign
   * source MAC is refused and counted unless the network makes this node an active bridge; so is one beyond the MTU.
   * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` for a frame of a wrong length (nothing was sent), or why the port ended
   */
  send(frames: readonly Uint8Array[]): number {
    this.#checkOpen();
    if (!Array.isArray(frames)) throw invalid('"frames" must be an array of Uint8Array');
    for (const frame of frames) {
      const { length } = checkBytes('frames', frame);
      if (length >= minFrameBytes && length <= maxFrameBytes) continue;
      throw invalid(`A frame has ${minFrameBytes}..${maxFrameBytes} bytes, not ${length}`);
    }
    let sent = 0;
    while (sent < frames.length) {
      const records = this.#writer.pack(frames, sent);
      const taken = this.#engine.framesSend(this.handle, records);
      sent += this.#writer.framesIn(taken);
      if (taken < records.length) {
        this.#full = true;
        break;
      }
    }
    return sent;
  }

  /** Resolves when frames can be sent again; at once unless the last {@link send} took fewer than all. */
  async writable(options: { signal?: AbortSignal } = {}): Promise<void> {
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    this.#checkOpen();
    if (this.#full) await this.#writable.wait(signal);
  }

  /**
   * Frames that wait, without waiting for more: at most about 256 KiB of them; `[]`: none.
   * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` for a port with `onFrames`, or why the port ended
   */
  take(): Uint8Array[] {
    this.#checkNoCallback();
    this.#checkOpen();
    try {
      return this.#read();
    } catch (error) {
      void this.#endWith(error);
      throw error;
    }
  }

  /** The next frames, at least one. Rejects when the port ends, with `ERR_ZT_CLOSED` after {@link close}. */
  async receive(options: { signal?: AbortSignal } = {}): Promise<Uint8Array[]> {
    this.#checkNoCallback();
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    for (;;) {
      this.#checkOpen();
      let frames: Uint8Array[];
      try {
        frames = this.#read();
      } catch (error) {
        await this.#endWith(error);
        continue;
      }
      if (frames.length > 0) return frames;
      await this.#readable.wait(signal);
    }
  }

  /** Batches of frames until the port is closed; throws when it ended otherwise. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array[], void, undefined> {
    this.#checkNoCallback();
    for (let batches = 1; ; batches++) {
      if (this.#ended !== undefined) {
        if (this.#ended.reason !== undefined) throw this.#ended.reason;
        return;
      }
      let frames: Uint8Array[];
      try {
        frames = this.#read();
      } catch (error) {
        await this.#endWith(error);
        continue;
      }
      if (frames.length === 0) await this.#readable.wait();
      else yield frames;
      if (batches % batchesPerTurn === 0) await nextTurn();
    }
  }

  /**
   * Receives a group from now on: a multicast MAC such as `'01:00:5e:01:02:03'`. Broadcast and what resolves this
   * node's own addresses come unasked. `ipv4`, with the broadcast MAC: ARP requests for this address, which are a group
   * of their own (vl2.md §11.1); for addresses served here without being assigned to this node. At most 2048 per port.
   */
  subscribe(mac: string, options: { ipv4?: string } = {}): void {
    checkObject('options', options);
    this.#checkOpen();
    this.#groups.add(mac, options.ipv4);
  }

  /** Undoes a {@link subscribe}; others forget our subscription within 10 minutes. */
  unsubscribe(mac: string, options: { ipv4?: string } = {}): void {
    checkObject('options', options);
    this.#checkOpen();
    this.#groups.delete(mac, options.ipv4);
  }

  /** What was moved, dropped and refused; after the end what was known last. */
  counters(): FrameCounters {
    if (this.#ended === undefined) this.#last = this.#engine.framesInfo(this.handle);
    if (this.#last === undefined) throw this.#error();
    return this.#last;
  }

  /** Gives the network back to the stack; frames that wait are forgotten. Idempotent. */
  close(): void {
    this.end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** @internal */
  onEvent(event: FrameEvent): void {
    if (event.type === 'FRAMES_CLOSED') this.end(new ZtError(codeOfStatus(event.status), 'The network is gone'));
    else if (event.type === 'FRAMES_WRITABLE') {
      this.#full = false;
      this.#writable.resolveAll();
    } else if (this.#onFrames === undefined) this.#readable.resolveAll();
    else void this.#pump(this.#onFrames);
  }

  /** @internal {@link counters} answers this from the end on. */
  keepCounters(): void {
    try {
      this.#last = this.#engine.framesInfo(this.handle);
    } catch (error) {
      // The engine has forgotten it, with its counters.
      if (!(error instanceof ZtError)) throw error;
    }
  }

  /** @internal It can no longer work, or nobody needs it. */
  end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.keepCounters();
    this.#ended = { reason };
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#engine.framesClose(this.handle);
    this.#onEnd();
    this.#over.resolveAll();
    this.#readable.resolveAll();
    this.#writable.rejectAll(this.#error());
  }

  async #pump(onFrames: (frames: Uint8Array[]) => void): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let batches = 1; !this.closed; batches++) {
        const frames = this.#read();
        if (frames.length === 0) break;
        runCallback(() => onFrames(frames));
        if (batches % batchesPerTurn === 0) await nextTurn();
      }
    } catch (error) {
      await this.#endWith(error);
      if (!(error instanceof ZtError)) throw error;
    } finally {
      this.#pumping = false;
    }
  }

  #read(): Uint8Array[] {
    return this.#reader.read((into) => this.#engine.framesReceive(this.handle, into));
  }

  /** The engine refused. Its event that says why (a fatal error) may be on the way: that is the reason to tell then. */
  async #endWith(error: unknown): Promise<void> {
    if (error instanceof ZtError) await this.#over.wait(AbortSignal.timeout(reasonMs)).catch(() => undefined);
    this.end(error);
  }

  #checkNoCallback(): void {
    if (this.#onFrames !== undefined) throw invalid('The frames of a port with "onFrames" go there and nowhere else');
  }
  #error(): ZtError {
    return (this.#ended?.reason as ZtError | undefined) ?? new ZtError('ERR_ZT_CLOSED', 'The port is closed');
  }

  #checkOpen(): void {
    if (this.#ended !== undefined) throw this.#error();
  }
}
