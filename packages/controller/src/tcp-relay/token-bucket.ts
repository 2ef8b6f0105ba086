/** A rate with a burst. */
import { BURST_SECONDS } from './limits.js';

export class TokenBucket {
  readonly #rate: number;
  #tokens: number;
  #at: number;

  /** `rate` per second; 0: no limit. `now` in ms. */
  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#tokens = rate * BURST_SECONDS;
    this.#at = now;
  }

  /** False: over the rate, nothing is taken. */
  take(amount: number, now: number): boolean {
    if (this.#rate === 0) return true;
    const earned = ((now - this.#at) * this.#rate) / 1000;
    this.#tokens = Math.min(this.#rate * BURST_SECONDS, this.#tokens + earned);
    this.#at = now;
    if (this.#tokens < amount) return false;
    this.#tokens -= amount;
    return true;
  }
}
