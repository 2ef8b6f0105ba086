/** The member record (controller.md §2.4): its shape, its defaults, and what a REST body changes (§8.2). */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import { z } from 'zod';
import { authorizeMember, deauthorizeMember } from './authorize.js';
import { ControllerError } from './errors.js';
import { ipText, parseIp } from './ip-address.js';
import { isObject, type Json, listOf, readBoolean, readNumber, readText, readUint32 } from './json.js';
import type { RequestMetadata } from './metadata.js';
import { type NetworkRecord, readTraceTarget } from './network.js';

const address = z
  .string()
  .regex(/^[0-9a-f]{10}$/)
  .transform((text) => text as NodeAddress);

/** What a stored member must look like; a record that does not is refused, never repaired. */
export const memberSchema = z.object({
  id: address,
  address,
  nwid: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .transform((id) => id as NetworkId),
  objtype: z.literal('member'),
  identity: z.string().optional(),
  creationTime: z.number(),
  revision: z.number(),
  authorized: z.boolean(),
  lastAuthorizedTime: z.number(),
  lastAuthorizedCredentialType: z.enum(['api', 'public', 'token']).nullable(),
  lastAuthorizedCredential: z.string().nullable(),
  lastDeauthorizedTime: z.number(),
  activeBridge: z.boolean(),
  noAutoAssignIps: z.boolean(),
  ipAssignments: z.array(z.string()),
  tags: z.array(z.tuple([z.number(), z.number()])),
  capabilities: z.array(z.number()),
  name: z.string().optional(),
  authenticationExpiryTime: z.number(),
  ssoExempt: z.boolean(),
  remoteTraceTarget: z.string().nullable(),
  remoteTraceLevel: z.number(),
  vMajor: z.number(),
  vMinor: z.number(),
  vRev: z.number(),
  vProto: z.number(),
});

/** A member as stored and as the REST API shows it. */
export type MemberRecord = z.output<typeof memberSchema>;

/** A member with every default (controller.md §2.4). `now` is ms since the epoch. */
export function newMember(network: NetworkId, member: NodeAddress, now: number): MemberRecord {
  return {
    id: member,
    address: member,
    nwid: network,
    objtype: 'member',
    creationTime: now,
    revision: 0,
    authorized: false,
    lastAuthorizedTime: 0,
    lastAuthorizedCredentialType: null,
    lastAuthorizedCredential: null,
    lastDeauthorizedTime: 0,
    activeBridge: false,
    noAutoAssignIps: false,
    ipAssignments: [],
    tags: [],
    capabilities: [],
    authenticationExpiryTime: 0,
    ssoExempt: false,
    remoteTraceTarget: null,
    remoteTraceLevel: 0,
    vMajor: -1,
    vMinor: -1,
    vRev: -1,
    vProto: -1,
  };
}

type Patch = Partial<MemberRecord>;

/** What each writable key but `authorized` does (controller.md §8.2). */
const READERS: Readonly<Record<string, (value: Json, now: MemberRecord) => Patch>> = {
  activeBridge: (value) => ({ activeBridge: readBoolean(value, false) }),
  noAutoAssignIps: (value) => ({ noAutoAssignIps: readBoolean(value, false) }),
  ipAssignments: (value) => replace(listOf(value), (entries) => ({ ipAssignments: entries.flatMap(readAssignment) })),
  tags: (value) => replace(listOf(value), (entries) => ({ tags: readTags(entries) })),
  capabilities: (value) => replace(listOf(value), (entries) => ({ capabilities: readCapabilities(entries) })),
  name: (value, now) => ({ name: readText(value, now.name ?? '') }),
  authenticationExpiryTime: (value) => ({ authenticationExpiryTime: readNumber(value, 0) }),
  remoteTraceTarget: (value) => ({ remoteTraceTarget: readTraceTarget(value) }),
  remoteTraceLevel: (value) => ({ remoteTraceLevel: readNumber(value, 0) }),
};

/** The record after a REST body; `network` supplies the default capabilities of a first authorisation. */
export function patchMember(record: MemberRecord, body: Json, network: NetworkRecord, now: number): MemberRecord {
  if (!isObject(body)) return record;
  let patched = record;
  for (const [key, read] of Object.entries(READERS)) {
    const value = body[key];
    if (value !== undefined) patched = { ...patched, ...read(value, patched) };
  }
  const authorized = readBoolean(body.authorized, patched.authorized);
  if (authorized === patched.authorized) return patched;
  if (!authorized) return deauthorizeMember(patched, now);
  const admitted = authorizeMember(patched, network, { type: 'api', credential: null }, now);
  // A list given in the same body is the administrator's word: defaults are not added to it.
  return listOf(body.capabilities) === undefined ? admitted : { ...admitted, capabilities: patched.capabilities };
}

/** The record after a granted request: what software the member runs (controller.md §3 step 8). */
export function withVersion(record: MemberRecord, metadata: RequestMetadata): MemberRecord {
  return {
    ...record,
    vMajor: metadata.versionMajor,
    vMinor: metadata.versionMinor,
    vRev: metadata.versionRevision,
    vProto: metadata.protocol,
  };
}

function replace<T>(value: T | undefined, apply: (value: T) => Patch): Patch {
  return value === undefined ? {} : apply(value);
}

function readAssignment(entry: Json): string[] {
  if (typeof entry !== 'string') {
    throw new ControllerError('ERR_CONTROLLER_INPUT', '"ipAssignments" must be a list of texts such as "10.0.0.5"');
  }
  const ip = parseIp(entry);
  return ip === undefined ? [] : [ipText(ip)];
}

/** Pairs `[id, value]`, sorted by id; the last duplicate wins. Other entries are dropped. */
function readTags(entries: readonly Json[]): [number, number][] {
  const values = new Map<number, number>();
  for (const entry of entries) {
    if (Array.isArray(entry) && entry.length === 2) values.set(readUint32(entry[0]), readUint32(entry[1]));
  }
  return [...values].sort(([a], [b]) => a - b);
}

function readCapabilities(entries: readonly Json[]): number[] {
  return [...new Set(entries.map((entry) => readUint32(entry)))].sort((a, b) => a - b);
}
