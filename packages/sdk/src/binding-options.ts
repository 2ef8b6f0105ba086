/** Where a node's UDP sockets are: the options of `createNode` that decide it (vl1.md §3.10). */
import type { Endpoint, InterfaceBinding } from '@ztkit/types';
import { checkIp, checkObject, checkPort, invalid } from './arguments.js';

/** Which interfaces a node uses. */
export interface InterfaceOptions {
  /**
   * Interfaces to leave out, besides loopback and tunnels (`lo*`, `zt*`, `tun*`, `tap*`): names, or beginnings of names
   * followed by `*`, such as `docker*`.
   */
  exclude?: readonly string[];
}

/** The part of `NodeOptions` about sockets. */
export interface BindingOptions {
  /**
   * Exactly these local UDP endpoints, whatever happens to the machine's addresses. Excludes the other options here.
   */
  bind?: readonly Endpoint[];
  /**
   * Local UDP port. Alone: on all IPv4 addresses and, where the machine has IPv6, on all IPv6 addresses, which is what
   * a root or a server behind a firewall rule wants. With `interfaces`, `secondaryPort` or `mappedPort`: the first port of each
   * interface's address. Default 0: any.
   */
  port?: number;
  /**
   * One socket for each usable address of the machine and port, opened and closed as addresses come and go: a laptop
   * that moves from one network to another is heard again at once. The default when neither `bind` nor `port` is given.
   */
  interfaces?: InterfaceOptions;
  /**
   * A second port on each interface's address, against NATs that confuse two hosts on one port. Default 0: any,
   * and another one after two minutes offline or when the machine slept. `false`: none.
   */
  secondaryPort?: number | false;
  /**
   * Ask the routers of this machine to map a port of ours (PCP, NAT-PMP, UPnP), tell peers of it, and take it back at
   * the end. Default false: a library does not open its user's router unasked.
   */
  portMapping?: boolean;
  /**
   * The local port that the routers shall map, a third one on each interface's address; with `bind`, one of those named
   * there. Default: any; the first one where the sockets are fixed. Only with `portMapping`.
   */
  mappedPort?: number;
}

/** What a core takes (HOST_PROTOCOL.md §3). */
const maxBound = 128;
const maxExcluded = 64;
const maxNameLength = 64;

/** Throws `ERR_ZT_INVALID_ARGUMENT` for the first option that is wrong. */
export function checkBindingOptions(options: BindingOptions): void {
  const { bind, port, interfaces, secondaryPort } = options;
  if (port !== undefined) checkPort('port', port);
  if (secondaryPort !== undefined && secondaryPort !== false) checkPort('secondaryPort', secondaryPort);
  if (secondaryPort && secondaryPort === port) throw invalid('"secondaryPort" must be another port than "port"');
  if (!['boolean', 'undefined'].includes(typeof options.portMapping)) throw invalid('"portMapping" must be a boolean');
  checkMappedPort(options);
  if (interfaces !== undefined) checkInterfaces(interfaces);
  if (bind !== undefined) checkBind(options);
}

function checkMappedPort({ bind, port, secondaryPort, portMapping, mappedPort }: BindingOptions): void {
  if (mappedPort === undefined) return;
  checkPort('mappedPort', mappedPort, 1);
  if (portMapping === false) return; // switched off, whatever a file says about its port
  if (portMapping !== true) throw invalid('"mappedPort" needs "portMapping"');
  if (Array.isArray(bind)) {
    if (bind.every((endpoint) => endpoint?.port !== mappedPort)) throw invalid('"mappedPort" must be one of "bind"');
  } else if (mappedPort === port || mappedPort === secondaryPort) {
    throw invalid('"mappedPort" must be another port than "port" and "secondaryPort"');
  }
}

function checkInterfaces(interfaces: InterfaceOptions): void {
  const exclude = (checkObject('interfaces', interfaces) as InterfaceOptions).exclude ?? [];
  if (!Array.isArray(exclude) || exclude.length > maxExcluded) {
    throw invalid(`"interfaces.exclude" must be an array of at most ${maxExcluded} names`);
  }
  exclude.forEach((name: unknown, index) => {
    const fits = typeof name === 'string' && name.length <= maxNameLength && /^[^\s*]+\*?$/.test(name);
    if (!fits) throw invalid(`"interfaces.exclude[${index}]" must be the name of an interface, or its beginning and *`);
  });
}

function checkBind({ bind, port, interfaces, secondaryPort }: BindingOptions): void {
  if (port !== undefined) throw invalid('Give "bind" or "port", not both');
  if (interfaces !== undefined || secondaryPort !== undefined) {
    throw invalid('"bind" names all sockets there are: give it without "interfaces" and "secondaryPort"');
  }
  if (!Array.isArray(bind) || bind.length === 0 || bind.length > maxBound) {
    throw invalid(`"bind" must be an array of 1..${maxBound} endpoints`);
  }
  bind.forEach((endpoint: Endpoint, index) => {
    checkIp(`bind[${index}].address`, endpoint?.address);
    checkPort(`bind[${index}].port`, endpoint?.port);
  });
}

/** What the options mean to an engine. */
export async function chooseBinding(options: BindingOptions): Promise<readonly Endpoint[] | InterfaceBinding> {
  const { bind, port, interfaces, secondaryPort = 0 } = options;
  if (bind !== undefined) return bind;
  const alone = [interfaces, options.secondaryPort, options.mappedPort].every((other) => other === undefined);
  if (port !== undefined && alone) return allAddresses(port);
  return {
    primaryPort: port ?? 0,
    ...(secondaryPort === false ? {} : { secondaryPort }),
    ...(options.portMapping === true ? { tertiaryPort: options.mappedPort ?? randomPort() } : {}),
    exclude: interfaces?.exclude ?? [],
  };
}

/** vl1.md §3.10. Named here, since who maps it has to know it; in use already, the first port is mapped instead. */
function randomPort(): number {
  return 20_000 + Math.floor(Math.random() * 45_536);
}

/** All addresses of the machine: IPv4, and IPv6 where it has any (binding `::` fails elsewhere). */
async function allAddresses(port: number): Promise<Endpoint[]> {
  const ipv4 = { address: '0.0.0.0', port };
  if (typeof process !== 'object' || typeof process.versions?.node !== 'string') return [ipv4];
  const { networkInterfaces } = await import('node:os');
  const interfaces = Object.values(networkInterfaces()).flat();
  const hasIpv6 = interfaces.some((entry) => entry?.family === 'IPv6' && !entry.internal);
  return hasIpv6 ? [ipv4, { address: '::', port }] : [ipv4];
}
