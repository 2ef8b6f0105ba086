/** Many small operations, a few at a time: one by one each waits for the system, all at once they fill its queues. */

/** Calls `action` for each item, `width` at a time, in order of the items. Rejects with the first failure. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      await action(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
