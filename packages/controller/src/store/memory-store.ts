/** A store without a disk: for tests and for controllers whose networks need not survive. */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import type { MemberRecord } from '../domain/member.js';
import type { NetworkRecord } from '../domain/network.js';
import type { ControllerStore, StoredNetwork } from './store.js';

/** Keeps records in memory. */
export class MemoryStore implements ControllerStore {
  readonly #networks = new Map<NetworkId, { network: NetworkRecord; members: Map<NodeAddress, MemberRecord> }>();

  #issuedUntil = 0;

  async load(): Promise<readonly StoredNetwork[]> {
    return [...this.#networks.values()].map(({ network, members }) => ({ network, members: [...members.values()] }));
  }

  async putNetwork(network: NetworkRecord): Promise<void> {
    const members = this.#networks.get(network.id)?.members ?? new Map<NodeAddress, MemberRecord>();
    this.#networks.set(network.id, { network, members });
  }

  async deleteNetwork(network: NetworkId): Promise<void> {
    this.#networks.delete(network);
  }

  async putMember(member: MemberRecord): Promise<void> {
    this.#networks.get(member.nwid)?.members.set(member.id, member);
  }

  async deleteMember(network: NetworkId, member: NodeAddress): Promise<void> {
    this.#networks.get(network)?.members.delete(member);
  }

  async loadClock(): Promise<number> {
    return this.#issuedUntil;
  }

  async saveClock(until: number): Promise<void> {
    this.#issuedUntil = until;
  }

  async close(): Promise<void> {
    // Records stay for a controller that is opened on this store again.
  }
}
