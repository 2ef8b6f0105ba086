/** The machine's own addresses, and which of them a node uses (vl1.md §1.6, §3.10). */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { formatIp, parseIp } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';

/** What decides beyond the fixed rules. */
export interface AddressRule {
  /** Interfaces to leave out: names, or beginnings followed by `*`. */
  readonly exclude: readonly string[];
  readonly loopback: boolean;
  readonly blacklist: readonly string[];
}

/** The addresses of the machine by interface name, as `os.networkInterfaces()` gives them. */
export type Interfaces = Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;

/** A machine with more (a container host) gains nothing from sockets on every one: each HELLO goes out of all. */
const MAX_LOCAL_ADDRESSES = 32;
/** More than this says nothing new to a peer; the core cuts at its own limit. */
const MAX_ANNOUNCED = 64;
/** Loopback and tunnels, among them our own kind: VL1 does not go through VL1. */
const skipped = /^(lo|zt|tun|tap)/;
/** Flags of /proc/net/if_inet6 (linux/if_addr.h): it changes by itself; it cannot be bound yet. */
const IFA_F_TEMPORARY = 0x01;
const IFA_F_TENTATIVE = 0x40;

function startsWith(ip: Uint8Array, prefix: string): boolean {
  const [text = '', bits = ''] = prefix.split('/');
  const network = parseIp(text);
  if (network === undefined || network.length !== ip.length) return false;
  for (let bit = 0; bit < Number(bits); bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((ip[bit >> 3] ?? 0) & mask) !== ((network[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

const loopback = ['127.0.0.0/8', '::1/128'];
const neverUsed = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '255.0.0.0/8', '::/128', 'fe80::/10', 'ff00::/8'];
const tunnelBroker = '2001:470::/32';

function isUsable(address: string, rule: AddressRule): boolean {
  const ip = parseIp(address);
  if (ip === undefined) return false; // one with a zone: link-local
  const within = (prefix: string): boolean => startsWith(ip, prefix);
  if (rule.blacklist.some(within)) return false;
  return loopback.some(within) ? rule.loopback : ![...neverUsed, tunnelBroker].some(within);
}

function isExcluded(name: string, rule: AddressRule): boolean {
  if (skipped.test(name) && !(rule.loopback && name.startsWith('lo'))) return true;
  return rule.exclude.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/** The addresses a node uses, without those in `unfit`. */
export function usableAddresses(interfaces: Interfaces, unfit: ReadonlySet<string>, rule: AddressRule): string[] {
  const usable = Object.entries(interfaces)
    .filter(([name]) => !isExcluded(name, rule))
    .flatMap(([, addresses]) => addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => !unfit.has(address) && isUsable(address, rule));
  return [...new Set(usable)].slice(0, MAX_LOCAL_ADDRESSES);
}

/** IPv6 addresses that are temporary or cannot be bound yet. `table` is the text of /proc/net/if_inet6. */
export function unfitIpv6(table: string): Set<string> {
  const unfit = new Set<string>();
  for (const line of table.split('\n')) {
    const [hex = '', , , , flags = ''] = line.trim().split(/\s+/);
    if (!/^[0-9a-f]{32}$/.test(hex) || (Number.parseInt(flags, 16) & (IFA_F_TEMPORARY | IFA_F_TENTATIVE)) === 0)
      continue;
    unfit.add(formatIp(Uint8Array.from(Buffer.from(hex, 'hex'))));
  }
  return unfit;
}

/** Node does not tell what kind an address is; Linux does. */
function readUnfitIpv6(): Set<string> {
  if (process.platform !== 'linux') return new Set();
  try {
    return unfitIpv6(readFileSync('/proc/net/if_inet6', 'latin1'));
  } catch {
    return new Set(); // a kernel without IPv6 has no such file
  }
}

/** `undefined`: the system does not list its interfaces. */
export function readOwnAddresses(rule: AddressRule): string[] | undefined {
  try {
    return usableAddresses(networkInterfaces(), readUnfitIpv6(), rule);
  } catch {
    return undefined; // uv_interface_addresses: not permitted, as in some sandboxes
  }
}

export function isWildcard({ address }: Endpoint): boolean {
  return address === '0.0.0.0' || address === '::';
}

const isIpv6 = (address: string): boolean => address.includes(':');
export const sameFamily = (a: string, b: string): boolean => isIpv6(a) === isIpv6(b);

/** Where peers may find us: each bound endpoint; a wildcard stands for every address of its family. */
export function announcedEndpoints(bound: readonly Endpoint[], own: readonly string[]): Endpoint[] {
  const all = bound.flatMap((endpoint) => {
    if (!isWildcard(endpoint)) return [endpoint];
    const { port } = endpoint;
    return own.filter((address) => sameFamily(address, endpoint.address)).map((address) => ({ address, port }));
  });
  return all.slice(0, MAX_ANNOUNCED);
}
