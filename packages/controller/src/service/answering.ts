/** Answers configuration requests and pushes configurations (controller.md §3, §6). */
import { randomBytes } from 'node:crypto';
import type { ControllerPort, ControllerRequest } from '@ztkit/sdk';
import type { NetworkId } from '@ztkit/types';
import { decideAdmission, identityMatches } from '../domain/authorize.js';
import { buildConfig, type ConfigContext } from '../domain/config.js';
import { type MemberRecord, newMember, withVersion } from '../domain/member.js';
import { parseMetadata, type RequestMetadata } from '../domain/metadata.js';
import type { NetworkRecord } from '../domain/network.js';
import type { Directory } from './directory.js';
import type { IssueClock } from './issue-clock.js';
import type { Presence } from './presence.js';

/** Member records one network may have. Any node on earth creates one by asking, so there must be an end. */
export const MAX_MEMBERS = 65_536;
/** A push: no request is answered. */
const PUSH = 0n;

/** What answering works with. */
export interface AnsweringContext {
  port: ControllerPort;
  directory: Directory;
  presence: Presence;
  /** ms since the epoch. */
  now(): number;
  clock: IssueClock;
  random64(): bigint;
}

/** Cryptographically random 64 bits. */
export function random64(): bigint {
  return randomBytes(8).readBigUInt64BE();
}

/** Decides one request; steps as in controller.md §3. The caller keeps requests of one network in order. */
export async function answerRequest(context: AnsweringContext, request: ControllerRequest): Promise<void> {
  const { port, directory } = context;
  const { networkId, member: address, requestId } = request;
  const network = directory.network(networkId);
  if (network === undefined) {
    port.reject(address, networkId, requestId, 'not-found');
    return;
  }
  const known = directory.member(networkId, address);
  const isFull = known === undefined && directory.memberCount(networkId) >= MAX_MEMBERS;
  if (isFull || (known !== undefined && !identityMatches(known, request.identity))) {
    port.reject(address, networkId, requestId, 'access-denied');
    return;
  }
  const now = context.now();
  const metadata = parseMetadata(request.metadata);
  const asking = { ...(known ?? newMember(networkId, address, now)), identity: request.identity };
  const member = decideAdmission(asking, network, metadata.credential, now);
  if (!member.authorized) {
    await directory.saveMember(member);
    port.reject(address, networkId, requestId, 'access-denied');
    return;
  }
  context.presence.remember(networkId, address, metadata);
  await grant(context, network, withVersion(member, metadata), requestId, metadata);
}

/**
 * Sends a member its configuration unasked, when it is online, authorised and has asked before (controller.md
 * §6.2).
 */
export async function pushConfig(context: AnsweringContext, member: MemberRecord): Promise<void> {
  const network = context.directory.network(member.nwid);
  const metadata = context.presence.pushable(member.nwid, member.id, context.now());
  if (network === undefined || metadata === undefined || !member.authorized) return;
  await grant(context, network, member, PUSH, metadata);
}

/** Members handled before other work gets a turn, in a push to a whole network. */
const PUSH_BATCH = 32;

/** {@link pushConfig} for every member of a network. */
export async function pushNetwork(context: AnsweringContext, network: NetworkId): Promise<void> {
  for (const [index, member] of context.directory.members(network).entries()) {
    await pushConfig(context, member);
    if (index % PUSH_BATCH === PUSH_BATCH - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Builds, stores what the member was given, then sends: an address that was told is never lost. What a member's own
 * request changes in its record is in this very configuration, so it is not pushed to it a second time.
 */
async function grant(
  context: AnsweringContext,
  network: NetworkRecord,
  member: MemberRecord,
  requestId: bigint,
  metadata: RequestMetadata,
): Promise<void> {
  const { directory } = context;
  const lazy: ConfigContext = {
    now: await context.clock.next(),
    rulesRevision: metadata.rulesRevision,
    activeBridges: directory.activeBridges(network.id),
    get inUse() {
      return directory.addressesInUse(network.id);
    },
    random64: context.random64,
  };
  const built = buildConfig(network, member, lazy);
  await directory.saveMember(built.member);
  context.port.grant(member.id, requestId, built.config);
}
