/** IP addresses with a prefix length, as numbers: what routes, pools and assignments are made of. */
import ipaddr from 'ipaddr.js';

/** An address of one family with the prefix length written after it. */
export interface IpAddress {
  family: 4 | 6;
  value: bigint;
  /** 0..32 or 0..128; 0 when the text had none (controller.md §7.4). */
  bits: number;
}

/** Number of bits of a family's addresses. */
export function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/**
 * Reads `a[/n]`. A text that is not a valid address, or a prefix longer than the family has, gives `undefined`
 * (controller.md §7.4, **Do:**).
 */
export function parseIp(text: string): IpAddress | undefined {
  const match = /^([0-9a-fA-F:.]{2,45})(?:\/(\d{1,3}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const family = match[1].includes(':') ? 6 : 4;
  const valid = family === 6 ? ipaddr.IPv6.isValid(match[1]) : ipaddr.IPv4.isValidFourPartDecimal(match[1]);
  const bits = Number(match[2] ?? '0');
  if (!valid || bits > widthOf(family)) return undefined;
  return { family, value: toNumber(ipaddr.parse(match[1]).toByteArray()), bits };
}

/** The address alone as text; IPv6 compressed (RFC 5952). */
export function ipText(ip: IpAddress): string {
  const bytes = [...ipBytes(ip)];
  return ip.family === 4 ? bytes.join('.') : (ipaddr.fromByteArray(bytes) as ipaddr.IPv6).toRFC5952String();
}

/** `address/bits`. */
export function prefixText(ip: IpAddress): string {
  return `${ipText(ip)}/${ip.bits}`;
}

/** The 4 or 16 bytes of an address. */
export function ipBytes(ip: IpAddress): Uint8Array {
  const bytes = new Uint8Array(widthOf(ip.family) / 8);
  let rest = ip.value;
  for (let i = bytes.length - 1; i >= 0; i -= 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The address of these 4 or 16 bytes. */
export function ipFromBytes(bytes: Uint8Array, bits: number): IpAddress {
  return { family: bytes.length === 4 ? 4 : 6, value: toNumber(bytes), bits };
}

/** Whether `ip` lies inside the prefix `range`. */
export function contains(range: IpAddress, ip: IpAddress): boolean {
  if (range.family !== ip.family) return false;
  const host = BigInt(widthOf(range.family) - range.bits);
  return range.value >> host === ip.value >> host;
}

function toNumber(bytes: Iterable<number>): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
