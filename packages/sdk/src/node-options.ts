/** What `createNode` takes, and its check. */
import type { Impairment, NodeEvent, TcpRelayOptions } from '@ztkit/types';
import {
  checkFunction,
  checkInteger,
  checkObject,
  checkProbability,
  checkRemote,
  checkSignal,
  invalid,
} from './arguments.js';
import { type BindingOptions, checkBindingOptions } from './binding-options.js';
import type { Logger } from './logger.js';
import { type OrbitSpec, parseOrbits } from './moons.js';
import { checkPathOptions, type PathOptions } from './path-options.js';
import type { EngineChoice } from './select-engine.js';
import type { StateStore } from './state-store.js';

/** Options of `createNode`. */
export interface NodeOptions extends BindingOptions, PathOptions {
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
  /** Let loopback addresses become paths: for roots on the same machine. Default false. */
  allowLoopbackPaths?: boolean;
  /** A TCP relay for networks without UDP. Default: none; there is no built-in server. */
  tcpRelay?: TcpRelayOptions;
  /** Moons to look for from the start, each at one of its roots; those in the store need not be named. At most 16. */
  orbit?: readonly OrbitSpec[];
  /** Identities held at once, 64..1048576; default 8192. For a root with many nodes. */
  maxPeers?: number;
  /**
   * Bytes per second relayed for others, in total and from one IPv4 address or IPv6 /64; 0 or absent: no limit. Under a
   * total limit every source has its share first, and floods get what is left. `perSource` is the limit per peer: the
   * node address in a packet that is only passed on cannot be verified (docs/decisions/0011).
   */
  relayLimits?: { total?: number; perSource?: number };
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
  checkBindingOptions(options);
  checkPathOptions(options);
  if (options.tcpRelay !== undefined) checkTcpRelay(options.tcpRelay);
  parseOrbits(options.orbit);
  if (options.maxPeers !== undefined) checkInteger('maxPeers', options.maxPeers, 64, 1_048_576);
  if (options.relayLimits !== undefined) checkRelayLimits(options.relayLimits);
  if (options.impairment !== undefined) checkImpairment(options.impairment);
}

const relayModes: readonly unknown[] = [undefined, 'automatic', 'forced', 'off'];

function checkTcpRelay(relay: TcpRelayOptions): void {
  checkObject('tcpRelay', relay);
  const { server, mode, engageAfterMs } = relay;
  checkRemote('tcpRelay.server', server);
  if (!relayModes.includes(mode)) throw invalid('"tcpRelay.mode" must be automatic, forced or off');
  if (engageAfterMs !== undefined) checkInteger('tcpRelay.engageAfterMs', engageAfterMs, 1_000, 3_600_000);
}

function checkRelayLimits(limits: NonNullable<NodeOptions['relayLimits']>): void {
  checkObject('relayLimits', limits);
  for (const name of ['total', 'perSource'] as const) {
    checkInteger(`relayLimits.${name}`, limits[name] ?? 0, 0, 1_000_000_000_000);
  }
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
