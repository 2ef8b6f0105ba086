/** `socket.setTimeout`: an event after a time without activity. One timer, pushed forward lazily. */

/** Calls `expired` when `touch` was not called for the set time. Does not keep the process alive. */
export class InactivityTimer {
  readonly #expired: () => void;
  #timeoutMs = 0;
  #lastActivity = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  set(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timeoutMs = timeoutMs;
    this.touch();
    if (timeoutMs > 0) this.#arm(timeoutMs);
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
