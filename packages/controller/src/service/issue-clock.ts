/** The time of configurations and credentials. */

/** So much is reserved in the store at once: one write a minute, however much is issued. */
export const RESERVED_MS = 60_000;
/** While it is ahead of the wall clock it goes at half its speed, until that has caught up. */
const SLOWER = 2;
/** The node puts its own time, read some ms later, into a revocation. */
const REVOCATION_MARGIN_MS = 10;

/** What the clock needs of its surroundings. */
export interface IssueClockParts {
  /** ms since the epoch; may be set. */
  wall(): number;
  /** ms since anything; never goes back. */
  steady(): number;
  /** Up to where times were reserved by earlier runs; 0: none. */
  reserved: number;
  /** Keeps what is reserved now. */
  reserve(until: number): Promise<void>;
}

/**
 * Shows the wall clock's time but never goes back, whatever happens to that, and not over a restart either: members
 * refuse credentials older than those they hold, and do not agree with members whose configuration is of another
 * time (vl2.md §7.7, §8).
 */
export class IssueClock {
  readonly #parts: IssueClockParts;
  /** Our time at a steady moment; from there it goes on by itself while the wall clock is behind. */
  #anchor: { time: number; at: number };
  #last = 0;
  #reserved: number;

  constructor(parts: IssueClockParts) {
    this.#parts = parts;
    this.#reserved = parts.reserved;
    this.#anchor = { time: parts.reserved, at: parts.steady() };
  }

  /** The time of what is issued now: not less than any before. Rejects when it could not be reserved. */
  async next(): Promise<number> {
    const time = this.#now();
    if (time >= this.#reserved) {
      this.#reserved = time + RESERVED_MS;
      try {
        await this.#parts.reserve(this.#reserved);
      } catch (error) {
        this.#reserved = 0;
        throw error;
      }
    }
    return time;
  }

  /** A revocation leaves that covers the time given here: what is issued from now on is later. */
  revoked(): number {
    const until = this.#now();
    this.#last = until + REVOCATION_MARGIN_MS;
    return until;
  }

  /** How far it is ahead of the wall clock, ms. */
  ahead(): number {
    return Math.max(0, this.#now() - this.#parts.wall());
  }

  /** Gives back what was reserved and not used: a restart in order does not put it ahead of the wall clock. */
  async close(): Promise<void> {
    if (this.#reserved > this.#parts.reserved) await this.#parts.reserve(this.#last + 1);
  }

  #now(): number {
    const wall = this.#parts.wall();
    const at = this.#parts.steady();
    const own = Math.floor(this.#anchor.time + (at - this.#anchor.at) / SLOWER);
    if (wall >= own) this.#anchor = { time: wall, at };
    this.#last = Math.max(wall, own, this.#last);
    return this.#last;
  }
}
