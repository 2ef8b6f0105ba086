/** Building the probe's inputs (packages/core/testing/probe/README.md) and reading the vector files. */
import { readFileSync } from 'node:fs';

/** A piece of input: bytes, or hex digits. */
export type Piece = Uint8Array | string;

/** The bytes of hex digits; throws on anything else, so that a damaged vector cannot pass as a short one. */
export function hex(digits: string): Uint8Array {
  const bytes = Buffer.from(digits, 'hex');
  if (bytes.length * 2 !== digits.length) throw new Error(`not hex: ${digits.slice(0, 40)}`);
  return bytes;
}

/** Lower-case hex digits; `null` (a rejection) stays `null`. */
export function toHex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

/** The text the probe answered with; `null` (a rejection) stays `null`. */
export function toText(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

export const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
export const u8 = (value: number): Uint8Array => Uint8Array.of(value);

export function u32(value: number): Uint8Array {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

export function u64(value: bigint): Uint8Array {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(value);
  return out;
}

/** Fixed-size pieces one after another. */
export function join(...pieces: Piece[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? hex(piece) : piece)));
}

/** A piece of variable size: u32 length, then the bytes. */
export function sized(piece: Piece): Uint8Array {
  const bytes = typeof piece === 'string' ? hex(piece) : piece;
  return join(u32(bytes.length), bytes);
}

/** The 16 bytes of an IPv6 address. */
export function ipv6Bytes(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail);
  const all =
    tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return join(...all.map((group) => Uint8Array.of(group >> 8, group & 255)));
}

/** A JSON file of packages/core/vectors. The caller names the shape it relies on. */
export function loadVectors<T>(file: string): T {
  const url = new URL(`../../../core/vectors/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}
