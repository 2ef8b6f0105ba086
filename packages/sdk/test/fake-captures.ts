/** Captures of a fake node: tests feed the bytes, see the options and what was acknowledged. */
import { type EngineCaptureOptions, type EngineCaptures, Event, type NodeEvent, ZtError } from '@ztkit/types';

export interface FakeCapture {
  options: EngineCaptureOptions;
  acknowledged: number;
  packets: number;
  dropped: number;
  ended: boolean;
}

export class FakeCaptures implements EngineCaptures {
  readonly all: FakeCapture[] = [];
  /** Thrown by the next start. */
  refuse: ZtError | undefined;
  readonly #emit: (event: NodeEvent) => void;

  constructor(emit: (event: NodeEvent) => void) {
    this.#emit = emit;
  }

  captureStart(options: EngineCaptureOptions): number {
    if (this.refuse !== undefined) throw this.refuse;
    return this.all.push({ options, acknowledged: 0, packets: 0, dropped: 0, ended: false });
  }

  captureAck(handle: number, bytes: number): void {
    this.#of(handle).acknowledged += bytes;
  }

  captureStop(handle: number): void {
    const capture = this.#of(handle);
    if (capture.ended) throw new ZtError('ERR_ZT_NOT_FOUND', 'No such capture');
    capture.ended = true;
    this.#data(handle, new TextEncoder().encode('end'), true);
  }

  /** The engine has captured something. */
  feed(handle: number, data: Uint8Array, packets = 1, dropped = 0): void {
    const capture = this.#of(handle);
    if (capture.ended) return;
    capture.packets += packets;
    capture.dropped += dropped;
    this.#data(handle, data, false);
  }

  /** The node ends. */
  endAll(): void {
    this.all.forEach((capture, index) => {
      if (!capture.ended) this.captureStop(index + 1);
    });
  }

  #data(capture: number, data: Uint8Array, last: boolean): void {
    const { packets, dropped } = this.#of(capture);
    this.#emit({ type: 'CAPTURE_DATA', code: Event.CAPTURE_DATA, capture, last, packets, dropped, data });
  }

  #of(handle: number): FakeCapture {
    const capture = this.all[handle - 1];
    if (capture === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', 'No such capture');
    return capture;
  }
}
