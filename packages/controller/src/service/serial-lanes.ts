/** Work in order per key: what one network does is never interleaved with itself (controller.md §5, **Do:**). */

/** One chain of tasks per key; an idle key costs nothing. */
export class SerialLanes<K> {
  readonly #tails = new Map<K, Promise<unknown>>();

  /** Runs `task` after all earlier tasks of `key`, failed or not, and gives its result. */
  run<T>(key: K, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(task, task);
    this.#tails.set(key, result);
    const release = (): void => {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    };
    result.then(release, release);
    return result;
  }

  /** Resolves when every lane is empty. */
  async drain(): Promise<void> {
    while (this.#tails.size > 0) await Promise.allSettled([...this.#tails.values()]);
  }
}
