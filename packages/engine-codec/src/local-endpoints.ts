/** Where a node can be reached on its own networks: told to peers it shares a virtual network with (vl1.md §7.7). */
import type { RawNode } from './raw-node.js';

/** One address of an interface, as `os.networkInterfaces()` gives it. */
export interface InterfaceAddress {
  readonly address: string;
  readonly internal: boolean;
}

/** The addresses of the machine by interface name. */
export type Interfaces = Readonly<Record<string, readonly InterfaceAddress[] | undefined>>;

// No VL1 inside other tunnels, and never over loopback unless bound to it by name (vl1.md §3.10).
const skipped = /^(lo|zt|tun|tap)/;
// More than this says nothing new; the core cuts at its own limit.
const MAX_ENDPOINTS = 64;

/** Every bound address with its port; a wildcard means all addresses of its family. The core drops unusable ones. */
export function localEndpoints(bound: RawNode['bound'], interfaces: Interfaces): { address: string; port: number }[] {
  const own = Object.entries(interfaces)
    .filter(([name]) => !skipped.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.includes('%'))
    .map(({ address }) => address);
  const endpoints = bound.flatMap(({ address, port }) => {
    if (address === '0.0.0.0') return own.filter((ip) => !ip.includes(':')).map((ip) => ({ address: ip, port }));
    if (address === '::') return own.filter((ip) => ip.includes(':')).map((ip) => ({ address: ip, port }));
    return [{ address, port }];
  });
  return endpoints.slice(0, MAX_ENDPOINTS);
}
