/** What a program may write into a network or a member: the writable keys of controller.md §2.3 and §2.4, typed. */
import type { Json, JsonObject } from '../domain/json.js';

/** Writable keys of a network. Absent keys keep their values. */
export type NetworkPatch = {
  name?: string;
  private?: boolean;
  enableBroadcast?: boolean;
  /** 0 disables multicast. */
  multicastLimit?: number;
  /** Clamped to 1280..10000. */
  mtu?: number;
  v4AssignMode?: { zt: boolean };
  v6AssignMode?: { '6plane'?: boolean; rfc4193?: boolean; zt?: boolean };
  ipAssignmentPools?: { ipRangeStart: string; ipRangeEnd: string }[];
  routes?: { target: string; via?: string | null }[];
  dns?: { domain: string; servers: string[] };
  /** Rules as in controller.md §9. */
  rules?: JsonObject[];
  capabilities?: { id: number; default?: boolean; rules: JsonObject[] }[];
  tags?: { id: number; default?: number | null }[];
  /** Token → expiry in ms since the epoch; 0 never expires. */
  authTokens?: Record<string, number>;
  remoteTraceTarget?: string | null;
  remoteTraceLevel?: number;
};

/** Writable keys of a member. Absent keys keep their values. */
export type MemberPatch = {
  authorized?: boolean;
  activeBridge?: boolean;
  noAutoAssignIps?: boolean;
  /** Fixed addresses, without prefix. */
  ipAssignments?: string[];
  /** Pairs of id and value. */
  tags?: [number, number][];
  /** Ids of the network's capabilities. */
  capabilities?: number[];
  name?: string;
  authenticationExpiryTime?: number;
  remoteTraceTarget?: string | null;
  remoteTraceLevel?: number;
};

/** A patch from a program, or the parsed body of a REST request: both go through the same tolerant readers. */
export type Body<P> = P | Json;
