/** Growing big-endian writer for the host protocol (HOST_PROTOCOL.md §1). */
const text = new TextEncoder();

export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #size = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written; aliases the writer's memory until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Starts again, keeping the memory. */
  clear(): this {
    this.#size = 0;
    return this;
  }

  u8(value: number): this {
    const at = this.#claim(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#claim(2);
    this.#view.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#claim(4);
    this.#view.setUint32(at, value);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#claim(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#claim(8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  put(bytes: Uint8Array): this {
    const at = this.#claim(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** u16 length and UTF-8 bytes. */
  str16(value: string): this {
    return this.blob16(text.encode(value));
  }

  /** u16 length and bytes; more than 65535 throws a RangeError. */
  blob16(bytes: Uint8Array): this {
    if (bytes.length > 0xffff) throw new RangeError(`${bytes.length} bytes do not fit a 16-bit length`);
    return this.u16(bytes.length).put(bytes);
  }

  /** u32 length and bytes. */
  blob32(bytes: Uint8Array): this {
    return this.u32(bytes.length).put(bytes);
  }

  /** u16 count and each item. */
  list<T>(items: readonly T[], each: (item: T) => void): this {
    if (items.length > 0xffff) throw new RangeError(`${items.length} items do not fit a 16-bit count`);
    this.u16(items.length);
    for (const item of items) each(item);
    return this;
  }

  /** Where `size` bytes go. The memory may be another one after this: take `#bytes` and `#view` later. */
  #claim(size: number): number {
    const at = this.#size;
    this.#size += size;
    if (this.#size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#size, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
