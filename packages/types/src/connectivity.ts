/** Whether a node can be reached and what was tried (HOST_PROTOCOL.md §10). */
import type { Endpoint } from './engine.js';
import type { Connectivity, OfflineReason } from './generated/enums.js';
import type { NodeAddress } from './ids.js';

/** `STARTING`: too early to say; `TUNNELED`: online, over a TCP relay because UDP does not get through. */
export type ConnectivityState = keyof typeof Connectivity;

/** Why a node is not online. */
export type OfflineCause = keyof typeof OfflineReason;

/** One stable endpoint of a root. */
export interface RootEndpoint {
  endpoint: Endpoint;
  /** Nothing is sent there: a blacklist, the kind of address or a virtual network forbids it, or no local socket fits. */
  refused: boolean;
  /** HELLOs since the root was last heard from there. */
  tries: number;
  /** Ms since the last of them; absent: never tried. */
  sinceTryMs?: number;
}

/** A root of the planet or of a moon, and what was tried to reach it. */
export interface RootContact {
  address: NodeAddress;
  role: 'MOON' | 'PLANET';
  /** Ms since anything authentic of it arrived; absent: never. */
  sinceHeardMs?: number;
  endpoints: readonly RootEndpoint[];
}

/** Whether a node can be reached. */
export interface ConnectivityInfo {
  state: ConnectivityState;
  /** The most certain first; none when online. While starting: what holds so far. */
  reasons: readonly OfflineCause[];
  /** Ms since any root was heard; absent: never. */
  sinceRootHeardMs?: number;
  /** The TCP relay in use. */
  tunnel?: Endpoint;
  roots: readonly RootContact[];
}
