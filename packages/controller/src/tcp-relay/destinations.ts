/** Where a relay sends for strangers: to the internet, not into the network it stands in. */
import { MAX_REFUSED_PORT } from './limits.js';

/** First address and prefix length of what is not of scope GLOBAL in IPv4 (vl1.md §1.6), or not routed. */
const notGlobal: readonly (readonly [number, number])[] = [
  [0x00000000, 8], // this network
  [0x0a000000, 8], // private (RFC 1918)
  [0x64400000, 10], // carrier-grade NAT (RFC 6598)
  [0x7f000000, 8], // loopback
  [0xa9fe0000, 16], // link-local
  [0xac100000, 12], // private
  [0xc0000200, 24], // documentation (RFC 5737)
  [0xc0a80000, 16], // private
  [0xc6120000, 15], // benchmarks (RFC 2544)
  [0xc6336400, 24], // documentation
  [0xcb007100, 24], // documentation
  [0xe0000000, 3], // multicast, reserved, broadcast
];

function number(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** Whether an IPv4 address is one of the internet's. */
export function isGlobal(address: string): boolean {
  const value = number(address);
  return !notGlobal.some(([first, bits]) => value >= first && value < first + 2 ** (32 - bits));
}

/** Whether a client may send there; `anywhere` also to private addresses. */
export function mayReach(address: string, port: number, anywhere: boolean): boolean {
  if (port <= MAX_REFUSED_PORT) return false;
  if (!anywhere) return isGlobal(address);
  return number(address) >>> 29 !== 7 && number(address) !== 0; // never to groups
}

/** Whom a client's address stands for: one IPv4 address, or the IPv6 /64 of which one machine has every address. */
export function placeOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address; // mapped IPv4 too
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = (tail ?? '').split(':').filter((group) => group !== '');
  while (tail !== undefined && groups.length + rest.length < 8) groups.push('0');
  return [...groups, ...rest].slice(0, 4).join(':');
}
