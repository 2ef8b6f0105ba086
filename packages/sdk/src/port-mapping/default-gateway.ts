/** The routers of this machine's networks. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** A way out: the router, and our address on its network. */
export interface GatewayRoute {
  local: string;
  gateway: string;
}

const RTF_GATEWAY = 0x2;

/** /proc/net/route: default routes by interface. Numbers are hexadecimal, in the (little-endian) machine's order. */
export function defaultRoutes(table: string): Map<string, string> {
  const routes = new Map<string, string>();
  for (const line of table.split('\n').slice(1)) {
    const [name = '', destination = '', gateway = '', flags = '', , , , mask = ''] = line.trim().split(/\s+/);
    if (destination !== '00000000' || mask !== '00000000' || !/^[0-9A-Fa-f]{8}$/.test(gateway)) continue;
    if ((Number.parseInt(flags, 16) & RTF_GATEWAY) === 0 || routes.has(name)) continue;
    routes.set(name, [...Buffer.from(gateway, 'hex')].reverse().join('.'));
  }
  return routes;
}

/** Elsewhere no file tells the routes; a router nearly always has the first address of its network. */
function firstOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  const parts = address.split('.').map((part, index) => Number(part) & (mask[index] ?? 255));
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}

/** Ways out by IPv4, each of our addresses that has one. */
export async function gatewayRoutes(): Promise<GatewayRoute[]> {
  const linux = process.platform === 'linux';
  const routes = linux ? defaultRoutes(await readFile('/proc/net/route', 'latin1')) : undefined;
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address, netmask }) => ({
        local: address,
        gateway: (routes === undefined ? firstOf(address, netmask) : routes.get(name)) ?? '',
      }))
      .filter(({ local, gateway }) => gateway !== '' && gateway !== local),
  );
}
