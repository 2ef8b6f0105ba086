/** Ports for frames of a fake node: tests feed frames, see what was sent and how much room there is. */
import { type EngineFrames, Event, type FrameCounters, type LinkGroup, type NodeEvent, ZtError } from '@ztkit/types';

const counters: FrameCounters = {
  ...{ received: 0, receivedBytes: 0, dropped: 0, sent: 0, sentBytes: 0 },
  ...{ noConfiguration: 0, badSource: 0, notABridge: 0, tooBig: 0, noRoom: 0, receiveQueue: 0, sendQueue: 0 },
};

export class FakeFrames implements EngineFrames {
  /** What the port was opened with; absent while there is none. One port is enough for these tests. */
  opened: { network: string; exclusive: boolean; queueBytes: number } | undefined;
  groups: readonly LinkGroup[] = [];
  /** Frames that were sent. */
  readonly sent: Uint8Array[] = [];
  /** Frames that are taken before the queue is full. */
  room = Number.POSITIVE_INFINITY;
  /** What taking frames throws, as an engine that failed does. */
  failure: Error | undefined;
  #number = 0;
  readonly #waiting: Uint8Array[] = [];
  readonly #emit: (event: NodeEvent) => void;

  constructor(emit: (event: NodeEvent) => void) {
    this.#emit = emit;
  }

  framesOpen(network: string, exclusive: boolean, queueBytes: number): number {
    if (this.opened !== undefined) throw new ZtError('ERR_ZT_ALREADY_EXISTS', 'The network has a port');
    this.opened = { network, exclusive, queueBytes };
    return ++this.#number;
  }

  framesClose(): void {
    this.opened = undefined;
  }

  framesGroups(_port: number, groups: readonly LinkGroup[]): void {
    this.groups = groups;
  }

  framesInfo(): FrameCounters {
    if (this.opened === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', 'No such port');
    return { ...counters, sent: this.sent.length };
  }

  framesSend(_port: number, records: Uint8Array): number {
    let at = 0;
    while (at < records.length && this.room > 0) {
      const length = ((records[at] ?? 0) << 8) | (records[at + 1] ?? 0);
      this.sent.push(records.slice(at + 2, at + 2 + length));
      at += 2 + length;
      this.room -= 1;
    }
    return at;
  }

  framesReceive(_port: number, into: Uint8Array): number | undefined {
    if (this.failure !== undefined) throw this.failure;
    let at = 0;
    for (let frame = this.#waiting[0]; frame !== undefined && at + 2 + frame.length <= into.length; ) {
      into.set([frame.length >> 8, frame.length & 0xff], at);
      into.set(frame, at + 2);
      at += 2 + frame.length;
      this.#waiting.shift();
      frame = this.#waiting[0];
    }
    return at === 0 ? undefined : at;
  }

  /** The network has delivered something. */
  feed(...frames: Uint8Array[]): void {
    this.#waiting.push(...frames);
    this.#emit({ type: 'FRAMES_READABLE', code: Event.FRAMES_READABLE, port: this.#number });
  }

  makeRoom(frames: number): void {
    this.room = frames;
    this.#emit({ type: 'FRAMES_WRITABLE', code: Event.FRAMES_WRITABLE, port: this.#number });
  }

  end(status: number): void {
    this.opened = undefined;
    this.#emit({ type: 'FRAMES_CLOSED', code: Event.FRAMES_CLOSED, port: this.#number, status });
  }
}
