/**
 * Checks of API arguments, done once here: engines trust what passes. Every message names the argument and its
 * range.
 */
import {
  type Endpoint,
  type NetworkId,
  type NodeAddress,
  parseNetworkId,
  parseNodeAddress,
  ZtError,
} from '@ztkit/types';
import { ipVersion } from './ip-address.js';

/** The error for a bad argument. */
export function invalid(what: string): ZtError {
  return new ZtError('ERR_ZT_INVALID_ARGUMENT', what);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return value === null ? 'null' : typeof value;
}

/** An integer in `low`..`high`. */
export function checkInteger(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalid(`"${name}" must be an integer in ${low}..${high}, not ${shown(value)}`);
}

/** A port to bind (0 allowed: any) or, with `low` 1, to connect to. */
export function checkPort(name: string, value: unknown, low: 0 | 1 = 0): number {
  return checkInteger(name, value, low, 65535);
}

/** An IPv4 or IPv6 address in text. */
export function checkIp(name: string, value: unknown): string {
  if (ipVersion(value) !== 0) return value as string;
  throw invalid(`"${name}" must be an IPv4 or IPv6 address, not ${shown(value)}`);
}

/** A multicast group: 224.0.0.0/4 or ff00::/8. */
export function checkGroup(name: string, value: unknown): string {
  const version = ipVersion(value);
  const text = String(value);
  const first = version === 4 ? Number.parseInt(text, 10) : Number.parseInt(text.split(':')[0] || '0', 16);
  if ((version === 4 && first >> 4 === 14) || (version === 6 && first >> 8 === 0xff)) return text;
  throw invalid(`"${name}" must be a multicast address such as 239.1.2.3 or ff15::1, not ${shown(value)}`);
}

/** A local address: an IP or absent (`''`: any). */
export function checkLocalIp(name: string, value: unknown): string {
  return value === undefined || value === '' ? '' : checkIp(name, value);
}

/** Where to send to or connect to. */
export function checkRemote(name: string, value: unknown): Endpoint {
  const { address, port } = checkObject(name, value) as Partial<Endpoint>;
  return { address: checkIp(`${name}.address`, address), port: checkPort(`${name}.port`, port, 1) };
}

/** A time span in ms, 0..2^31-1. */
export function checkMs(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 0x7fffffff);
}

/** A probability. */
export function checkProbability(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value <= 1) return;
  throw invalid(`"${name}" must be a number in 0..1, not ${shown(value)}`);
}

/** An object (not null, not an array). */
export function checkObject(name: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw invalid(`"${name}" must be an object, not ${shown(value)}`);
}

/** An array of at most `most` items; gives what `check` makes of each, whose name is `name[index]`. */
export function checkList<T>(
  name: string,
  value: unknown,
  most: number,
  check: (name: string, item: unknown) => T,
): T[] {
  if (!Array.isArray(value)) throw invalid(`"${name}" must be an array, not ${shown(value)}`);
  if (value.length > most) throw invalid(`"${name}" must have at most ${most} items, not ${value.length}`);
  return Array.from(value, (item, index) => check(`${name}[${index}]`, item));
}

/** A MAC address: six octets as hex digits, with colons or without. */
export function checkMac(name: string, value: unknown): string {
  const good = typeof value === 'string' && /^([0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{12})$/i.test(value);
  if (good) return value;
  throw invalid(`"${name}" must be a MAC address such as 02:00:00:00:00:01, not ${shown(value)}`);
}

/** A node address, among other arguments that could be meant. */
export function checkNodeAddress(name: string, value: unknown): NodeAddress {
  try {
    return parseNodeAddress(value);
  } catch {
    const what = 'a node address: 10 hex digits, not zero, not beginning with ff';
    throw invalid(`"${name}" must be ${what}; it is ${shown(value)}`);
  }
}

/** A network id, among other arguments that could be meant. */
export function checkNetworkId(name: string, value: unknown): NetworkId {
  try {
    return parseNetworkId(value);
  } catch {
    throw invalid(`"${name}" must be a network id: 16 hex digits, not zero; it is ${shown(value)}`);
  }
}

/** A function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalid(`"${name}" must be a function, not ${shown(value)}`);
}

/** An IP prefix such as `10.0.0.0/8`. */
export function checkPrefix(name: string, value: unknown): string {
  const [address, bits, rest] = typeof value === 'string' ? value.split('/') : [];
  const version = ipVersion(address);
  const good =
    version !== 0 && rest === undefined && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= (version === 4 ? 32 : 128);
  if (good) return value as string;
  throw invalid(`"${name}" must be a prefix such as 10.0.0.0/8, not ${shown(value)}`);
}

/** Bytes of any view or buffer, without copying. */
export function checkBytes(name: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw invalid(`"${name}" must be a Uint8Array, another view or an ArrayBuffer, not ${shown(value)}`);
}

/** An AbortSignal or nothing. Throws its reason when it is aborted already. */
export function checkSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof AbortSignal)) throw invalid(`"signal" must be an AbortSignal, not ${shown(value)}`);
  value.throwIfAborted();
  return value;
}
