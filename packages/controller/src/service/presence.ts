/** What is known of members only while they talk to us: nothing here is stored (controller.md §6.2, §6.3). */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import type { RequestMetadata } from '../domain/metadata.js';

/** A member's requests closer together than this are dropped, ms (controller.md §3). */
export const MIN_REQUEST_INTERVAL_MS = 1000;
/** A member counts as online this long after a request, ms (controller.md §6.2). */
export const ONLINE_WINDOW_MS = 120_000;
/**
 * Pairs of network and member that are remembered; the one heard longest ago makes room. Bounds a flood of
 * identities.
 */
export const MAX_REMEMBERED = 65_536;

interface Seen {
  network: NetworkId;
  member: NodeAddress;
  lastRequest: number;
  /** Of the last authorised request; needed to build a configuration unasked. */
  metadata?: RequestMetadata;
}

/** Last requests by network and member, in the order they came. */
export class Presence {
  readonly #seen = new Map<string, Seen>();
  readonly #steady: () => number;
  readonly #since: number;

  /** `steady`: ms of a clock that nobody sets. */
  constructor(steady: () => number) {
    this.#steady = steady;
    this.#since = steady();
  }

  /** Requests were not heard for long enough to know who is online. */
  isNew(): boolean {
    return this.#steady() - this.#since < ONLINE_WINDOW_MS;
  }

  /** Notes a request at `now` ms. False: it came too soon after the one before and must be dropped. */
  admit(network: NetworkId, member: NodeAddress, now: number): boolean {
    const key = `${network}/${member}`;
    const seen = this.#seen.get(key);
    // A clock that was set back must not shut members out until it has caught up.
    const since = seen === undefined ? Number.POSITIVE_INFINITY : now - seen.lastRequest;
    if (since >= 0 && since <= MIN_REQUEST_INTERVAL_MS) return false;
    this.#seen.delete(key);
    this.#seen.set(key, { ...(seen ?? { network, member }), lastRequest: now });
    if (this.#seen.size > MAX_REMEMBERED) this.#forgetOldest();
    return true;
  }

  /** Remembers the metadata of an authorised request. */
  remember(network: NetworkId, member: NodeAddress, metadata: RequestMetadata): void {
    const seen = this.#seen.get(`${network}/${member}`);
    if (seen !== undefined) seen.metadata = metadata;
  }

  /** The metadata with which a configuration can be pushed now, or `undefined` when the member is not pushable. */
  pushable(network: NetworkId, member: NodeAddress, now: number): RequestMetadata | undefined {
    const seen = this.#seen.get(`${network}/${member}`);
    return seen !== undefined && now - seen.lastRequest < ONLINE_WINDOW_MS ? seen.metadata : undefined;
  }

  /** Whether a real request came within the online window. */
  isOnline(network: NetworkId, member: NodeAddress, now: number): boolean {
    const seen = this.#seen.get(`${network}/${member}`);
    return seen !== undefined && now - seen.lastRequest < ONLINE_WINDOW_MS;
  }

  /** Forgets a member: it is no longer pushable nor a receiver of revocations. */
  forget(network: NetworkId, member: NodeAddress): void {
    this.#seen.delete(`${network}/${member}`);
  }

  #forgetOldest(): void {
    const oldest = this.#seen.keys().next();
    if (oldest.done !== true) this.#seen.delete(oldest.value);
  }
}
