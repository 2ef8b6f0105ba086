/**
 * The networks of vectors g and h-session3, as records: what the recorded controller was told, and for each
 * configuration it sent the one that ours makes of the same records.
 */
import { readFileSync } from 'node:fs';
import type { IssuedConfig, NetworkId, NodeAddress } from '@ztkit/types';
import { buildConfig } from '../src/domain/config.js';
import type { Json } from '../src/domain/json.js';
import { type MemberRecord, newMember, patchMember } from '../src/domain/member.js';
import { parseMetadata } from '../src/domain/metadata.js';
import { type NetworkRecord, newNetwork, patchNetwork } from '../src/domain/network.js';

/** Keys and values of a dictionary; values of binary keys in hex. */
export type Fields = Readonly<Record<string, string>>;
/** A configuration as it was sent. */
export interface Recorded {
  session: string;
  to: string;
  nwid: string;
  network: string | null;
  dictionaryFields: Fields;
  /** In hex. */
  dictionary: string;
  recipientSecret: string;
}
/** A network of session 3 as JSON. */
export interface Session3 {
  posted?: Json;
  memberPosted?: Json;
  networkAsStored: Record<string, Json>;
  memberAsStored: Record<string, Json>;
}

const vectors = new URL('../../core/vectors/', import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, vectors), 'utf8')) as T;
const vector = read<{
  controllerSecret: string;
  configs: Recorded[];
  requests: { from_: string; nwid: string; metadata: string }[];
}>('g-netconfigs.json');

/** In the order of the vector. */
export const configs = vector.configs;
export const controllerSecret = vector.controllerSecret;
export const session3 = read<Record<string, Session3>>('h-session3-networks.json');

// Sessions 1 and 2, and the cycle of session 3, were not recorded as posted JSON: this is what their dictionaries show.
const lab = {
  name: 'lab',
  v4AssignMode: { zt: true },
  v6AssignMode: { rfc4193: true, '6plane': true, zt: false },
  ipAssignmentPools: [{ ipRangeStart: '10.144.0.10', ipRangeEnd: '10.144.0.250' }],
  routes: [{ target: '10.144.0.0/24' }],
};

/** The records behind a configuration. */
export function recordsOf(recorded: Recorded): {
  network: NetworkRecord;
  member: MemberRecord;
  posted: Session3 | undefined;
} {
  const id = recorded.nwid as NetworkId;
  const revision = Number(`0x${recorded.dictionaryFields.r}`);
  const session = recorded.network === null ? undefined : session3[recorded.network];
  const posted = session?.posted === undefined ? undefined : session;
  let network = patchNetwork(newNetwork(id, 0), posted?.posted ?? lab);
  if (recorded.network === 'auth-cycle' && revision === 2) {
    network = patchNetwork(network, { name: 'renamed', multicastLimit: 16 });
  }
  network = { ...network, revision };
  const body = posted?.memberPosted ?? { authorized: true };
  return { network, posted, member: patchMember(newMember(id, recorded.to as NodeAddress, 0), body, network, 1) };
}

/**
 * A random source that leads to the recorded `fd50::9bc3` at the first trial: 0x9bc3 - 0x10 inside a pool of
 * 0xffef.
 */
const random64 = (): bigint => 0x9bb3n;

/** Our configuration for the recorded one. */
export function build(recorded: Recorded): {
  config: IssuedConfig;
  member: MemberRecord;
  posted: Session3 | undefined;
} {
  const { network, member, posted } = recordsOf(recorded);
  const request = vector.requests.find(({ from_, nwid }) => from_ === recorded.to && nwid === recorded.nwid);
  const metadata = parseMetadata(Buffer.from(request?.metadata ?? '', 'hex'));
  const built = buildConfig(network, member, {
    now: Number(`0x${recorded.dictionaryFields.ts}`),
    rulesRevision: metadata.rulesRevision,
    activeBridges: member.activeBridge ? [member.address] : [],
    inUse: new Set(),
    random64,
  });
  return { ...built, posted };
}
