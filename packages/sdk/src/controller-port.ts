/**
 * The part of a node that a network controller uses: requests come in, decisions go out. Thin on purpose: who may
 * join and with
 * what address is decided in `@ztkit/controller`; the core encodes and signs.
 */
import type { Endpoint, IssuedConfig, NetworkId, NodeAddress, RejectReason } from '@ztkit/types';

/** A member asks for its configuration (controller.md §3). */
export interface ControllerRequest {
  networkId: NetworkId;
  /** Answer with this id; it is not `0n` for a request. */
  requestId: bigint;
  /** The member's address, taken from `identity`. */
  member: NodeAddress;
  /** The member's public identity in text form. Its agreement with the packet's sender is verified by the core. */
  identity: string;
  /** 0: it came directly, more: through a root. */
  hops: number;
  /** Physical address it came from (the root's, when relayed). */
  from: Endpoint;
  /** The request's dictionary as sent (vl2.md §5.1): hostile bytes. */
  metadata: Uint8Array;
}

/** `node.controller`. */
export interface ControllerPort {
  /** The controller's address: the first ten digits of the ids of its networks. */
  readonly address: NodeAddress;
  readonly enabled: boolean;
  /**
   * Answers requests from now on. `onRequest` is called from the event loop, in order; what it throws is reported
   * as an uncaught
   * exception. Throws `ERR_ZT_ALREADY_EXISTS` when enabled already.
   */
  enable(onRequest: (request: ControllerRequest) => void): void;
  /** Stops answering: members keep what they have until it ages. Idempotent. */
  disable(): void;
  /** Sends a configuration: as the answer to `requestId`, or unasked (`0n`, a push). */
  grant(member: NodeAddress, requestId: bigint, config: IssuedConfig): void;
  /** Refuses. Nothing is ever sent unasked, so `requestId` must be of a request. */
  reject(member: NodeAddress, networkId: NetworkId, requestId: bigint, reason: RejectReason): void;
  /**
   * Withdraws `target`'s membership certificate at `recipients`, which pass it on (controller.md §6.2). `issuedUntil`:
   * ms since 1970, the time of the last configuration of earlier runs; what this run granted is known.
   */
  revoke(networkId: NetworkId, target: NodeAddress, recipients: readonly NodeAddress[], issuedUntil?: number): void;
}
