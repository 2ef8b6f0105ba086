/** An engine's node whose events are kept and can be awaited. */
import { codeOfStatus, type EngineNode, type NodeEvent, type SocketHandle, Status, ZtError } from '@ztkit/types';

type Having<E, T> = E extends { type: infer Types } ? (T extends Types ? E & { type: T } : never) : never;
/** The event with this `type`. */
export type EventOf<T extends NodeEvent['type']> = Having<NodeEvent, T>;

/** How {@link WatchedNode.next} looks. */
export interface Search<T extends NodeEvent['type']> {
  /** Only this one of several. */
  where?: (event: EventOf<T>) => boolean;
  /** Only events after this {@link WatchedNode.mark}; default: from the start of the node. */
  after?: number;
  ms?: number;
}

// Readiness is frequent and has its own waiters; keeping it would grow without bound in long transfers.
const readiness: ReadonlySet<string> = new Set(['TCP_READABLE', 'TCP_WRITABLE', 'UDP_READABLE']);

/** A node under test. */
export class WatchedNode {
  node!: EngineNode;
  readonly events: NodeEvent[] = [];
  /** Sees every event first; the mini-controller hangs here. */
  onEvent: ((event: NodeEvent) => void) | undefined;
  readonly #searches = new Set<() => void>();
  readonly #ready = new Map<SocketHandle, Set<() => void>>();
  readonly #ended = new Map<SocketHandle, number>();

  /** Give this to `createNode`. */
  readonly onEvents = (events: readonly NodeEvent[]): void => {
    for (const event of events) {
      this.onEvent?.(event);
      if (!readiness.has(event.type)) this.events.push(event);
      if (event.type === 'TCP_CLOSED') this.#ended.set(event.socket, event.status);
      if ('socket' in event) this.#wake(event.socket);
    }
    for (const search of [...this.#searches]) search();
  };

  /** Now, for {@link Search.after}. */
  mark(): number {
    return this.events.length;
  }

  /** Types of the events that are kept, in order. */
  types(after = 0): string[] {
    return this.events.slice(after).map(({ type }) => type);
  }

  /** The first event of a type, past or future. Rejects when it does not come in time, naming what came. */
  next<T extends NodeEvent['type']>(type: T, { where, after = 0, ms = 20_000 }: Search<T> = {}): Promise<EventOf<T>> {
    return new Promise((resolve, reject) => {
      let at = after;
      const search = () => {
        for (; at < this.events.length; at++) {
          const event = this.events[at] as EventOf<T>;
          if (event.type !== type || (where !== undefined && !where(event))) continue;
          finish();
          resolve(event);
          return;
        }
      };
      const finish = () => {
        clearTimeout(timer);
        this.#searches.delete(search);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no ${type} within ${ms} ms; came: ${this.types(after).join(' ') || 'nothing'}`));
      }, ms);
      this.#searches.add(search);
      search();
    });
  }

  /** Waits for the next event of a socket. Rejects when the connection broke. */
  async ready(socket: SocketHandle, ms = 30_000): Promise<void> {
    this.#throwIfBroken(socket);
    await new Promise<void>((resolve, reject) => {
      const waiters = this.#ready.get(socket) ?? new Set();
      this.#ready.set(socket, waiters);
      const wake = () => {
        clearTimeout(timer);
        waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(() => {
        waiters.delete(wake);
        const info = JSON.stringify(this.node.socketInfo(socket), (_, value) =>
          typeof value === 'bigint' ? `${value}` : value,
        );
        reject(new Error(`socket ${socket} was not ready within ${ms} ms: ${info}`));
      }, ms);
      waiters.add(wake);
    });
    this.#throwIfBroken(socket);
  }

  #throwIfBroken(socket: SocketHandle): void {
    const status = this.#ended.get(socket);
    if (status !== undefined && status !== Status.OK) throw new ZtError(codeOfStatus(status), `Socket ${socket} ended`);
  }

  #wake(socket: SocketHandle): void {
    for (const wake of [...(this.#ready.get(socket) ?? [])]) wake();
  }
}
