/** Packet captures: the bytes of a pcapng file on their way from the engine to a file or stream. */
import { type CapturePoints, type EngineNode, type NodeEvent, ZtError } from '@ztkit/types';
import { checkInteger, checkObject, checkSignal, invalid } from './arguments.js';
import { type CaptureFilter, compileCaptureFilter } from './capture-filter.js';
import { type CaptureSink, type CaptureTarget, openSink } from './capture-sink.js';
import type { Logger } from './logger.js';

/** The longest record that readers of the tcpdump family accept. */
const maxSnaplen = 262_144;
/** How long `node.close()` waits for streams that do not take the rest. */
const closePatienceMs = 5000;
const allPoints: readonly CapturePoints[] = ['virtual', 'outer', 'both'];

/** Options of `node.capture()`. */
export interface CaptureOptions {
  /**
   * Which packets: one object, several of which any may match, or a text such as `tcp port 443`, `host 10.1.2.3`,
   * `udp and port 53 or icmp`. Default: all. Of outer packets only host and port are compared.
   */
  filter?: string | CaptureFilter | readonly CaptureFilter[];
  /** Bytes kept of each packet, 1..262144 (the default). */
  snaplen?: number;
  /**
   * `virtual` (default): Ethernet frames between the networks and this node's TCP/IP stack. `outer`: the encrypted UDP
   * datagrams of this node. `both`: one file with both, for Wireshark; tcpdump reads one kind per file only.
   */
  points?: CapturePoints;
  /** Ends the capture as `stop()` does. */
  signal?: AbortSignal;
  /** Leave a stream open at the end. Default false; standard output and error are never closed. */
  preventClose?: boolean;
}

/** A running capture. */
export interface Capture extends AsyncDisposable {
  /** Packets that passed the filter, as far as the engine has reported. */
  readonly packets: number;
  /** How many of them are missing because the file or stream was too slow; the file says so too. */
  readonly dropped: number;
  /** Fulfils when everything is written and closed, whoever ended it; rejects with `ERR_ZT_CAPTURE` when it failed. */
  readonly finished: Promise<void>;
  /** Ends the capture and settles as `finished` does. Idempotent. */
  stop(): Promise<void>;
}

type DataEvent = Extract<NodeEvent, { type: 'CAPTURE_DATA' }>;

/** The captures of one node. */
export class Captures {
  readonly #engine: EngineNode;
  readonly #logger: Logger;
  readonly #running = new Map<number, RunningCapture>();
  #refusal: ZtError | undefined;

  constructor(engine: EngineNode, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  async start(target: CaptureTarget, options: CaptureOptions): Promise<Capture> {
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    const filter = compileCaptureFilter(options.filter);
    const snaplen = checkInteger('snaplen', options.snaplen ?? maxSnaplen, 1, maxSnaplen);
    const points = options.points ?? 'virtual';
    if (!allPoints.includes(points)) throw invalid(`"points" must be one of ${allPoints.join(', ')}`);
    const sink = await openSink(target, options.preventClose === true).catch((cause: unknown) => {
      throw captureError('A capture could not be started', cause);
    });
    try {
      if (this.#refusal !== undefined) throw this.#refusal;
      signal?.throwIfAborted();
      const handle = this.#engine.captureStart({ points, snaplen, filter });
      const capture = new RunningCapture(this.#engine, handle, sink, (error) => this.#ended(handle, error));
      this.#running.set(handle, capture);
      capture.stopOn(signal);
      return capture;
    } catch (error) {
      await sink.release();
      throw error;
    }
  }

  onData(event: DataEvent): void {
    this.#running.get(event.capture)?.onData(event);
  }

  /** The node is about to end: no new captures. */
  refuse(reason: ZtError): void {
    this.#refusal = reason;
  }

  /** The engine has ended: waits until the last bytes are written, but not for ever. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const capture of running) capture.noMoreData();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, closePatienceMs);
    });
    await Promise.race([Promise.allSettled(running.map(({ finished }) => finished)), patience]);
    clearTimeout(timer);
    const late = new ZtError('ERR_ZT_TIMED_OUT', 'The node closed before the stream of a capture took the rest');
    for (const capture of this.#running.values()) capture.fail(late);
  }

  #ended(handle: number, error: ZtError | undefined): void {
    this.#running.delete(handle);
    // Whoever does not look at `finished` still learns of it.
    if (error !== undefined) this.#logger.error(error.message);
  }
}

function captureError(what: string, cause: unknown): ZtError {
  if (cause instanceof ZtError) return cause;
  return new ZtError('ERR_ZT_CAPTURE', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

function joined(events: readonly DataEvent[]): Uint8Array {
  if (events.length === 1 && events[0] !== undefined) return events[0].data;
  const all = new Uint8Array(events.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of events) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

class RunningCapture implements Capture {
  packets = 0;
  dropped = 0;
  readonly finished: Promise<void>;

  readonly #engine: EngineNode;
  readonly #handle: number;
  readonly #sink: CaptureSink;
  readonly #onEnd: (error: ZtError | undefined) => void;
  /** Bounded by what the engine sends ahead of our acknowledgements. */
  readonly #queue: DataEvent[] = [];
  readonly #settle: { resolve(): void; reject(error: ZtError): void };
  #signal: AbortSignal | undefined;
  #stopping = false;
  #writing = false;
  #complete = false;
  #settled = false;

  constructor(engine: EngineNode, handle: number, sink: CaptureSink, onEnd: (error: ZtError | undefined) => void) {
    this.#engine = engine;
    this.#handle = handle;
    this.#sink = sink;
    this.#onEnd = onEnd;
    let settle = { resolve: (): void => undefined, reject: (_error: ZtError): void => undefined };
    this.finished = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#settle = settle;
    // A failure is logged; an application that does not wait for the end must not die of it.
    this.finished.catch(() => undefined);
  }

  async stop(): Promise<void> {
    if (!this.#stopping && !this.#settled) this.#stopEngine();
    return this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  stopOn(signal: AbortSignal | undefined): void {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => void this.stop().catch(() => undefined);

  onData(event: DataEvent): void {
    this.packets = event.packets;
    this.dropped = event.dropped;
    this.#complete ||= event.last;
    this.#queue.push(event);
    if (!this.#writing) void this.#write();
  }

  /** The engine is gone: what has not come will not come. */
  noMoreData(): void {
    if (!this.#complete) this.fail(new ZtError('ERR_ZT_CLOSED', 'The node ended before a capture was complete'));
  }

  /** Gives up: nothing more is written. */
  fail(error: ZtError): void {
    if (!this.#end(error)) return;
    this.#queue.length = 0;
    if (!this.#stopping) this.#stopEngine();
    this.#sink.release().catch(() => undefined); // The first failure is the one that is told.
  }

  #stopEngine(): void {
    this.#stopping = true;
    this.#tell(() => this.#engine.captureStop(this.#handle));
  }

  /** A node that ends also ends its captures: the last bytes come by themselves. */
  #tell(command: () => void): void {
    try {
      command();
    } catch (error) {
      if (!(error instanceof ZtError && error.code === 'ERR_ZT_CLOSED')) throw error;
    }
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#queue.length > 0) {
        // All that has come goes out in one write: a busy event loop has few turns, and each write takes one.
        const events = this.#queue.splice(0);
        const data = joined(events);
        if (data.length > 0) await this.#sink.write(data);
        if (this.#settled) return;
        if (events.at(-1)?.last === true) await this.#finish();
        else if (!this.#complete) this.#tell(() => this.#engine.captureAck(this.#handle, data.length));
      }
    } catch (error) {
      this.fail(captureError('A capture could not be written', error));
    } finally {
      this.#writing = false;
    }
  }

  async #finish(): Promise<void> {
    await this.#sink.close();
    this.#end(undefined);
  }

  /** False when it had ended before. */
  #end(error: ZtError | undefined): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onEnd(error);
    if (error === undefined) this.#settle.resolve();
    else this.#settle.reject(error);
    return true;
  }
}
