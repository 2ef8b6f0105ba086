/** What keeps networks and members. Memory of the controller follows the store, never the other way round. */
import type { NetworkId, NodeAddress } from '@ztkit/types';
import type { MemberRecord } from '../domain/member.js';
import type { NetworkRecord } from '../domain/network.js';

/** Everything stored about one network. */
export interface StoredNetwork {
  network: NetworkRecord;
  members: readonly MemberRecord[];
}

/**
 * A place for records. A promise that resolves means the change survives a crash at once; one that rejects (with a
 * `ControllerError` `ERR_CONTROLLER_STORE`) means nothing was changed.
 */
export interface ControllerStore {
  /**
   * All records, read once at start. A record that is not readable rejects: nothing is repaired or skipped
   * silently.
   */
  load(): Promise<readonly StoredNetwork[]>;
  /** Inserts or replaces. */
  putNetwork(network: NetworkRecord): Promise<void>;
  /** Deletes a network with all its members; unknown ids are fine. */
  deleteNetwork(network: NetworkId): Promise<void>;
  /** Inserts or replaces. The network must exist. */
  putMember(member: MemberRecord): Promise<void>;
  /** Unknown ids are fine. */
  deleteMember(network: NetworkId, member: NodeAddress): Promise<void>;
  /**
   * The time up to which configurations may have been issued, ms since the epoch; 0: none were. A store without it
   * leaves a controller that is restarted with its clock set back to issue what members refuse as old.
   */
  loadClock?(): Promise<number>;
  saveClock?(until: number): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
