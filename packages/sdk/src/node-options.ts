/** What `createNode` takes, and its check. */
import type { Endpoint, Impairment, NodeEvent } from '@ztkit/types';
import {
  checkFunction,
  checkIp,
  checkObject,
  checkPort,
  checkPrefix,
  checkProbability,
  checkSignal,
  invalid,
} from './arguments.js';
import type { Logger } from './logger.js';
import type { EngineChoice } from './select-engine.js';
import type { StateStore } from './state-store.js';

/** Options of `createNode`. */
export interface NodeOptions {
  /** Default `'auto'`: native if it loads, else WebAssembly. */
  engine?: EngineChoice;
  /** Where identity, networks and peers are kept. Default: in memory, so the node has a new address on every start. */
  store?: StateStore;
  /** Secret identity in text form. Goes before the one in the store and is not written there. */
  identity?: string;
  /**
   * The roots to use (vl1.md §6.1): bytes of a planet file. Needed unless the store has one; there is no built-
   * in world.
   */
  planet?: Uint8Array;
  /**
   * Local UDP endpoints. Default: `port` on all IPv4 addresses and, where the machine has IPv6, on all IPv6
   * addresses.
   */
  bind?: readonly Endpoint[];
  /** Local UDP port for the default `bind`; default 0: any. */
  port?: number;
  /** Let loopback addresses become paths: for roots on the same machine. Default false. */
  allowLoopbackPaths?: boolean;
  /** IP prefixes that never become paths. */
  blacklist?: readonly string[];
  /** Faults on outgoing datagrams, for tests. */
  impairment?: Impairment;
  /** Sees every event, also those of the start. `node.on('event')` is what most programs want. */
  onEvent?: (event: NodeEvent) => void;
  /** Default: warnings and errors on the console. */
  logger?: Logger;
  /** Ends the start: everything begun is undone, then the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Throws `ERR_ZT_INVALID_ARGUMENT` for the first option that is wrong. */
export function checkNodeOptions(options: NodeOptions): void {
  checkObject('options', options);
  checkSignal(options.signal);
  if (options.onEvent !== undefined) checkFunction('onEvent', options.onEvent);
  if (options.store !== undefined) checkStore(options.store);
  if (options.planet !== undefined && !(options.planet instanceof Uint8Array))
    throw invalid('"planet" must be a Uint8Array');
  if (options.port !== undefined) checkPort('port', options.port);
  if (options.bind !== undefined) checkBind(options);
  checkList('blacklist', options.blacklist ?? []).forEach((prefix, index) => {
    checkPrefix(`blacklist[${index}]`, prefix);
  });
  if (options.impairment !== undefined) checkImpairment(options.impairment);
}

function checkImpairment(impairment: Impairment): void {
  checkObject('impairment', impairment);
  for (const name of ['loss', 'duplicate', 'reorder'] as const) {
    checkProbability(`impairment.${name}`, impairment[name] ?? 0);
  }
  if (!['bigint', 'undefined'].includes(typeof impairment.seed)) throw invalid('"impairment.seed" must be a bigint');
}

function checkStore(store: StateStore): void {
  for (const method of ['get', 'put', 'delete', 'list'] as const) checkFunction(`store.${method}`, store?.[method]);
}

function checkBind({ bind, port }: NodeOptions): void {
  if (port !== undefined) throw invalid('Give "bind" or "port", not both');
  if (checkList('bind', bind).length === 0) throw invalid('"bind" must name at least one endpoint');
  bind?.forEach((endpoint, index) => {
    checkIp(`bind[${index}].address`, endpoint?.address);
    checkPort(`bind[${index}].port`, endpoint?.port);
  });
}

function checkList(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`"${name}" must be an array`);
}

/** All addresses of the machine: IPv4, and IPv6 where it has any (binding `::` fails elsewhere). */
export async function defaultBind(port: number): Promise<Endpoint[]> {
  const ipv4 = { address: '0.0.0.0', port };
  if (typeof process !== 'object' || typeof process.versions?.node !== 'string') return [ipv4];
  const { networkInterfaces } = await import('node:os');
  const interfaces = Object.values(networkInterfaces()).flat();
  const hasIpv6 = interfaces.some((entry) => entry?.family === 'IPv6' && !entry.internal);
  return hasIpv6 ? [ipv4, { address: '::', port }] : [ipv4];
}
