/**
 * Writes to a store, late and together: of several values for one object only the last is written, a failure is
 * reported and tried again, and what is there already is never lost by one.
 */
import { inParallel } from './parallel.js';
import type { StateStore } from './state-store.js';

/** Values for one object that come within this time are one write. */
const delayMs = 200;
/** After a failure, doubling up to the longest. */
const firstRetryMs = 5_000;
const longestRetryMs = 300_000;
/** Objects written at the same time: more would not make a disk faster. */
const parallel = 8;
/** Objects that wait, besides one for each peer the node may know. Beyond it the oldest is given up. */
const spare = 4096;

/** Decides against writing: true keeps what is there. */
export type KeepsOld = (before: Uint8Array, after: Uint8Array) => boolean;

interface Change {
  /** Empty: delete. */
  data: Uint8Array;
  keepsOld: KeepsOld | undefined;
}

/** One store's pending writes. */
export class WriteBehind {
  readonly #store: StateStore;
  readonly #onFailure: (name: string, error: Error) => void;
  readonly #maxPending: number;
  readonly #failing = new Set<string>();
  #pending = new Map<string, Change>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = firstRetryMs;
  #chain: Promise<void> = Promise.resolve();

  /** `maxPeers`: so many records of peers can come at once, at the end. `onFailure` hears of an object's first failure, and again after it was written well in between. */
  constructor(store: StateStore, maxPeers: number, onFailure: (name: string, error: Error) => void) {
    this.#store = store;
    this.#maxPending = maxPeers + spare;
    this.#onFailure = onFailure;
  }

  /** Writes `data` soon; empty: deletes. `keepsOld` is asked when there is an object already. */
  later(name: string, data: Uint8Array, keepsOld?: KeepsOld): void {
    this.#pending.delete(name); // the newest is the last in order
    this.#pending.set(name, { data: data.slice(), keepsOld });
    this.#limit();
    this.#schedule(delayMs);
  }

  /** Is a write of this object pending? */
  has(name: string): boolean {
    return this.#pending.has(name);
  }

  /** Writes now, instead of what was pending for the object. Rejects when that fails; nothing is tried again then. */
  now(name: string, data: Uint8Array): Promise<void> {
    this.#pending.delete(name);
    return this.#enqueue(() => this.#write(name, { data, keepsOld: undefined }));
  }

  /** Writes all that is pending. Failures are reported and stay pending. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#enqueue(() => this.#writeAll());
  }

  /** The last attempt. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    this.#pending.clear();
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.flush(), ms);
    // A process may end although something waits: `close()` is how to end well.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #enqueue(action: () => Promise<void>): Promise<void> {
    const done = this.#chain.then(action);
    this.#chain = done.catch(() => {});
    return done;
  }

  async #writeAll(): Promise<void> {
    const changes = [...this.#pending];
    this.#pending = new Map();
    let failed = false;
    await inParallel(changes, parallel, async (change) => {
      failed = !(await this.#attempt(...change)) || failed;
    });
    if (failed) {
      this.#schedule(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    } else if (changes.length > 0) {
      this.#retryMs = firstRetryMs;
    }
  }

  async #attempt(name: string, change: Change): Promise<boolean> {
    try {
      await this.#write(name, change);
      this.#failing.delete(name);
      return true;
    } catch (error) {
      if (!this.#pending.has(name)) this.#pending.set(name, change);
      this.#limit();
      if (!this.#failing.has(name)) this.#onFailure(name, error as Error);
      this.#failing.add(name);
      return false;
    }
  }

  async #write(name: string, { data, keepsOld }: Change): Promise<void> {
    if (data.length === 0) return this.#store.delete(name);
    const before = keepsOld === undefined ? undefined : await this.#store.get(name);
    if (before === undefined || keepsOld?.(before, data) !== true) await this.#store.put(name, data);
  }

  #limit(): void {
    for (const name of this.#pending.keys()) {
      if (this.#pending.size <= this.#maxPending) return;
      this.#pending.delete(name);
      this.#onFailure(name, new Error(`more than ${this.#maxPending} objects wait to be saved`));
    }
  }
}
