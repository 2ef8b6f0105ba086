/** Big-endian reader for the host protocol (HOST_PROTOCOL.md §1). Reading past the end throws a RangeError. */
const text = new TextDecoder();

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#skip(8));
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#skip(8));
  }

  bool(): boolean {
    return this.u8() !== 0;
  }

  /** A view of the next bytes; aliases the input. */
  view(size: number): Uint8Array {
    const at = this.#skip(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** A copy of the next bytes. */
  copy(size: number): Uint8Array {
    return this.view(size).slice();
  }

  str16(): string {
    return text.decode(this.view(this.u16()));
  }

  blob16(): Uint8Array {
    return this.copy(this.u16());
  }

  blob32(): Uint8Array {
    return this.copy(this.u32());
  }

  list<T>(each: () => T): T[] {
    return Array.from({ length: this.u16() }, each);
  }

  #skip(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new RangeError('host protocol: a field runs past the end');
    this.#at = at + size;
    return at;
  }
}
