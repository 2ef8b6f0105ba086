/** Promises that end: by their event, by an AbortSignal, or because the node closed. */
import type { ZtError } from '@ztkit/types';

const soon: (task: () => void) => void =
  typeof setImmediate === 'function' ? (task) => void setImmediate(task) : (task) => void setTimeout(task, 0);

/** Resolves in a later turn of the event loop, so that timers and other sockets have theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => soon(resolve));
}

/** Something awaited. Settling twice is fine: the first wins. */
export interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/**
 * The promises that wait for one kind of thing. All of them are rejected together when it can no longer happen, so that
 * nothing waits for ever on a closed node.
 */
export class WaitList<T> {
  readonly #waiters = new Set<Waiter<T>>();

  get size(): number {
    return this.#waiters.size;
  }

  /** Waits; `signal` ends it with its reason. `onAbort` runs before that rejection, to undo what was begun. */
  wait(signal?: AbortSignal, onAbort?: () => void): Promise<T> {
    if (signal?.aborted) {
      onAbort?.();
      return Promise.reject(signal.reason);
    }
    return new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void) => {
        if (!this.#waiters.delete(waiter)) return;
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const waiter: Waiter<T> = {
        resolve: (value) => finish(() => resolve(value)),
        reject: (reason) => finish(() => reject(reason)),
      };
      const abort = () => {
        onAbort?.();
        waiter.reject(signal?.reason);
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** The one that waits longest, or undefined. */
  first(): Waiter<T> | undefined {
    return this.#waiters.values().next().value;
  }

  resolveAll(value: T): void {
    for (const waiter of [...this.#waiters]) waiter.resolve(value);
  }

  rejectAll(reason: ZtError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(reason);
  }
}
