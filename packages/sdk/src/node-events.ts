/** Delivers events to the application: listeners by name and async iterators. */
import type { ZtError } from '@ztkit/types';
import { checkFunction, checkSignal } from './arguments.js';
import { runCallback } from './callback.js';
import { type EventFor, type EventKey, eventTypeOf, type PublicEvent } from './event-names.js';
import { WaitList } from './waiting.js';

/** Events an iterator holds for a consumer that is slower than the node; then the oldest is dropped and counted. */
export const maxQueuedEvents = 4096;

type Listener = (event: PublicEvent) => void;
/** Undoes an `on`. */
export type Unsubscribe = () => void;

/** Events as an async iterable that can also say how many were lost. */
export interface EventStream extends AsyncIterableIterator<PublicEvent> {
  /** Events dropped because the consumer was too slow. */
  readonly dropped: number;
}

/** Listeners of one node. */
export class NodeEvents {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #streams = new Set<QueuedEvents>();
  readonly #closeHooks = new Set<(error: ZtError) => void>();
  #closeError: ZtError | undefined;

  /**
   * Listens to one event, or with `'event'` to all but STORE_IDENTITY_SECRET, which must not end in a log by
   * accident.
   */
  on(name: 'event', listener: Listener): Unsubscribe;
  on<K extends EventKey>(name: K, listener: (event: EventFor<K>) => void): Unsubscribe;
  on(name: EventKey | 'event', listener: (event: never) => void): Unsubscribe {
    checkFunction('listener', listener);
    const type = name === 'event' ? 'event' : eventTypeOf(name);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // A wrapper, so that the same function registered twice is two registrations.
    const entry: Listener = (event) => (listener as Listener)(event);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  /** The next event of that name. */
  async once<K extends EventKey>(name: K, signal?: AbortSignal): Promise<EventFor<K>> {
    checkSignal(signal);
    const list = new WaitList<EventFor<K>>();
    // The listener first: it refuses a wrong name, and nothing must wait then.
    const off = this.on(name, (event) => list.resolveAll(event));
    const promise = list.wait(signal);
    const fail = (error: ZtError) => list.rejectAll(error);
    if (this.#closeError === undefined) this.#closeHooks.add(fail);
    else fail(this.#closeError);
    return promise.finally(() => {
      off();
      this.#closeHooks.delete(fail);
    });
  }

  /** All events from now on; ends when the node closes or `signal` aborts (then it throws the reason). */
  stream(signal?: AbortSignal): EventStream {
    const stream = new QueuedEvents(checkSignal(signal), () => this.#streams.delete(stream));
    if (this.#closeError !== undefined) stream.end();
    else this.#streams.add(stream);
    return stream;
  }

  /**
   * Hands one event out. A listener that throws does not keep others from it: its error becomes an uncaught
   * exception.
   */
  emit(event: PublicEvent): void {
    const secret = event.type === 'STORE_IDENTITY_SECRET';
    for (const listener of [...(this.#listeners.get(event.type) ?? [])]) runCallback(() => listener(event));
    if (secret) return;
    for (const listener of [...(this.#listeners.get('event') ?? [])]) runCallback(() => listener(event));
    for (const stream of this.#streams) stream.push(event);
  }

  /** No more events. */
  close(error: ZtError): void {
    this.#closeError = error;
    for (const hook of [...this.#closeHooks]) hook(error);
    for (const stream of [...this.#streams]) stream.end();
    this.#listeners.clear();
  }
}

class QueuedEvents implements EventStream {
  dropped = 0;
  readonly #queue: PublicEvent[] = [];
  readonly #waiting = new WaitList<void>();
  readonly #signal: AbortSignal | undefined;
  readonly #onEnd: () => void;
  readonly #abort = () => this.end();
  #ended = false;

  constructor(signal: AbortSignal | undefined, onEnd: () => void) {
    this.#signal = signal;
    this.#onEnd = onEnd;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(event: PublicEvent): void {
    if (this.#queue.length >= maxQueuedEvents) {
      this.#queue.shift();
      this.dropped += 1;
    }
    this.#queue.push(event);
    this.#waiting.resolveAll();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#onEnd();
    this.#waiting.resolveAll();
  }

  async next(): Promise<IteratorResult<PublicEvent, undefined>> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const value = this.#queue.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#ended) return { done: true, value: undefined };
      await this.#waiting.wait();
    }
  }

  async return(): Promise<IteratorResult<PublicEvent, undefined>> {
    this.#queue.length = 0;
    this.end();
    return { done: true, value: undefined };
  }
}
