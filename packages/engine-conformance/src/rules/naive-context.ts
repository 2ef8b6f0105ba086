/** What a rule evaluation depends on (vl2.md §13.2), in the plainest form. */

export interface NaiveRule {
  type: number;
  not: boolean;
  or: boolean;
  known: boolean;
  /** The fixed part of the rule's data; empty for unknown types. */
  data: Uint8Array;
}

/** The ownership a certificate states (§7.5): a MAC or an IP address of 4 or 16 bytes. */
export interface NaiveThing {
  kind: 'mac' | 'ip';
  bytes: Uint8Array;
}

export interface NaiveContext {
  networkId: bigint;
  inbound: boolean;
  self: bigint;
  source: bigint;
  /** 0 when not known. */
  destination: bigint;
  macSource: Uint8Array;
  macDestination: Uint8Array;
  etherType: number;
  vlanId: number;
  payload: Uint8Array;
  /** Configuration key `f` (§6.2). */
  flags: bigint;
  localTags: Map<number, number>;
  /** `null`: no record of the remote party. Only what is valid now. */
  remoteTags: Map<number, number> | null;
  localThings: NaiveThing[];
  remoteThings: NaiveThing[];
  /** My addresses on this network, 4 or 16 bytes. */
  addresses: Uint8Array[];
  /** A fresh random u32. */
  draw: () => number;
}

export type NaiveResult = 'noMatch' | 'drop' | 'redirect' | 'accept' | 'superAccept';

export interface NaiveCopy {
  to: bigint;
  length: number;
  watch: boolean;
}

export interface NaiveEvaluation {
  result: NaiveResult;
  destination: bigint;
  copy: NaiveCopy | null;
}

/** A contribution to the running condition: a boolean that NOT turns around, or one that it does not (§13.3). */
export type Outcome = { plain: boolean } | { fixed: boolean };
