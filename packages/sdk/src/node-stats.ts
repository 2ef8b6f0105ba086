/** The counters of the stack as `node.stats()` shows them. */
import type { NodeCounterKey, ProtocolCounters, StackCounters, StackProtocolKey } from '@ztkit/types';

/** One protocol's counters and the sum of its errors. */
export interface ProtocolStats extends ProtocolCounters {
  /** `chkerr + lenerr + memerr + rterr + proterr + opterr + err`. */
  errors: bigint;
}

/** By protocol: `stats().UDP.recv`. */
export type NodeStats = Record<StackProtocolKey, ProtocolStats>;

/** By counter: `totals().PACKETS_RELAYED`. */
export type NodeTotals = Record<NodeCounterKey, bigint>;

export function nodeStats(counters: StackCounters): NodeStats {
  const entries = Object.entries(counters).map(([protocol, counts]) => [protocol, withErrors(counts)]);
  return Object.fromEntries(entries) as NodeStats;
}

function withErrors(counts: Readonly<ProtocolCounters>): ProtocolStats {
  const { chkerr, lenerr, memerr, rterr, proterr, opterr, err } = counts;
  return { ...counts, errors: chkerr + lenerr + memerr + rterr + proterr + opterr + err };
}
