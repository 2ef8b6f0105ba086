/** JSON values, the tolerant readers of the REST API, and the canonical text of a record. */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. A key whose value is `undefined` is the same as an absent one. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** Longest JSON list that is kept; the rest is cut (controller.md §8.1). */
export const MAX_LIST = 16_384;

/** Whether `value` is an object, and not an array or null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first {@link MAX_LIST} entries, or `undefined` for anything but an array. */
export function listOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? value.slice(0, MAX_LIST) : undefined;
}

/** Reads an unsigned 64-bit integer (controller.md §7.4). Anything unusable gives `fallback`. */
export function readInteger(value: Json | undefined, fallback: bigint): bigint {
  if (typeof value === 'number')
    return Number.isFinite(value) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : fallback;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return BigInt.asUintN(64, BigInt(/^\d{1,20}/.exec(value)?.[0] ?? '0'));
  return fallback;
}

/** Reads an integer that must fit a JavaScript number exactly; larger ones become `maximum`. */
export function readNumber(
  value: Json | undefined,
  fallback: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): number {
  const read = readInteger(value, BigInt(fallback));
  return read > BigInt(maximum) ? maximum : Number(read);
}

/** Reads the low 32 bits of an integer (ids, tag values). */
export function readUint32(value: Json | undefined, fallback = 0): number {
  return Number(BigInt.asUintN(32, readInteger(value, BigInt(fallback))));
}

/** Reads a bool (controller.md §7.4): a positive number, or a text that starts with `t`, `T` or `1`, is true. */
export function readBoolean(value: Json | undefined, fallback: boolean): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value > 0;
  if (typeof value === 'string') return /^[tT1]/.test(value);
  return fallback;
}

/** Reads a text (controller.md §7.4): numbers become their decimal digits, bools `"1"` and `"0"`. */
export function readText(value: Json | undefined, fallback: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return readInteger(value, 0n).toString();
  if (typeof value === 'boolean') return value ? '1' : '0';
  return fallback;
}

/** JSON text with the keys of every object in alphabetical order (controller.md §2.1, §7.3). */
export function canonicalText(value: unknown, indent?: string): string {
  return JSON.stringify(value, sortKeys, indent);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries);
}

/** Whether two records are equal in every key except `revision` (controller.md §2.2). */
export function sameExceptRevision(a: object, b: object): boolean {
  return canonicalText({ ...a, revision: 0 }) === canonicalText({ ...b, revision: 0 });
}
