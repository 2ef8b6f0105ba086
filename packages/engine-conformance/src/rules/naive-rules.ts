/**
 * Rule bytes as vl2.md §13.1 says, read in the plainest way. Part of the naive evaluator: written from the
 * specification alone, so that it can disagree with the engines.
 */
import type { NaiveRule } from './naive-context.js';

/** Data bytes of each known type (§13.1); a type that is missing here is unknown. */
const LENGTHS = new Map<number, number>([
  ...[0, 1, 5, 6].map((type): [number, number] => [type, 0]),
  ...[2, 3, 4].map((type): [number, number] => [type, 14]),
  [24, 5],
  [25, 5],
  [26, 2],
  [27, 1],
  [28, 1],
  [29, 6],
  [30, 6],
  [31, 5],
  [32, 5],
  [33, 17],
  [34, 17],
  [35, 3],
  [36, 1],
  [37, 2],
  [38, 3],
  [39, 4],
  [40, 4],
  [41, 8],
  [42, 4],
  [43, 4],
  ...[44, 45, 46, 47, 48, 49, 50].map((type): [number, number] => [type, 8]),
  [51, 19],
]);

/** `null` when the bytes are malformed. */
export function naiveParse(bytes: Uint8Array): NaiveRule[] | null {
  const rules: NaiveRule[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at];
    const stated = bytes[at + 1];
    if (first === undefined || stated === undefined) return null;
    const type = first & 0x3f;
    const fixed = LENGTHS.get(type) ?? 0;
    if (at + 2 + Math.max(fixed, stated) > bytes.length) return null;
    const data = bytes.slice(at + 2, at + 2 + fixed);
    rules.push({ type, not: (first & 0x80) !== 0, or: (first & 0x40) !== 0, known: LENGTHS.has(type), data });
    at += 2 + stated;
  }
  return rules;
}

/** A big-endian number of `count` bytes at `from`. */
export function be(bytes: Uint8Array, from: number, count: number): bigint {
  let value = 0n;
  for (let i = 0; i < count; ++i) value = (value << 8n) | BigInt(bytes[from + i] ?? 0);
  return value;
}

export function byteAt(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError(`the naive evaluator read byte ${at} of ${bytes.length}`);
  return value;
}
