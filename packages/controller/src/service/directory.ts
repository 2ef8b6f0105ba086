/** All records in memory, and the only way to change them: the store first, memory after it succeeded. */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import { sameExceptRevision } from '../domain/json.js';
import type { MemberRecord } from '../domain/member.js';
import type { NetworkRecord } from '../domain/network.js';
import type { ControllerStore } from '../store/store.js';

interface Entry {
  network: NetworkRecord;
  readonly members: Map<NodeAddress, MemberRecord>;
  /** Made when first asked for, dropped when a change makes it wrong. */
  addresses?: Set<string>;
  /** The same. */
  bridges?: readonly NodeAddress[];
}

/** What saving did. */
export interface Saved<T> {
  record: T;
  /** False: it was equal to the stored one in all but `revision`, and nothing was written (controller.md §2.2). */
  changed: boolean;
}

/** Networks and members. Records that come out of it are frozen. Callers keep the order of changes of one network. */
export class Directory {
  readonly #store: ControllerStore;
  readonly #entries = new Map<NetworkId, Entry>();
  #ready = true;

  private constructor(store: ControllerStore) {
    this.#store = store;
  }

  /** Reads everything. Rejects with `ERR_CONTROLLER_STORE`. */
  static async open(store: ControllerStore): Promise<Directory> {
    const directory = new Directory(store);
    for (const { network, members } of await store.load()) {
      const frozen = members.map((member): [NodeAddress, MemberRecord] => [member.id, deepFreeze(member)]);
      directory.#entries.set(network.id, { network: deepFreeze(network), members: new Map(frozen) });
    }
    return directory;
  }

  /** Whether the last write succeeded. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Ids in ascending order. */
  networkIds(): NetworkId[] {
    return [...this.#entries.keys()].sort();
  }

  network(id: NetworkId): NetworkRecord | undefined {
    return this.#entries.get(id)?.network;
  }

  member(network: NetworkId, id: NodeAddress): MemberRecord | undefined {
    return this.#entries.get(network)?.members.get(id);
  }

  /** Members in ascending order of address; none for an unknown network. */
  members(network: NetworkId): MemberRecord[] {
    const members = [...(this.#entries.get(network)?.members.values() ?? [])];
    return members.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  memberCount(network: NetworkId): number {
    return this.#entries.get(network)?.members.size ?? 0;
  }

  /** Texts of all addresses of all members, authorised or not (controller.md §5). */
  addressesInUse(network: NetworkId): ReadonlySet<string> {
    const entry = this.#entries.get(network);
    if (entry === undefined) return new Set();
    entry.addresses ??= new Set([...entry.members.values()].flatMap((member) => member.ipAssignments));
    return entry.addresses;
  }

  /** Addresses of the members with `activeBridge`. */
  activeBridges(network: NetworkId): readonly NodeAddress[] {
    const entry = this.#entries.get(network);
    if (entry === undefined) return [];
    entry.bridges ??= [...entry.members.values()].filter(({ activeBridge }) => activeBridge).map(({ id }) => id);
    return entry.bridges;
  }

  /** Saves and gives the record with its new revision. */
  async saveNetwork(network: NetworkRecord): Promise<Saved<NetworkRecord>> {
    const entry = this.#entries.get(network.id);
    if (entry !== undefined && sameExceptRevision(entry.network, network))
      return { record: entry.network, changed: false };
    const record = deepFreeze({ ...network, revision: (entry?.network.revision ?? 0) + 1 });
    await this.#write(this.#store.putNetwork(record));
    if (entry === undefined) this.#entries.set(record.id, { network: record, members: new Map() });
    else entry.network = record;
    return { record, changed: true };
  }

  /** Saves and gives the record with its new revision. The network must exist. */
  async saveMember(member: MemberRecord): Promise<Saved<MemberRecord>> {
    const old = this.member(member.nwid, member.id);
    if (old !== undefined && sameExceptRevision(old, member)) return { record: old, changed: false };
    const record = deepFreeze({ ...member, revision: (old?.revision ?? 0) + 1 });
    await this.#write(this.#store.putMember(record));
    const entry = this.#entries.get(record.nwid);
    if (entry !== undefined) {
      entry.members.set(record.id, record);
      forgetIndexes(entry, old, record);
    }
    return { record, changed: true };
  }

  async deleteNetwork(id: NetworkId): Promise<void> {
    await this.#write(this.#store.deleteNetwork(id));
    this.#entries.delete(id);
  }

  async deleteMember(network: NetworkId, id: NodeAddress): Promise<void> {
    await this.#write(this.#store.deleteMember(network, id));
    const entry = this.#entries.get(network);
    if (entry === undefined) return;
    forgetIndexes(entry, entry.members.get(id), undefined);
    entry.members.delete(id);
  }

  async close(): Promise<void> {
    this.#ready = false;
    await this.#store.close();
  }

  async #write(change: Promise<void>): Promise<void> {
    try {
      await change;
      this.#ready = true;
    } catch (error) {
      this.#ready = false;
      throw error;
    }
  }
}

/** Keeps the indexes right after a member changed: new addresses are added, a removed one is cause to build anew. */
function forgetIndexes(entry: Entry, old: MemberRecord | undefined, now: MemberRecord | undefined): void {
  if (old?.activeBridge !== now?.activeBridge) delete entry.bridges;
  const kept = new Set(now?.ipAssignments);
  if (old?.ipAssignments.some((address) => !kept.has(address)) === true) delete entry.addresses;
  for (const address of kept) entry.addresses?.add(address);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
