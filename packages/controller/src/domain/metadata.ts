/** The metadata dictionary of a configuration request (vl2.md §4, §5.1). A dictionary is bytes, never UTF-8 text. */

/** Bytes of metadata that are read; the rest is cut off, as in the original (vl2.md §4: 1024 with the NUL). */
const MAX_METADATA = 1023;

/** What a controller wants to know of a request. */
export interface RequestMetadata {
  /** Rules engine revision; 0 means none (vl2.md §5.1). */
  rulesRevision: number;
  /** Software and protocol version; -1 when not said. */
  versionMajor: number;
  versionMinor: number;
  versionRevision: number;
  protocol: number;
  /** Key `a`: the join credential, as Latin-1 text; `''` when none. */
  credential: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', r: '\r', n: '\n', e: '=' };

/** The values of a dictionary by key, each byte as one Latin-1 character. The first of duplicate keys counts. */
export function parseDictionary(bytes: Uint8Array): ReadonlyMap<string, string> {
  const end = bytes.indexOf(0);
  const text = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
  const values = new Map<string, string>();
  for (const line of text.split(/[\r\n]/)) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const key = line.slice(0, equals);
    if (!values.has(key)) values.set(key, unescapeValue(line.slice(equals + 1)));
  }
  return values;
}

function unescapeValue(value: string): string {
  return value.replace(/\\([\s\S]?)/g, (_whole, next: string) => ESCAPES[next] ?? next);
}

/** Reads a request's metadata. Nothing in it can make this fail. */
export function parseMetadata(bytes: Uint8Array): RequestMetadata {
  const values = parseDictionary(bytes.subarray(0, MAX_METADATA));
  return {
    rulesRevision: hexNumber(values.get('revr'), 0),
    versionMajor: hexNumber(values.get('majv'), -1),
    versionMinor: hexNumber(values.get('minv'), -1),
    versionRevision: hexNumber(values.get('revv'), -1),
    protocol: hexNumber(values.get('pv'), -1),
    credential: values.get('a') ?? '',
  };
}

/** Hex up to the first other character (vl2.md §4). Versions have at most 16 bits; larger claims are cut to that. */
function hexNumber(text: string | undefined, fallback: number): number {
  const digits = /^[0-9a-fA-F]{1,16}/.exec(text ?? '')?.[0];
  return digits === undefined ? fallback : Math.min(Number(BigInt(`0x${digits}`)), 0xffff);
}
