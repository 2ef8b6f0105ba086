/** Which physical paths a node uses and how: the options of `createNode` about them (vl1.md §3.11, §7.6, §7.13). */
import { type Endpoint, type EngineNodeOptions, type PhysicalNetwork, parseNodeAddress } from '@ztkit/types';
import { checkInteger, checkObject, checkPrefix, checkRemote, invalid } from './arguments.js';

/** The part of `NodeOptions` about physical paths. */
export interface PathOptions {
  /** IP prefixes that never become paths. */
  blacklist?: readonly string[];
  /** What is special about parts of the physical network; the first one that contains an address counts. At most 32. */
  physicalNetworks?: readonly PhysicalNetwork[];
  /** Fixed endpoints to try, by node address: up to 16 for each of at most 256 nodes. */
  endpointHints?: Readonly<Record<string, readonly Endpoint[]>>;
  /** IP prefixes that never become paths to that node, by node address. */
  peerBlacklists?: Readonly<Record<string, readonly string[]>>;
  /**
   * Keeps fewer paths alive and sends fewer keepalives. Network configurations are refreshed every 64 minutes instead
   * of every minute, so that others see older certificates: more than the network's allowed difference in time, 30
   * minutes unless its controller says otherwise, and they turn this node away. Multicast groups are told to others
   * once instead of every minute. Default false.
   */
  lowBandwidth?: boolean;
}

const maxPhysicalNetworks = 32;
const maxHintedNodes = 256;
const maxHints = 16;
/** UDP payload of a physical network (vl1.md §3.9). */
const mtuRange = [1400, 10324] as const;

/** Throws `ERR_ZT_INVALID_ARGUMENT` for the first option that is wrong. */
export function checkPathOptions(options: PathOptions): void {
  checkPrefixes('blacklist', options.blacklist ?? []);
  checkList('physicalNetworks', options.physicalNetworks ?? [], maxPhysicalNetworks).forEach((entry, index) => {
    checkPhysicalNetwork(`physicalNetworks[${index}]`, entry as PhysicalNetwork);
  });
  for (const [address, endpoints] of entriesOf('endpointHints', options.endpointHints)) {
    const name = `endpointHints.${address}`;
    checkList(name, endpoints, maxHints).forEach((endpoint, index) => {
      checkRemote(`${name}[${index}]`, endpoint);
    });
  }
  for (const [address, prefixes] of entriesOf('peerBlacklists', options.peerBlacklists)) {
    checkPrefixes(`peerBlacklists.${address}`, prefixes);
  }
  if (!['boolean', 'undefined'].includes(typeof options.lowBandwidth))
    throw invalid('"lowBandwidth" must be a boolean');
}

/** What the options mean to an engine. */
export function choosePaths(options: PathOptions): Partial<EngineNodeOptions> {
  const { blacklist, physicalNetworks, endpointHints, peerBlacklists, lowBandwidth } = options;
  const byNode = <T, N extends string>(record: Readonly<Record<string, T>>, name: N) =>
    Object.entries(record).map(([address, value]) => ({ address: parseNodeAddress(address), [name]: value }));
  return {
    ...(blacklist === undefined ? {} : { blacklist }),
    ...(physicalNetworks === undefined ? {} : { physicalNetworks }),
    ...(endpointHints && { endpointHints: byNode(endpointHints, 'endpoints') }),
    ...(peerBlacklists && { peerBlacklists: byNode(peerBlacklists, 'prefixes') }),
    ...(lowBandwidth === undefined ? {} : { lowBandwidth }),
  } as Partial<EngineNodeOptions>;
}

function checkPhysicalNetwork(name: string, entry: PhysicalNetwork): void {
  const { network, trustedPathId, mtu } = checkObject(name, entry) as PhysicalNetwork;
  checkPrefix(`${name}.network`, network);
  const id = trustedPathId ?? 0n;
  if (typeof id !== 'bigint' || id < 0n || id >> 64n !== 0n) throw invalid(`"${name}.trustedPathId" must be a bigint`);
  if (mtu !== undefined && mtu !== 0) checkInteger(`${name}.mtu`, mtu, ...mtuRange);
}

function checkPrefixes(name: string, prefixes: unknown): void {
  checkList(name, prefixes).forEach((prefix, index) => {
    checkPrefix(`${name}[${index}]`, prefix);
  });
}

function entriesOf<T>(name: string, record: Readonly<Record<string, T>> | undefined): [string, T][] {
  if (record === undefined) return [];
  const entries = Object.entries(checkObject(name, record)) as [string, T][];
  if (entries.length > maxHintedNodes) throw invalid(`"${name}" must name at most ${maxHintedNodes} nodes`);
  for (const [address] of entries) parseNodeAddress(address);
  return entries;
}

function checkList(name: string, value: unknown, most = 1024): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw invalid(`"${name}" must be an array of at most ${most} entries`);
}
