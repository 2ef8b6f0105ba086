/** Replies about rules (HOST_PROTOCOL.md §13). */
import type {
  CountedRule,
  RuleCopy,
  RuleFieldValue,
  RuleHits,
  RuleListTrace,
  RuleTrace,
  RuleTraceStep,
  RuleVerdictCounts,
  RuleVerdictKey,
} from '@ztkit/types';
import { RuleField, RuleStepName, RuleVerdictName } from '@ztkit/types';
import type { ByteReader } from './byte-reader.js';
import { readIp, readMac, readNodeAddress } from './fields.js';
import { describeRule } from './rule-names.js';

/** The index that stands for the end of a list. */
const NO_RULE = 0xffff;

export function readRuleHits(body: ByteReader): RuleHits {
  const outbound = readCounts(body);
  const inbound = readCounts(body);
  const rules = readCounted(body);
  const capabilities = body.list(() => ({ id: body.u32(), rules: readCounted(body) }));
  return { outbound, inbound, rules, capabilities };
}

function readCounts(body: ByteReader): RuleVerdictCounts {
  const [NO_MATCH, DROP, REDIRECT, ACCEPT, SUPER_ACCEPT] = [body.u64(), body.u64(), body.u64(), body.u64(), body.u64()];
  return { NO_MATCH, DROP, REDIRECT, ACCEPT, SUPER_ACCEPT };
}

function readCounted(body: ByteReader): CountedRule[] {
  return body.list(() => ({ ...describeRule(body.blob16()), hits: body.u64() }));
}

export function readRuleTrace(body: ByteReader): RuleTrace {
  const verdict = readVerdict(body);
  const destination = readNodeAddress(body);
  const copies = [readCopy(body), readCopy(body)].filter((copy) => copy.to !== '0000000000');
  const lists = body.list(() => readList(body));
  return verdict === 'REDIRECT' ? { verdict, redirectTo: destination, copies, lists } : { verdict, copies, lists };
}

function readVerdict(body: ByteReader): RuleVerdictKey {
  return RuleVerdictName[body.u8()] ?? 'NO_MATCH';
}

function readCopy(body: ByteReader): RuleCopy {
  return { to: readNodeAddress(body), length: body.u32(), watch: body.bool() };
}

function readList(body: ByteReader): RuleListTrace {
  const isCapability = body.bool();
  const capability = body.u32();
  const verdict = readVerdict(body);
  const endedBy = body.u16();
  const steps = body.list(() => readStep(body));
  return {
    ...(isCapability ? { capability } : {}),
    verdict,
    ...(endedBy === NO_RULE ? {} : { endedBy }),
    steps,
  };
}

function readStep(body: ByteReader): RuleTraceStep {
  const rule = describeRule(body.blob16());
  const step = RuleStepName[body.u8()] ?? 'SKIPPED';
  const group = body.bool();
  const field = readField(body);
  const evaluated = step !== 'SKIPPED' && step !== 'PASSED_OVER';
  return { ...rule, step, ...(evaluated ? { group } : {}), ...(field === undefined ? {} : { field }) };
}

function readField(body: ByteReader): RuleFieldValue | undefined {
  switch (body.u8()) {
    case RuleField.ABSENT:
      return { kind: 'absent' };
    case RuleField.NUMBER:
      return { kind: 'number', value: body.u64() };
    case RuleField.NODE:
      return { kind: 'node', value: readNodeAddress(body) };
    case RuleField.MAC:
      return { kind: 'mac', value: readMac(body) };
    case RuleField.IP:
      return { kind: 'ip', value: readIp(body) };
    case RuleField.TAGS:
      return { kind: 'tags', ...readTag(body, 'local'), ...readTag(body, 'remote') };
    default:
      return undefined;
  }
}

function readTag<K extends string>(body: ByteReader, key: K): Partial<Record<K, number>> {
  const held = body.bool();
  const value = body.u32();
  return held ? ({ [key]: value } as Record<K, number>) : {};
}
