/** Diagnostics for people: the line of the source with the place marked. */
import { lineStarts, type RulesDiagnostic } from './diagnostics.js';

/** Columns of a source line that are shown around the place. */
const SHOWN = 100;

/**
 * Writes diagnostics with their lines:
 *
 * ```text
 * rules.txt:3:8: error: `etherytpe` is not expected here: a match or ";" must follow (did you mean `ethertype`?)
 *     3 |   drop etherytpe ipv4;
 *       |        ^^^^^^^^^
 * ```
 *
 * @param name - how the source is called, usually its file name
 */
export function formatDiagnostics(source: string, diagnostics: readonly RulesDiagnostic[], name = 'rules'): string {
  const starts = lineStarts(source);
  return diagnostics
    .map((diagnostic) => {
      const start = starts[diagnostic.line - 1] ?? 0;
      const line = source.slice(start, starts[diagnostic.line] ?? source.length).replace(/[\r\n]+$/, '');
      const { line: number, column, severity, message } = diagnostic;
      return [`${name}:${number}:${column}: ${severity}: ${message}`, ...excerpt(line, diagnostic)].join('\n');
    })
    .join('\n');
}

/** The part of the line around the place, and the mark under it. Each character takes one column, tabs too. */
function excerpt(line: string, { line: number, column, length }: RulesDiagnostic): [string, string] {
  const from = column - 1 > SHOWN - 20 ? column - 1 - 20 : 0;
  const characters = [...line.slice(from, from + SHOWN)].map((character) => (visible(character) ? character : ' '));
  const before = [...line.slice(from, column - 1)].length;
  const marked = [...line.slice(column - 1, column - 1 + length)].length;
  const mark = '^'.repeat(Math.max(1, Math.min(marked, characters.length - before)));
  const label = String(number).padStart(5);
  return [`${label} | ${characters.join('')}`.trimEnd(), `${' '.repeat(label.length)} | ${' '.repeat(before)}${mark}`];
}

/** Control and formatting characters could write anything on a terminal. */
function visible(character: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character);
}
