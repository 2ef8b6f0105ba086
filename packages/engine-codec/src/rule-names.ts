/** Rules as the node sends them, described. */
import { type AppliedRule, ruleTypeName } from '@ztkit/types';

/** Type byte with its flags (vl2.md §13.1), named. */
export function describeRule(bytes: Uint8Array): AppliedRule {
  const head = bytes[0] ?? 0;
  const type = head & 0x3f;
  return { name: ruleTypeName[type] ?? `UNKNOWN_${type}`, not: (head & 0x80) !== 0, or: (head & 0x40) !== 0, bytes };
}
