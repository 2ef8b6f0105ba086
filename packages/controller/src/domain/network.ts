/** The network record (controller.md §2.3): its shape, its defaults, and what a REST body changes (§8.1). */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import { z } from 'zod';
import { ipText, parseIp, prefixText } from './ip-address.js';
import { isObject, type Json, type JsonObject, listOf, readBoolean, readNumber, readText, readUint32 } from './json.js';
import { normaliseRules } from './rule-json.js';

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;
const rules = z.array(z.record(z.string(), json) as z.ZodType<JsonObject>);

/** Smallest and largest MTU of a network, and the one of a fresh network (controller.md §2.3). */
export const MTU = { minimum: 1280, maximum: 10_000, default: 2800 } as const;

/** What a stored network must look like; a record that does not is refused, never repaired. */
export const networkSchema = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .transform((id) => id as NetworkId),
  nwid: z.string(),
  objtype: z.literal('network'),
  creationTime: z.number(),
  revision: z.number(),
  name: z.string(),
  private: z.boolean(),
  enableBroadcast: z.boolean(),
  multicastLimit: z.number(),
  mtu: z.number(),
  v4AssignMode: z.object({ zt: z.boolean() }),
  v6AssignMode: z.object({ '6plane': z.boolean(), rfc4193: z.boolean(), zt: z.boolean() }).partial(),
  ipAssignmentPools: z.array(z.object({ ipRangeStart: z.string(), ipRangeEnd: z.string() })),
  routes: z.array(z.object({ target: z.string(), via: z.string().nullable() })),
  dns: z.union([z.array(z.never()), z.object({ domain: json, servers: z.array(json).optional() })]),
  rules,
  capabilities: z.array(z.object({ id: z.number(), default: z.boolean(), rules })),
  tags: z.array(z.object({ id: z.number(), default: z.number().nullable() })),
  authTokens: z.union([z.array(z.null()), z.record(z.string(), z.number()), z.null()]),
  remoteTraceTarget: z.string().nullable(),
  remoteTraceLevel: z.number(),
  rulesSource: z.string(),
  ssoEnabled: z.boolean(),
  clientId: z.string(),
  authorizationEndpoint: z.string(),
});

/** A network as stored and as the REST API shows it. */
export type NetworkRecord = z.output<typeof networkSchema>;

/** A network with every default (controller.md §2.3, §8.3). `now` is ms since the epoch. */
export function newNetwork(id: NetworkId, now: number): NetworkRecord {
  return {
    id,
    nwid: id,
    objtype: 'network',
    creationTime: now,
    revision: 0,
    name: '',
    private: true,
    enableBroadcast: true,
    multicastLimit: 32,
    mtu: MTU.default,
    v4AssignMode: { zt: false },
    v6AssignMode: { '6plane': false, rfc4193: false, zt: false },
    ipAssignmentPools: [],
    routes: [],
    dns: [],
    rules: [{ not: false, or: false, type: 'ACTION_ACCEPT' }],
    capabilities: [],
    tags: [],
    authTokens: [null],
    remoteTraceTarget: null,
    remoteTraceLevel: 0,
    rulesSource: '',
    ssoEnabled: false,
    clientId: '',
    authorizationEndpoint: '',
  };
}

type Patch = Partial<NetworkRecord>;
type Reader = (value: Json, now: NetworkRecord) => Patch;

/**
 * What each writable key does. A key absent from the body keeps its value; other keys are ignored (controller.md
 * §8).
 */
const READERS: Readonly<Record<string, Reader>> = {
  name: (value, now) => ({ name: readText(value, now.name) }),
  private: (value) => ({ private: readBoolean(value, true) }),
  enableBroadcast: (value) => ({ enableBroadcast: readBoolean(value, false) }),
  multicastLimit: (value) => ({ multicastLimit: readNumber(value, 32, 0xffff_ffff) }),
  mtu: (value) => ({ mtu: Math.max(MTU.minimum, readNumber(value, MTU.default, MTU.maximum)) }),
  remoteTraceTarget: (value) => ({ remoteTraceTarget: readTraceTarget(value) }),
  remoteTraceLevel: (value) => ({ remoteTraceLevel: readNumber(value, 0) }),
  v4AssignMode: (value) => ({ v4AssignMode: readV4Mode(value) }),
  v6AssignMode: (value) => ({ v6AssignMode: readV6Mode(value) }),
  routes: (value) => list(value, readRoute, (routes) => ({ routes })),
  ipAssignmentPools: (value) => list(value, readPool, (ipAssignmentPools) => ({ ipAssignmentPools })),
  rules: (value) => replace(listOf(value), (entries) => ({ rules: normaliseRules(entries) })),
  capabilities: (value) => list(value, readCapability, (found) => ({ capabilities: byId(found) })),
  tags: (value) => list(value, readTag, (found) => ({ tags: byId(found) })),
  authTokens: (value) => ({ authTokens: readTokens(value) }),
  dns: (value) => (isObject(value) ? { dns: readDns(value) } : {}),
};

/**
 * The record after a REST body. A body that is not an object changes nothing. The original resets
 * `remoteTraceLevel` when the body lacks it; here it is kept (controller.md §2.3, **Do:**).
 */
export function patchNetwork(record: NetworkRecord, body: Json): NetworkRecord {
  if (!isObject(body)) return record;
  let patched = record;
  for (const [key, read] of Object.entries(READERS)) {
    const value = body[key];
    if (value !== undefined) patched = { ...patched, ...read(value, patched) };
  }
  return patched;
}

/** A trace target is a text of exactly 10 characters; what is no node address is no target either. */
export function readTraceTarget(value: Json | undefined): NodeAddress | null {
  return typeof value === 'string' && /^[0-9a-f]{10}$/i.test(value) ? (value.toLowerCase() as NodeAddress) : null;
}

function replace<T>(value: T | undefined, apply: (value: T) => Patch): Patch {
  return value === undefined ? {} : apply(value);
}

/** A list of objects: unreadable entries are dropped; a value that is no list is ignored (controller.md §8.1). */
function list<T>(value: Json, read: (entry: JsonObject) => T | undefined, apply: (found: T[]) => Patch): Patch {
  return replace(listOf(value), (entries) =>
    apply(
      entries.flatMap((entry) => {
        const found = isObject(entry) ? read(entry) : undefined;
        return found === undefined ? [] : [found];
      }),
    ),
  );
}

function readV4Mode(value: Json): NetworkRecord['v4AssignMode'] {
  if (isObject(value)) return { zt: readBoolean(value.zt, false) };
  return { zt: value === 'zt' };
}

const V6_MODES = ['6plane', 'rfc4193', 'zt'] as const;

function readV6Mode(value: Json): NetworkRecord['v6AssignMode'] {
  if (isObject(value)) {
    const given = V6_MODES.filter((mode) => value[mode] !== undefined);
    return Object.fromEntries(given.map((mode) => [mode, readBoolean(value[mode], false)]));
  }
  const named = typeof value === 'string' ? value.split(',') : [];
  return Object.fromEntries(V6_MODES.map((mode) => [mode, named.includes(mode)]));
}

function readRoute(entry: JsonObject): NetworkRecord['routes'][number] | undefined {
  const target = typeof entry.target === 'string' ? parseIp(entry.target) : undefined;
  if (target === undefined) return undefined;
  const via = typeof entry.via === 'string' ? parseIp(entry.via) : undefined;
  return { target: prefixText(target), via: via?.family === target.family ? ipText(via) : null };
}

function readPool(entry: JsonObject): NetworkRecord['ipAssignmentPools'][number] | undefined {
  const start = typeof entry.ipRangeStart === 'string' ? parseIp(entry.ipRangeStart) : undefined;
  const end = typeof entry.ipRangeEnd === 'string' ? parseIp(entry.ipRangeEnd) : undefined;
  if (start === undefined || start.family !== end?.family) return undefined;
  return { ipRangeStart: ipText(start), ipRangeEnd: ipText(end) };
}

function readCapability(entry: JsonObject): NetworkRecord['capabilities'][number] {
  return {
    id: readUint32(entry.id),
    default: readBoolean(entry.default, false),
    rules: normaliseRules(listOf(entry.rules) ?? []),
  };
}

function readTag(entry: JsonObject): NetworkRecord['tags'][number] {
  const absent = entry.default === undefined || entry.default === null;
  return { id: readUint32(entry.id), default: absent ? null : readUint32(entry.default) };
}

/** Later duplicates of an id win; sorted by id (controller.md §8.1). */
function byId<T extends { id: number }>(entries: readonly T[]): T[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()].sort((a, b) => a.id - b.id);
}

function readTokens(value: Json): NetworkRecord['authTokens'] {
  if (!isObject(value)) return [null];
  const valid = Object.entries(value).filter(
    (entry): entry is [string, number] => Number(entry[1]) >= 0 && typeof entry[1] === 'number',
  );
  return valid.length === 0 ? null : Object.fromEntries(valid);
}

function readDns(value: JsonObject): NetworkRecord['dns'] {
  const servers = listOf(value.servers);
  return { domain: value.domain ?? null, ...(servers === undefined ? {} : { servers: [...servers] }) };
}
