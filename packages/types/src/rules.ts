/** Rules of networks in the contract of engines: what they did, and why (vl2.md §13, HOST_PROTOCOL.md §13). */
import type { NetworkAddress } from './event.js';
import type { RuleStep, RuleVerdict } from './generated/enums.js';
import type { NetworkId, NodeAddress } from './ids.js';

/**
 * What rules say of a frame. Of a whole decision: `DROP` is the base rules' word, `NO_MATCH` means that neither they nor
 * a capability let the frame through; both refuse it. `SUPER_ACCEPT`: it is let in whatever its MACs say.
 */
export type RuleVerdictKey = keyof typeof RuleVerdict;

/**
 * What an evaluation did with one rule. Matches: `MATCHED` and `UNMATCHED` after NOT; `SKIPPED`, when the group was false
 * already. Actions: `EXECUTED`, or `PASSED_OVER` because their group did not match.
 */
export type RuleStepKey = keyof typeof RuleStep;

/** A rule as the node holds it. */
export interface AppliedRule {
  /** As in a controller's JSON, e.g. `MATCH_ETHERTYPE`; `UNKNOWN_63` for types this version does not know. */
  name: string;
  not: boolean;
  or: boolean;
  /** Serialized (vl2.md §13.1), with type byte and length. */
  bytes: Uint8Array;
}

/** A rule, and how often it held: a match when it contributed true (after NOT), an action when it was executed. */
export interface CountedRule extends AppliedRule {
  hits: bigint;
}

/** Whole decisions by what they came to. */
export type RuleVerdictCounts = Record<RuleVerdictKey, bigint>;

/**
 * Since the rules or our capabilities' rules last changed. Evaluations are counted, not frames: a frame to several
 * members (multicast, bridging) is evaluated for each.
 */
export interface RuleHits {
  outbound: RuleVerdictCounts;
  inbound: RuleVerdictCounts;
  /** The base rules, in order. */
  rules: CountedRule[];
  /** Our own capabilities by ascending id. What other members' capabilities let in counts in `inbound` only. */
  capabilities: { id: number; rules: CountedRule[] }[];
}

/** What a match looked at; `absent`: the frame has no such field. An ICMP match's number is type × 256 + code. */
export type RuleFieldValue =
  | { kind: 'absent' }
  | { kind: 'number'; value: bigint }
  | { kind: 'node'; value: NodeAddress }
  | { kind: 'mac' | 'ip'; value: string }
  | { kind: 'tags'; local?: number; remote?: number };

/** One rule of a trace. */
export interface RuleTraceStep extends AppliedRule {
  step: RuleStepKey;
  /** The value of the group after this rule; `undefined` when it was skipped or passed over. */
  group?: boolean;
  /** Absent for actions, RANDOM, unknown types, and matches that were skipped. */
  field?: RuleFieldValue;
}

/** One evaluated list of rules. */
export interface RuleListTrace {
  /** Id of the capability; absent: the base rules. */
  capability?: number;
  verdict: RuleVerdictKey;
  /** Index of the action that ended it; absent: the list came to its end. */
  endedBy?: number;
  /** Up to the rule that ended it. */
  steps: RuleTraceStep[];
}

/** A copy that goes to a member besides (TEE, WATCH). */
export interface RuleCopy {
  to: NodeAddress;
  /** Bytes of the payload. */
  length: number;
  watch: boolean;
}

/** A decision and the way to it. */
export interface RuleTrace {
  verdict: RuleVerdictKey;
  /** With `REDIRECT`: where the frame goes instead. */
  redirectTo?: NodeAddress;
  /** In the order of sending; none when the frame is refused. */
  copies: RuleCopy[];
  /** The base rules, then every capability that was asked; the last one decided. */
  lists: RuleListTrace[];
}

/** A frame to ask about. */
export interface RuleQuestion {
  direction: 'inbound' | 'outbound';
  /**
   * The other member. Absent: the one that the frame's MAC stands for (outbound: nobody known, as for multicast, when
   * it stands for none).
   */
  peer?: NodeAddress;
  /** An Ethernet frame: destination, source, type, 0..9986 bytes of payload. */
  frame: Uint8Array;
}

/** What one member brings (vl2.md §7.4, §7.5), all of it valid. */
export interface RuleParty {
  /** At most 128. */
  tags?: readonly { id: number; value: number }[];
  /** MACs and IP addresses a certificate of ownership names; at most 64. */
  owns?: readonly { mac?: string; ip?: string }[];
}

/** Rules and circumstances that need not be in force anywhere. */
export interface GivenRules {
  network: NetworkId;
  /** The member that evaluates. */
  self: NodeAddress;
  /** Serialized (vl2.md §13.1), at most 1024. */
  rules: Uint8Array;
  /** Of the member itself (outbound) or of the sender (inbound); at most 128 of 64 rules. */
  capabilities?: readonly { id: number; rules: Uint8Array }[];
  own?: RuleParty;
  other?: RuleParty;
  /** Configuration key `f` (vl2.md §6.2). Default 0. */
  flags?: number;
  /** Addresses of `self` on the network; at most 32. */
  addresses?: readonly NetworkAddress[];
  /** What RANDOM rules draw, 0..4294967295. Default 0: they match. */
  draw?: number;
}

/** The part of an engine's node that looks at rules. */
export interface EngineRules {
  /** `ERR_ZT_NOT_FOUND`: not joined; `ERR_ZT_NOT_READY`: no configuration yet. */
  networkRuleHits(network: NetworkId): RuleHits;
  /**
   * What the rules in force say of a frame; nothing is sent, delivered or counted. RANDOM rules draw anew. Errors as
   * above, and `ERR_ZT_INVALID_ARGUMENT`: shorter than an Ethernet header, or inbound from nobody;
   * `ERR_ZT_MESSAGE_TOO_BIG`.
   */
  networkExplain(network: NetworkId, question: RuleQuestion): RuleTrace;
  /** The same for rules that are given, without any network. `ERR_ZT_INVALID_ARGUMENT` also for malformed rules. */
  rulesExplain(given: GivenRules, question: RuleQuestion): RuleTrace;
}
