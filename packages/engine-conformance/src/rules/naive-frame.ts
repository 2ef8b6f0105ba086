/** What the matches look at in a frame's payload (vl2.md §13.4, §13.5), computed anew by each match that asks. */
import type { NaiveContext } from './naive-context.js';
import { byteAt } from './naive-rules.js';

export function isIpv4(context: NaiveContext): boolean {
  return context.etherType === 0x0800 && context.payload.length >= 20;
}

export function isIpv6(context: NaiveContext): boolean {
  return context.etherType === 0x86dd && context.payload.length >= 40;
}

export interface Upper {
  protocol: number;
  offset: number;
}

/** The upper protocol of an IPv6 frame; `null` when the headers are invalid. */
export function ipv6Upper(payload: Uint8Array): Upper | null {
  let protocol = byteAt(payload, 6);
  let offset = 40;
  while (protocol === 0 || protocol === 43 || protocol === 60 || protocol === 135) {
    if (offset + 8 > payload.length) return null;
    protocol = byteAt(payload, offset);
    offset += 8 * byteAt(payload, offset + 1) + 8;
  }
  return { protocol, offset };
}

export function ipv4Upper(payload: Uint8Array): Upper {
  return { protocol: byteAt(payload, 9), offset: 4 * (byteAt(payload, 0) & 15) };
}

/** Bits 11..0 of the characteristics. */
function tcpBits(context: NaiveContext): bigint {
  const payload = context.payload;
  let header: number | null = null;
  if (isIpv4(context)) {
    const upper = ipv4Upper(payload);
    if (upper.protocol === 6 && payload.length > upper.offset + 13) header = upper.offset;
  } else if (isIpv6(context)) {
    const upper = ipv6Upper(payload);
    if (upper !== null && upper.protocol === 6 && payload.length > upper.offset + 14) header = upper.offset;
  }
  if (header === null) return 0n;
  return BigInt(byteAt(payload, header + 13)) | (BigInt(byteAt(payload, header + 12) & 0x0f) << 8n);
}

/** The address the sender claims, or `solicitation`, whose sender counts as authenticated; `null`: none. */
function senderIp(context: NaiveContext): Uint8Array | 'solicitation' | null {
  const payload = context.payload;
  if (isIpv4(context)) return payload.slice(12, 16);
  if (context.etherType === 0x0806 && payload.length >= 28) return payload.slice(14, 18);
  if (!isIpv6(context)) return null;
  if (payload[6] === 58 && payload.length >= 64) {
    if (payload[40] === 0x87) return 'solicitation';
    if (payload[40] === 0x88) return payload.slice(48, 64);
  }
  return payload.slice(8, 24);
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function octets(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * (count - 1 - i))) & 0xffn));
}

/** My RFC4193 and 6PLANE addresses (§2.3) with the bytes another member's address must share with them. */
function derivedAddresses(context: NaiveContext): { address: Uint8Array; shared: number }[] {
  const nwid = context.networkId;
  const folded = (nwid ^ (nwid >> 32n)) & 0xffff_ffffn;
  const self = octets(context.self, 5);
  return [
    { address: Uint8Array.from([0xfc, ...octets(folded, 4), ...self, 0, 0, 0, 0, 0, 1]), shared: 5 },
    { address: Uint8Array.from([0xfd, ...octets(nwid, 8), 0x99, 0x93, ...self]), shared: 11 },
  ];
}

function ipIsOwned(context: NaiveContext, ip: Uint8Array): boolean {
  const things = context.inbound ? context.remoteThings : context.localThings;
  if (things.some((thing) => thing.kind === 'ip' && same(thing.bytes, ip))) return true;
  if (!context.inbound || ip.length !== 16 || (context.flags & 4n) === 0n) return false;
  return derivedAddresses(context).some(
    ({ address, shared }) =>
      context.addresses.some((held) => same(held, address)) && same(address.slice(0, shared), ip.slice(0, shared)),
  );
}

export function characteristics(context: NaiveContext): bigint {
  let bits = tcpBits(context);
  if (context.inbound) bits |= 1n << 63n;
  if (((context.macDestination[0] ?? 0) & 1) === 1) bits |= 1n << 62n;
  if (context.macDestination.every((byte) => byte === 0xff)) bits |= 1n << 61n;
  const ip = senderIp(context);
  if (ip === 'solicitation' || (ip !== null && ipIsOwned(context, ip))) bits |= 1n << 60n;
  const things = context.inbound ? context.remoteThings : context.localThings;
  if (things.some((thing) => thing.kind === 'mac' && same(thing.bytes, context.macSource))) bits |= 1n << 59n;
  return bits;
}
