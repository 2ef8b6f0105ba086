/**
 * The instance's memory as the host uses it. A view dies when the memory grows, which any call may do: views are made
 * fresh and never kept across a call.
 */
export interface Allocator {
  memory: WebAssembly.Memory;
  zt_alloc(size: number): number;
  zt_free(pointer: number): void;
}

/** Alignment that the C++ allocator gives. */
const ALIGNMENT = 8;

export class Memory {
  readonly #allocator: Allocator;
  #scratch = 0;
  #scratchSize = 0;
  #bytes: Uint8Array;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
    this.#bytes = new Uint8Array(allocator.memory.buffer);
  }

  /** All of it, as of now. */
  get bytes(): Uint8Array {
    // A grown memory has a new buffer; the old view has length 0.
    if (this.#bytes.length === 0 || this.#bytes.buffer !== this.#allocator.memory.buffer) {
      this.#bytes = new Uint8Array(this.#allocator.memory.buffer);
    }
    return this.#bytes;
  }

  get view(): DataView {
    return new DataView(this.#allocator.memory.buffer);
  }

  slice(at: number, size: number): Uint8Array {
    return this.bytes.slice(at, at + size);
  }

  /** One reused block of at least `size` bytes; its content lasts until the next call of this or of {@link put}. */
  scratch(size: number): number {
    if (size > this.#scratchSize) {
      if (this.#scratch !== 0) this.#allocator.zt_free(this.#scratch);
      this.#scratchSize = Math.max(size, this.#scratchSize * 2, 4096);
      this.#scratch = this.#allocator.zt_alloc(this.#scratchSize);
    }
    return this.#scratch;
  }

  /** Copies the parts into the scratch block, aligned one after the other; their places. */
  put(...parts: readonly Uint8Array[]): number[] {
    const sizes = parts.map((p) => Math.ceil(p.length / ALIGNMENT) * ALIGNMENT);
    let at = this.scratch(sizes.reduce((sum, size) => sum + size, 0));
    const { bytes } = this;
    return parts.map((part, i) => {
      const place = at;
      bytes.set(part, place);
      at += sizes[i] ?? 0;
      return place;
    });
  }
}
