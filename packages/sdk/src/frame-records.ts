/** Frames as an engine moves them: many in one buffer, each after its length (HOST_PROTOCOL.md §12). */

/** An Ethernet header alone. */
export const minFrameBytes = 14;
/** The header and the most that one packet of the network carries (vl2.md §9.1). */
export const maxFrameBytes = 10_000;
const lengthBytes = 2;
/** One crossing moves about this much: many frames, and little enough to be in the processor's cache. */
const batchBytes = 262_144;
/** Less room than this at a buffer's end is given up rather than used for small batches. */
const leastRoom = 65_536;

/** Cuts received batches into frames. A buffer is filled once and then belongs to the frames in it. */
export class FrameReader {
  #buffer = new Uint8Array(0);

  /** `receive` writes records and says how many bytes; `undefined`: nothing there. */
  read(receive: (into: Uint8Array) => number | undefined): Uint8Array[] {
    if (this.#buffer.length < leastRoom) this.#buffer = new Uint8Array(batchBytes);
    const size = receive(this.#buffer);
    if (size === undefined) return [];
    const frames = split(this.#buffer.subarray(0, size));
    this.#buffer = this.#buffer.subarray(size);
    return frames;
  }
}

function split(records: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < records.length) {
    const length = ((records[at] ?? 0) << 8) | (records[at + 1] ?? 0);
    at += lengthBytes;
    frames.push(records.subarray(at, at + length));
    at += length;
  }
  return frames;
}

/** Packs frames for one crossing; the buffer is used again for the next. */
export class FrameWriter {
  #buffer = new Uint8Array(0);
  /** Where each frame of the last batch ends. */
  readonly #ends: number[] = [];

  /** Records of `frames` from `first` on, as many as fit one batch. */
  pack(frames: readonly Uint8Array[], first: number): Uint8Array {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(batchBytes);
    this.#ends.length = 0;
    let at = 0;
    for (let i = first; i < frames.length; i++) {
      const frame = frames[i] as Uint8Array;
      const end = at + lengthBytes + frame.length;
      if (end > batchBytes) break;
      this.#buffer[at] = frame.length >> 8;
      this.#buffer[at + 1] = frame.length & 0xff;
      this.#buffer.set(frame, at + lengthBytes);
      at = end;
      this.#ends.push(end);
    }
    return this.#buffer.subarray(0, at);
  }

  /** How many frames of the last batch its first `bytes` bytes are. */
  framesIn(bytes: number): number {
    if (bytes === this.#ends.at(-1)) return this.#ends.length;
    return this.#ends.filter((end) => end <= bytes).length;
  }
}
