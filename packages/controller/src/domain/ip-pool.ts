/** Address assignment (controller.md §5). Whoever calls it must do so for one member of a network at a time. */
import { type NodeAddress, rfc4193Address, sixPlaneAddress } from '@ztkit/types';
import { contains, type IpAddress, ipText, parseIp } from './ip-address.js';
import type { MemberRecord } from './member.js';
import type { NetworkRecord } from './network.js';

/** Most addresses one member is told (controller.md §14). */
export const MAX_ADDRESSES = 32;
/** Candidates tried in one pool before it counts as full (controller.md §14). */
const MAX_TRIALS = 1000;
/** A pool's lower half must be this wide for the member's address to be used as the host part. */
const NODE_ADDRESS_SPAN = 0xff_ffff_ffffn;
const HALF = 64n;
const HALF_MASK = (1n << HALF) - 1n;

/** What an assignment needs from outside. */
export interface AssignmentContext {
  /** Texts of all addresses of all members of the network, authorised or not. */
  inUse: ReadonlySet<string>;
  /** A random 64-bit number. */
  random64(): bigint;
}

/** The addresses a member gets, and those of them that are new and must be stored with it. */
export interface Assignment {
  addresses: IpAddress[];
  /** Texts to append to the member's `ipAssignments`. */
  added: string[];
  /** An RFC4193 or 6PLANE address was given: the configuration needs flag 0x4. */
  derived: boolean;
}

interface Route {
  target: IpAddress;
  direct: boolean;
}

/** Assigns in the order RFC4193, 6PLANE, sticky, new IPv6, new IPv4. */
export function assignAddresses(network: NetworkRecord, member: MemberRecord, context: AssignmentContext): Assignment {
  const automatic = !member.noAutoAssignIps;
  const routes = parseRoutes(network);
  const derived = automatic ? derivedAddresses(network, member) : [];
  const sticky = member.ipAssignments.flatMap((text) => stickyAddress(routes, text));
  const isFree = (ip: IpAddress): boolean => {
    const text = ipText(ip);
    return !context.inUse.has(text) && !member.ipAssignments.includes(text);
  };
  const fresh: IpAddress[] = [];
  if (automatic && network.v6AssignMode.zt === true && !sticky.some((ip) => ip.family === 6)) {
    const found = firstOf(poolsOf(network, 6), (pool) => searchPool6(pool, member.address, routes, isFree, context));
    if (found !== undefined) fresh.push(found);
  }
  if (automatic && network.v4AssignMode.zt && !sticky.some((ip) => ip.family === 4)) {
    const found = firstOf(poolsOf(network, 4), (pool) => searchPool4(pool, member.address, routes, isFree));
    if (found !== undefined) fresh.push(found);
  }
  return {
    addresses: [...derived, ...sticky, ...fresh].slice(0, MAX_ADDRESSES),
    added: fresh.map(ipText),
    derived: derived.length > 0,
  };
}

function parseRoutes(network: NetworkRecord): Route[] {
  return network.routes.flatMap((route) => {
    const target = parseIp(route.target);
    return target === undefined ? [] : [{ target, direct: route.via === null }];
  });
}

function derivedAddresses(network: NetworkRecord, member: MemberRecord): IpAddress[] {
  const prefixes: string[] = [];
  if (network.v6AssignMode.rfc4193 === true) prefixes.push(`${rfc4193Address(network.id, member.address)}/88`);
  if (network.v6AssignMode['6plane'] === true) prefixes.push(`${sixPlaneAddress(network.id, member.address)}/40`);
  return prefixes.flatMap((text) => parseIp(text) ?? []);
}

/** The longest prefix of the routes that contain `ip`; `undefined` when none does (rule 2). */
function longestPrefix(routes: readonly Route[], ip: IpAddress): number | undefined {
  const lengths = routes.filter(({ target }) => contains(target, ip)).map(({ target }) => target.bits);
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}

function stickyAddress(routes: readonly Route[], text: string): IpAddress[] {
  const ip = parseIp(text);
  const bits = ip === undefined ? undefined : longestPrefix(routes, ip);
  return ip === undefined || bits === undefined ? [] : [{ ...ip, bits }];
}

interface Pool {
  start: bigint;
  end: bigint;
}

function poolsOf(network: NetworkRecord, family: 4 | 6): Pool[] {
  return network.ipAssignmentPools.flatMap((pool) => {
    const start = parseIp(pool.ipRangeStart);
    const end = parseIp(pool.ipRangeEnd);
    return start?.family === family && end?.family === family ? [{ start: start.value, end: end.value }] : [];
  });
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The candidate with the prefix a member is told. The longest route decides, as it does once the address is sticky,
 * so that the prefix never changes between two configurations (controller.md §5, **Do:**).
 */
function accept(routes: readonly Route[], ip: IpAddress, isFree: (ip: IpAddress) => boolean): IpAddress | undefined {
  const bits = longestPrefix(routes, ip);
  return bits !== undefined && bits > 0 && isFree(ip) ? { ...ip, bits } : undefined;
}

/** Rule 3: the member's own address as host part when the pool is wide enough, else random candidates. */
function searchPool6(
  pool: Pool,
  node: NodeAddress,
  routes: readonly Route[],
  isFree: (ip: IpAddress) => boolean,
  context: AssignmentContext,
): IpAddress | undefined {
  const [s0, s1] = [pool.start >> HALF, pool.start & HALF_MASK];
  const [e0, e1] = [pool.end >> HALF, pool.end & HALF_MASK];
  const direct = routes.filter((route) => route.direct && route.target.bits > 0);
  for (let trial = 0; trial < MAX_TRIALS; trial += 1) {
    const wide = e1 > s1 && e1 - s1 >= NODE_ADDRESS_SPAN;
    const upper = e0 > s0 && !(trial === 0 && wide) ? s0 + (context.random64() % (e0 - s0)) : s0;
    let lower = s1;
    if (trial === 0 && wide) lower = (s1 + BigInt(`0x${node}`)) & HALF_MASK;
    else if (e1 > s1) lower = s1 + (context.random64() % (e1 - s1));
    const ip: IpAddress = { family: 6, value: (upper << HALF) | lower, bits: 0 };
    const found = direct.some(({ target }) => contains(target, ip)) ? accept(routes, ip, isFree) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Rule 4: from a place given by the member's address upwards, round the pool; x.x.x.255 is never given. */
function searchPool4(
  pool: Pool,
  node: NodeAddress,
  routes: readonly Route[],
  isFree: (ip: IpAddress) => boolean,
): IpAddress | undefined {
  if (pool.start === 0n || pool.start > pool.end) return undefined;
  const length = pool.end - pool.start;
  const trials = length + 1n < BigInt(MAX_TRIALS) ? length + 1n : BigInt(MAX_TRIALS);
  const first = BigInt(`0x${node.slice(2)}`);
  for (let i = 0n; i < trials; i += 1n) {
    const value = length === 0n ? pool.start : pool.start + (BigInt.asUintN(32, first + i) % length);
    if ((value & 0xffn) === 0xffn) continue;
    const found = accept(routes, { family: 4, value, bits: 0 }, isFree);
    if (found !== undefined) return found;
  }
  return undefined;
}
