/** What the compiler says about a source: errors and warnings with their places. */
import { RULES_LIMITS } from './limits.js';
import type { Span } from './syntax.js';

/** One remark about a rules source. */
export interface RulesDiagnostic {
  severity: 'error' | 'warning';
  /** Line, from 1. */
  line: number;
  /** Column of the first character, from 1, in UTF-16 code units. */
  column: number;
  /** Length of the place in UTF-16 code units, at least 1. */
  length: number;
  /** What is wrong and what to do, in one sentence or two. */
  message: string;
}

/**
 * A rules source that cannot be compiled. The message names the first error and the number of the others;
 * `diagnostics` has all of them, in the order of the source.
 */
export class RulesSourceError extends Error {
  override readonly name = 'RulesSourceError';
  readonly code = 'ERR_RULES_SOURCE';

  constructor(
    /** Every error and warning, at most 100. */
    readonly diagnostics: readonly RulesDiagnostic[],
  ) {
    super(summary(diagnostics));
  }
}

function summary(diagnostics: readonly RulesDiagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const first = errors[0];
  if (first === undefined) return 'The rules cannot be compiled';
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `Line ${first.line}, column ${first.column}: ${first.message}${others}`;
}

/** Thrown inside the compiler when going on makes no sense; never leaves it. */
export class Stop extends Error {}

/** Collects diagnostics; the same words at the same place are told once (a macro is expanded many times). */
export class DiagnosticList {
  readonly #found = new Map<string, { span: Span; severity: RulesDiagnostic['severity']; message: string }>();
  readonly #source: string;
  #starts: readonly number[] | undefined;
  #errors = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Returns `undefined`, so that a reader can say `return fail(…)`. */
  error(span: Span, message: string): undefined {
    if (this.#add('error', span, message)) this.#errors += 1;
    if (this.#found.size >= RULES_LIMITS.diagnostics) throw new Stop();
  }

  /** An error after which the rest of the source would only be noise, or work without end. */
  fatal(span: Span, message: string): never {
    this.error(span, message);
    throw new Stop();
  }

  /** Warnings beyond the limit are left out: they stop nothing. */
  warn(span: Span, message: string): void {
    if (this.#found.size < RULES_LIMITS.diagnostics - 1) this.#add('warning', span, message);
  }

  /** The line of a place, from 1. */
  lineOf(span: Span): number {
    return this.#placeOf(span.start).line;
  }

  #placeOf(offset: number): { line: number; column: number } {
    this.#starts ??= lineStarts(this.#source);
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  #add(severity: RulesDiagnostic['severity'], span: Span, message: string): boolean {
    const key = `${span.start} ${message}`;
    if (this.#found.has(key)) return false;
    this.#found.set(key, { span, severity, message });
    return true;
  }

  /** In the order of the source, with lines and columns. */
  list(): RulesDiagnostic[] {
    return [...this.#found.values()]
      .sort((a, b) => a.span.start - b.span.start)
      .map(({ span, severity, message }) => ({
        severity,
        ...this.#placeOf(span.start),
        length: Math.max(1, span.end - span.start),
        message,
      }));
  }
}

/** Where lines begin: after LF, CR LF, or a CR alone. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of source.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}
