/** Reading the arguments of statements (controller.md §10.3): a value, or an error at the word and `undefined`. */
import { parseIp, prefixText } from '../domain/ip-address.js';
import type { DiagnosticList } from './diagnostics.js';
import { didYouMean, quoted } from './suggest.js';
import type { Word } from './syntax.js';

const NO_NAMES: ReadonlyMap<string, number> = new Map();

/** A decimal or `0x…` number, or `undefined` for any other text. It may be larger than a number can hold exactly. */
function numberIn(text: string): number | undefined {
  return /^(?:\d{1,20}|0x[0-9a-f]{1,16})$/i.test(text) ? Number(text) : undefined;
}

/** A number of 0..`most`, or one of `names`; `what` is how the error calls it. */
export function readNumber(
  word: Word,
  what: string,
  most: number,
  diagnostics: DiagnosticList,
  names = NO_NAMES,
): number | undefined {
  const value = names.get(word.text) ?? numberIn(word.text);
  if (value !== undefined && value <= most) return value;
  const orName = names.size === 0 ? '' : `, or a name such as ${quoted([...names.keys()][0] ?? '')}`;
  const hint = value === undefined ? didYouMean(word.text, names.keys()) : '';
  return diagnostics.error(word, `${quoted(word.text)} is not ${what}: a number of 0 to ${most}${orName}${hint}`);
}

/** A number that the controller cuts to `width` bits, which is worth a warning. */
export function readMasked(
  word: Word,
  what: string,
  width: number,
  diagnostics: DiagnosticList,
  names = NO_NAMES,
): number | undefined {
  const value = readNumber(word, what, 0xffff_ffff, diagnostics, names);
  if (value !== undefined && value >= 2 ** width) {
    diagnostics.warn(
      word,
      `Only the low ${width} bits of ${quoted(word.text)} count: it is read as ${value % 2 ** width}`,
    );
  }
  return value;
}

/** `-1`, or a number of 0..`most`. */
export function readOrMinusOne(
  word: Word,
  what: string,
  most: number,
  diagnostics: DiagnosticList,
): number | undefined {
  if (word.text === '-1') return -1;
  const value = numberIn(word.text);
  if (value !== undefined && value <= most) return value;
  return diagnostics.error(word, `${quoted(word.text)} is not ${what}: a number of 0 to ${most}, or -1`);
}

/** `value` or `low-high`. */
export function readRange(
  word: Word,
  what: string,
  most: number,
  diagnostics: DiagnosticList,
): { start: number; end: number } | undefined {
  const [low = '', high = low, ...rest] = word.text.split('-', 3);
  const start = numberIn(low);
  const end = numberIn(high);
  const inside = start !== undefined && end !== undefined && start <= most && end <= most;
  if (!inside || rest.length > 0) {
    return diagnostics.error(word, `${quoted(word.text)} is not ${what}: write 80 or 80-90, numbers of 0 to ${most}`);
  }
  if (start > end)
    diagnostics.warn(word, `The range ${quoted(word.text)} matches nothing: its end is before its start`);
  return { start, end };
}

/** `low-high` of 64 bits, as the hex digits of INTEGER_RANGE. */
export function readRange64(word: Word, diagnostics: DiagnosticList): { start: string; end: string } | undefined {
  const parts = word.text.split('-', 3);
  const bounds = [parts[0] ?? '', parts[1] ?? parts[0] ?? ''].flatMap((text) =>
    numberIn(text) === undefined ? [] : [BigInt(text)],
  );
  const [start, end] = bounds;
  if (parts.length > 2 || start === undefined || end === undefined || start >> 64n > 0n || end >> 64n > 0n) {
    return diagnostics.error(word, `${quoted(word.text)} is not a range: write 80 or 0x50-0x5a, numbers of 64 bits`);
  }
  if (start > end)
    diagnostics.warn(word, `The range ${quoted(word.text)} matches nothing: its end is before its start`);
  return { start: start.toString(16).padStart(16, '0'), end: end.toString(16).padStart(16, '0') };
}

/** The address of TEE, WATCH and REDIRECT: exactly 10 hex digits. */
export function readTarget(word: Word, diagnostics: DiagnosticList): string | undefined {
  if (/^[0-9a-f]{10}$/i.test(word.text)) return word.text.toLowerCase();
  return diagnostics.error(word, `${quoted(word.text)} is not a ZeroTier address: 10 hex digits, such as a09acf0233`);
}

/** A ZeroTier address of a match: 10 hex digits, anything between them. */
export function readZtAddress(word: Word, diagnostics: DiagnosticList): string | undefined {
  const digits = word.text.replace(/[^0-9a-f]/gi, '').toLowerCase();
  if (digits.length === 10) return digits;
  return diagnostics.error(word, `${quoted(word.text)} is not a ZeroTier address: 10 hex digits, such as a09acf0233`);
}

/** 12 hex digits, anything between them; written with `:`. */
export function readMac(word: Word, diagnostics: DiagnosticList): string | undefined {
  const digits = word.text.replace(/[^0-9a-f]/gi, '').toLowerCase();
  if (digits.length === 12) return digits.replace(/..(?!$)/g, '$&:');
  return diagnostics.error(word, `${quoted(word.text)} is not a MAC: 12 hex digits, such as 02:aa:bb:cc:dd:ee`);
}

/** `ip/bits`; the prefix length is required. */
export function readPrefix(word: Word, diagnostics: DiagnosticList): { family: 4 | 6; text: string } | undefined {
  const ip = word.text.includes('/') ? parseIp(word.text) : undefined;
  if (ip !== undefined) return { family: ip.family, text: prefixText(ip) };
  const alone = parseIp(word.text);
  const hint = alone === undefined ? '' : ` (for this one address write ${word.text}/${alone.family === 4 ? 32 : 128})`;
  return diagnostics.error(
    word,
    `${quoted(word.text)} is not an IP prefix: address/bits, such as 10.1.0.0/16 or fd00::/8${hint}`,
  );
}

/** 0.0..1.0 as floor(4294967295 × p). */
export function readProbability(word: Word, diagnostics: DiagnosticList): number | undefined {
  const p = /^(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:e-?\d{1,3})?$/i.test(word.text) ? Number(word.text) : Number.NaN;
  if (p >= 0 && p <= 1) return Math.floor(0xffff_ffff * p);
  return diagnostics.error(word, `${quoted(word.text)} is not a probability: a number of 0.0 to 1.0, such as 0.25`);
}

/** A comma list of bits below `width`, each a number or one of `names`, as their union; 64 bits need a bigint. */
export function readBits(
  word: Word,
  what: string,
  width: number,
  names: ReadonlyMap<string, bigint>,
  diagnostics: DiagnosticList,
): bigint | undefined {
  let union = 0n;
  let start = word.start;
  for (const text of word.text.split(',')) {
    const item = { text, start, end: start + text.length };
    start = item.end + 1;
    const number = numberIn(text);
    const mask = names.get(text) ?? (number !== undefined && number < width ? 1n << BigInt(number) : undefined);
    if (mask === undefined) {
      const hint = didYouMean(text, names.keys());
      return diagnostics.error(
        item.end > item.start ? item : word,
        `${quoted(text)} is not ${what}: a bit of 0 to ${width - 1} or a name, several with "," and no white space${hint}`,
      );
    }
    union |= mask;
  }
  return union;
}
