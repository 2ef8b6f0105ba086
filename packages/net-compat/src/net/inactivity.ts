/** `socket.setTimeout`: an event after a time without activity. One timer, pushed forward lazily. */

/** What a timer of the event loop can hold; a longer one would fire at once. */
export const MAX_TIMER_MS = 0x7fffffff;

/** Calls `expired` when `touch` was not called for the set time. Does not keep the process alive. */
export class InactivityTimer {
  readonly #expired: () => void;
  #timeoutMs = 0;
  #lastActivity = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** `timeoutMs` is not negative; 0 switches off, longer than {@link MAX_TIMER_MS} is cut to it. */
  set(timeoutMs: number): void {
    this.stop();
    this.#timeoutMs = Math.min(timeoutMs, MAX_TIMER_MS);
    this.touch();
    if (timeoutMs > 0) this.#arm(this.#timeoutMs);
  }

  touch(): void {
    this.#lastActivity = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(inMs: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#lastActivity + this.#timeoutMs - performance.now();
      if (left >= 1) {
        this.#arm(left);
      } else {
        this.#timer = undefined;
        this.#expired();
      }
    }, inMs);
    this.#timer.unref();
  }
}
