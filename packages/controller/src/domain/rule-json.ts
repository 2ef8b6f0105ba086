/** Rules: the JSON of the REST API (controller.md §9) ⇄ the bytes members receive (vl2.md §13.1). */
import { RuleType, type RuleTypeKey } from '@ztkit/types';
import { isObject, type Json, type JsonObject, readBoolean } from './json.js';
import type { RuleCodec } from './rule-codec.js';
import * as codec from './rule-codec.js';

const NOT = 0x80;
const OR = 0x40;
/** Types below are actions; they have no `not` and `or` (vl2.md §13.1). */
const FIRST_MATCH = 16;

/** A rule as it travels: type byte with its flags, and data. */
export interface Rule {
  name: string;
  type: number;
  not: boolean;
  or: boolean;
  data: Uint8Array;
}

const tag = codec.integers(['id', 4], ['value', 4]);
const range16 = codec.integers(['start', 2], ['end', 2]);

/** Length of the data on the wire and its codec, of every type that has a JSON form (controller.md §9). */
const KINDS: Readonly<Record<Exclude<RuleTypeKey, 'ACTION_PRIORITY'>, readonly [length: number, codec: RuleCodec]>> = {
  ACTION_DROP: [0, codec.noFields],
  ACTION_ACCEPT: [0, codec.noFields],
  ACTION_TEE: [14, codec.forwardAction(true)],
  ACTION_WATCH: [14, codec.forwardAction(true)],
  ACTION_REDIRECT: [14, codec.forwardAction(false)],
  ACTION_BREAK: [0, codec.noFields],
  MATCH_SOURCE_ZEROTIER_ADDRESS: [5, codec.nodeAddress],
  MATCH_DEST_ZEROTIER_ADDRESS: [5, codec.nodeAddress],
  MATCH_VLAN_ID: [2, codec.integers(['vlanId', 2])],
  MATCH_VLAN_PCP: [1, codec.integers(['vlanPcp', 1])],
  MATCH_VLAN_DEI: [1, codec.integers(['vlanDei', 1])],
  MATCH_MAC_SOURCE: [6, codec.mac],
  MATCH_MAC_DEST: [6, codec.mac],
  MATCH_IPV4_SOURCE: [5, codec.ipPrefix(4)],
  MATCH_IPV4_DEST: [5, codec.ipPrefix(4)],
  MATCH_IPV6_SOURCE: [17, codec.ipPrefix(6)],
  MATCH_IPV6_DEST: [17, codec.ipPrefix(6)],
  MATCH_IP_TOS: [3, codec.integers(['mask', 1], ['start', 1], ['end', 1])],
  MATCH_IP_PROTOCOL: [1, codec.integers(['ipProtocol', 1])],
  MATCH_ETHERTYPE: [2, codec.integers(['etherType', 2])],
  MATCH_ICMP: [3, codec.icmp],
  MATCH_IP_SOURCE_PORT_RANGE: [4, range16],
  MATCH_IP_DEST_PORT_RANGE: [4, range16],
  MATCH_CHARACTERISTICS: [8, codec.characteristics],
  MATCH_FRAME_SIZE_RANGE: [4, range16],
  MATCH_RANDOM: [4, codec.integers(['probability', 4])],
  MATCH_TAGS_DIFFERENCE: [8, tag],
  MATCH_TAGS_BITWISE_AND: [8, tag],
  MATCH_TAGS_BITWISE_OR: [8, tag],
  MATCH_TAGS_BITWISE_XOR: [8, tag],
  MATCH_TAGS_EQUAL: [8, tag],
  MATCH_TAG_SENDER: [8, tag],
  MATCH_TAG_RECEIVER: [8, tag],
  INTEGER_RANGE: [19, codec.integerRange],
};

const kinds = Object.entries(KINDS).map(([name, [length, kind]]) => {
  return { name, type: RuleType[name as keyof typeof KINDS] as number, length, kind };
});
const BY_NAME = new Map(kinds.map((entry) => [entry.name, entry]));
const BY_TYPE = new Map(kinds.map((entry) => [entry.type, entry]));

/** Reads one rule. Unknown types and unreadable entries give `undefined`; a wrongly typed `mask` throws (§9). */
export function parseRule(json: Json | undefined): Rule | undefined {
  if (!isObject(json) || typeof json.type !== 'string') return undefined;
  const found = BY_NAME.get(json.type);
  const data = found?.kind.encode(json);
  if (found === undefined || data === undefined) return undefined;
  const isMatch = found.type >= FIRST_MATCH;
  return {
    name: json.type,
    type: found.type,
    not: isMatch && readBoolean(json.not, false),
    or: isMatch && readBoolean(json.or, false),
    data,
  };
}

/** The JSON of a rule: actions without `not` and `or`, matches always with both (controller.md §9). */
export function renderRule(rule: Rule): JsonObject {
  const fields = BY_NAME.get(rule.name)?.kind.decode(rule.data) ?? {};
  return rule.type < FIRST_MATCH
    ? { type: rule.name, ...fields }
    : { type: rule.name, not: rule.not, or: rule.or, ...fields };
}

/** Every readable rule of a list, re-rendered (controller.md §8.1). */
export function normaliseRules(list: readonly Json[]): JsonObject[] {
  return list.flatMap((entry) => {
    const rule = parseRule(entry);
    return rule === undefined ? [] : [renderRule(rule)];
  });
}

/** The wire bytes of the first `limit` readable rules of a list. */
export function encodeRules(list: readonly Json[], limit: number): { count: number; bytes: Uint8Array } {
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const entry of list) {
    if (count === limit) break;
    const rule = parseRule(entry);
    if (rule === undefined) continue;
    parts.push(Uint8Array.of(rule.type | (rule.not ? NOT : 0) | (rule.or ? OR : 0), rule.data.length), rule.data);
    count += 1;
  }
  return { count, bytes: new Uint8Array(Buffer.concat(parts)) };
}

/** Whether rules of this type have a JSON form (controller.md §9). */
export function hasJson(type: number): boolean {
  return BY_TYPE.has(type);
}

/** Reads wire bytes back. Types this table does not know are skipped; a field past the end gives `undefined`. */
export function decodeRules(bytes: Uint8Array): Rule[] | undefined {
  const rules: Rule[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at] ?? 0;
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) return undefined;
    const known = BY_TYPE.get(head & 0x3f);
    if (known !== undefined) {
      if (length < known.length) return undefined;
      const data = bytes.slice(at + 2, at + 2 + known.length);
      rules.push({ name: known.name, type: head & 0x3f, not: (head & NOT) !== 0, or: (head & OR) !== 0, data });
    }
    at += 2 + length;
  }
  return rules;
}
