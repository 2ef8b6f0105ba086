/** Reading what the wire probe says about a value (packages/core/testing/probe/probe_wire.cc). */
import { toHex } from './probe-input.js';
import type { ProbeTarget } from './targets.js';

export interface WireAnswer {
  /** The value written again, hex. */
  readonly serialized: string;
  /** What its signature covers, hex; empty where there is none. */
  readonly signedMessage: string;
  /** Every field in order; a name may repeat. */
  readonly fields: readonly (readonly [string, string])[];
}

/** A number as the probe writes it. */
export const number = (value: number | bigint): string => value.toString(16).padStart(16, '0');

/** Lines "field=value". */
export function parseFields(bytes: Uint8Array): [string, string][] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });
}

function takePiece(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return [bytes.subarray(4, 4 + size), bytes.subarray(4 + size)];
}

/** Asks the probe about a value; `null` means rejected. */
export function ask(target: ProbeTarget, name: string, input: Uint8Array): WireAnswer | null {
  const answer = target.probe(name, input);
  if (answer === null) return null;
  const [serialized, afterFirst] = takePiece(answer);
  const [signedMessage, rest] = takePiece(afterFirst);
  return { serialized: toHex(serialized) ?? '', signedMessage: toHex(signedMessage) ?? '', fields: parseFields(rest) };
}

/** All values of one field. */
export const all = (answer: WireAnswer | null, name: string): string[] =>
  (answer?.fields ?? []).filter(([field]) => field === name).map(([, value]) => value);

/** The only value of a field; `undefined` if it is missing or repeated. */
export function one(answer: WireAnswer | null, name: string): string | undefined {
  const values = all(answer, name);
  return values.length === 1 ? values[0] : undefined;
}
