/** From records to the configuration one member gets (controller.md §4). The core adds credentials and signatures. */
import type { IssuedConfig, NetworkAddress, NodeAddress } from '@ztkit/types';
import { CONFIG_LIMITS } from './config-limits.js';
import { type IpAddress, ipText, parseIp } from './ip-address.js';
import { type AssignmentContext, assignAddresses } from './ip-pool.js';
import { readText } from './json.js';
import type { MemberRecord } from './member.js';
import { MTU, type NetworkRecord } from './network.js';
import { encodeRules } from './rule-json.js';

/** How far apart two membership certificates may be issued, ms (controller.md §4 `ctmd`). */
const CREDENTIAL_TIME_MAX_DELTA = 1_800_000n;
const FLAG_BROADCAST = 0x2;
const FLAG_NDP_EMULATION = 0x4;
/** Bytes of a network name or DNS domain that reach a member (vl2.md §6.1, §6.6). */
const MAX_NAME = 127;
/** DNS servers a configuration holds (vl2.md §6.6). */
const DNS_SERVERS = 4;
/** Role bit of an active bridge (vl2.md §6.3). */
const ROLE_ACTIVE_BRIDGE = 0x0000_0200_0000_0000n;
const ACCEPT_ALL = { count: 1, bytes: Uint8Array.of(1, 0) } as const;

/** What goes into a configuration besides the records. */
export interface ConfigContext extends AssignmentContext {
  /** ms since the epoch. */
  now: number;
  /** `revr` of the request; 0 means the member has no rules engine. */
  rulesRevision: number;
  /** Addresses of all members with `activeBridge`, authorised or not. */
  activeBridges: readonly NodeAddress[];
}

/** Builds the configuration and the member record that goes with it (new addresses, default tags). */
export function buildConfig(
  network: NetworkRecord,
  member: MemberRecord,
  context: ConfigContext,
): { config: IssuedConfig; member: MemberRecord } {
  const assignment = assignAddresses(network, member, context);
  const hasRules = context.rulesRevision > 0;
  const tags = hasRules ? withDefaultTags(network, member) : member.tags;
  const broadcast = network.enableBroadcast ? FLAG_BROADCAST : 0;
  const config: IssuedConfig = {
    network: network.id,
    member: member.address,
    timestamp: BigInt(context.now),
    credentialTimeMaxDelta: CREDENTIAL_TIME_MAX_DELTA,
    revision: BigInt(network.revision),
    ...traceOf(network, member),
    flags: broadcast | (assignment.derived ? FLAG_NDP_EMULATION : 0),
    multicastLimit: network.multicastLimit,
    type: network.private ? 'private' : 'public',
    name: cutText(network.name),
    mtu: Math.min(Math.max(network.mtu, MTU.minimum), MTU.maximum),
    includeCom: true,
    specialists: specialistsOf(context.activeBridges),
    routes: routesOf(network),
    addresses: assignment.addresses.map(networkAddress),
    dns: dnsOf(network),
    rules: hasRules ? encodeRules(network.rules, CONFIG_LIMITS.rules) : ACCEPT_ALL,
    capabilities: hasRules ? capabilitiesOf(network, member) : [],
    tags: hasRules ? issuedTags(tags) : [],
  };
  return { config, member: { ...member, tags, ipAssignments: [...member.ipAssignments, ...assignment.added] } };
}

function networkAddress(ip: IpAddress): NetworkAddress {
  return { address: ipText(ip), bits: ip.bits };
}

/** The member's trace target and level if it has a target, else the network's (§4). */
function traceOf(network: NetworkRecord, member: MemberRecord): Pick<IssuedConfig, 'traceTarget' | 'traceLevel'> {
  const source = member.remoteTraceTarget === null ? network : member;
  if (source.remoteTraceTarget === null) return { traceLevel: source.remoteTraceLevel };
  return { traceTarget: source.remoteTraceTarget as NodeAddress, traceLevel: source.remoteTraceLevel };
}

/** Active bridges in ascending order with their role bit (vl2.md §6.3). */
function specialistsOf(bridges: readonly NodeAddress[]): bigint[] {
  return [...bridges]
    .sort()
    .slice(0, CONFIG_LIMITS.specialists)
    .map((node) => BigInt(`0x${node}`) | ROLE_ACTIVE_BRIDGE);
}

function routesOf(network: NetworkRecord): IssuedConfig['routes'] {
  return network.routes.slice(0, CONFIG_LIMITS.routes).flatMap(({ target, via }) => {
    const ip = parseIp(target);
    return ip === undefined ? [] : [{ target: networkAddress(ip), ...(via === null ? {} : { via }) }];
  });
}

/** Domain and the first four servers; what is no IP address among them is left out. */
function dnsOf(network: NetworkRecord): IssuedConfig['dns'] {
  if (Array.isArray(network.dns)) return undefined;
  const servers = (network.dns.servers ?? []).slice(0, DNS_SERVERS).flatMap((server) => {
    const ip = typeof server === 'string' ? parseIp(server) : undefined;
    return ip === undefined ? [] : [ipText(ip)];
  });
  return { domain: cutText(readText(network.dns.domain, '')), servers };
}

/** The network's capabilities that the member has, in the member's order (§4). */
function capabilitiesOf(network: NetworkRecord, member: MemberRecord): IssuedConfig['capabilities'] {
  const known = new Map(network.capabilities.map((capability) => [capability.id, capability]));
  const held = [...new Set(member.capabilities)].flatMap((id) => known.get(id) ?? []);
  return held.slice(0, CONFIG_LIMITS.capabilities).map(({ id, rules }) => {
    const encoded = encodeRules(rules, CONFIG_LIMITS.capabilityRules);
    return { id, ruleCount: encoded.count, rules: encoded.bytes };
  });
}

/** The member's tags, then each network tag with a default that the member lacks (§4). */
function withDefaultTags(network: NetworkRecord, member: MemberRecord): MemberRecord['tags'] {
  const own = new Set(member.tags.map(([id]) => id));
  const missing = network.tags.flatMap(({ id, default: value }): MemberRecord['tags'] =>
    value === null || own.has(id) ? [] : [[id, value]],
  );
  return missing.length === 0 ? member.tags : [...member.tags, ...missing];
}

function issuedTags(tags: MemberRecord['tags']): IssuedConfig['tags'] {
  const ascending = [...tags].sort(([a], [b]) => a - b).map(([id, value]) => ({ id, value }));
  return ascending.slice(0, CONFIG_LIMITS.tags);
}

/** At most {@link MAX_NAME} bytes of UTF-8 without NUL, never cut inside a character. */
function cutText(text: string): string {
  const bytes = Buffer.from(text.split('\0', 1)[0] ?? '', 'utf8');
  if (bytes.length <= MAX_NAME) return bytes.toString('utf8');
  let end = MAX_NAME;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
