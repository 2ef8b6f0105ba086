/** Memory that received bytes are read into: one slab at a time, handed out in slices, never written twice. */

const SLAB_BYTES = 256 * 1024;
// A slice smaller than this is not worth a system's trouble: take a new slab.
const MIN_READ_BYTES = 16 * 1024;

/** Fresh page faults cost more than the copy (toolchain.md §6), so a slab serves many reads. */
export class ReadSlab {
  #slab = Buffer.alloc(0);
  #used = 0;

  /** Room for the next read. */
  room(): Buffer {
    if (this.#slab.length - this.#used < MIN_READ_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used);
  }

  /** The first `size` bytes of the last {@link room}, now the application's. */
  take(size: number): Buffer {
    const chunk = this.#slab.subarray(this.#used, this.#used + size);
    this.#used += size;
    return chunk;
  }
}
