/** What the demo shows: steps, events with their names as they happen, a progress bar, results. */
import { SingleBar } from 'cli-progress';
import type { ChildMessage } from './messages.js';
import type { DemoOptions } from './options.js';

const MIB = 1 << 20;

/** Writes to standard output; draws a bar only on a terminal. */
export class View {
  readonly #started = performance.now();
  readonly #options: DemoOptions;
  #bar: SingleBar | undefined;
  #lastTenth = 0;
  #size = 0;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** A headline of the demo itself. */
  step(text: string): void {
    this.#line(`\n▸ ${text}`);
  }

  /** A result, always shown. */
  result(text: string): void {
    this.#line(`  ${text}`);
  }

  /** Something a child said. */
  message(child: string, message: ChildMessage): void {
    if (message.kind === 'progress') this.#progress(message.bytes);
    if (message.kind !== 'event' || this.#options.quiet) return;
    if (!message.important && !this.#options.verbose) return;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(2).padStart(6);
    this.#line(
      `  ${seconds} s  ${child.padEnd(10)} ${message.name}${message.detail === '' ? '' : `  ${message.detail}`}`,
    );
  }

  startProgress(size: number): void {
    this.#size = size;
    this.#lastTenth = 0;
    if (this.#options.quiet || !process.stdout.isTTY) return;
    this.#bar = new SingleBar({
      format: '  [{bar}] {percentage}% | {value}/{total} MiB | {duration_formatted}',
      hideCursor: true,
    });
    this.#bar.start(Math.ceil(size / MIB), 0);
  }

  endProgress(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #progress(bytes: number): void {
    this.#bar?.update(Math.floor(bytes / MIB));
    const tenth = Math.floor((bytes * 10) / this.#size);
    if (this.#bar === undefined && !this.#options.quiet && tenth > this.#lastTenth) {
      this.#lastTenth = tenth;
      this.#line(`  ${String(tenth * 10).padStart(3)} % of ${(this.#size / MIB).toFixed(0)} MiB`);
    }
  }

  #line(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
