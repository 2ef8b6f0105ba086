/** From a rule to its match in the text: the inverse of match-compiler. One entry per type. */
import type { MatchFields } from '../domain/rule-types.js';
import { CHARACTERISTICS, ETHERTYPES, IP_PROTOCOLS, nameOf } from './vocabulary.js';

/** How tags and their values are written. */
export interface TagNames {
  tag(id: number): string;
  value(id: number, value: number): string;
}

type MatchType = MatchFields['type'];
type FieldsOf<T extends MatchType, F = MatchFields> = F extends { type: infer U } ? (T extends U ? F : never) : never;
type Writers = { readonly [T in MatchType]: (fields: FieldsOf<T>, tags: TagNames) => string };

const ztAddress = (keyword: string) => (fields: { zt: string }) => `${keyword} ${fields.zt}`;
const mac = (keyword: string) => (fields: { mac: string }) => `${keyword} ${fields.mac}`;
const prefix = (keyword: string) => (fields: { ip: string }) => `${keyword} ${fields.ip}`;
const range = (keyword: string) => (fields: { start: number; end: number }) => `${keyword} ${rangeText(fields)}`;
const tag = (keyword: string) => (fields: { id: number; value: number }, tags: TagNames) =>
  `${keyword} ${tags.tag(fields.id)} ${tags.value(fields.id, fields.value)}`;

const WRITERS: Writers = {
  MATCH_SOURCE_ZEROTIER_ADDRESS: ztAddress('ztsrc'),
  MATCH_DEST_ZEROTIER_ADDRESS: ztAddress('ztdest'),
  MATCH_VLAN_ID: ({ vlanId }) => `vlan ${vlanId}`,
  MATCH_VLAN_PCP: ({ vlanPcp }) => `vlanpcp ${vlanPcp}`,
  MATCH_VLAN_DEI: ({ vlanDei }) => `vlandei ${vlanDei}`,
  MATCH_MAC_SOURCE: mac('macsrc'),
  MATCH_MAC_DEST: mac('macdest'),
  MATCH_IPV4_SOURCE: prefix('ipsrc'),
  MATCH_IPV4_DEST: prefix('ipdest'),
  MATCH_IPV6_SOURCE: prefix('ipsrc'),
  MATCH_IPV6_DEST: prefix('ipdest'),
  MATCH_IP_TOS: ({ mask, ...bounds }) => `iptos ${hex(mask, 2)} ${rangeText(bounds)}`,
  MATCH_IP_PROTOCOL: ({ ipProtocol }) => `ipprotocol ${nameOf(IP_PROTOCOLS, ipProtocol) ?? ipProtocol}`,
  MATCH_ETHERTYPE: ({ etherType }) => `ethertype ${nameOf(ETHERTYPES, etherType) ?? hex(etherType, 4)}`,
  MATCH_ICMP: ({ icmpType, icmpCode }) => `icmp ${icmpType} ${icmpCode ?? -1}`,
  MATCH_IP_SOURCE_PORT_RANGE: range('sport'),
  MATCH_IP_DEST_PORT_RANGE: range('dport'),
  MATCH_FRAME_SIZE_RANGE: range('framesize'),
  MATCH_CHARACTERISTICS: ({ mask }) => `chr ${characteristicsText(mask)}`,
  MATCH_RANDOM: ({ probability }) => `random ${probabilityText(probability)}`,
  MATCH_TAGS_DIFFERENCE: tag('tdiff'),
  MATCH_TAGS_BITWISE_AND: tag('tand'),
  MATCH_TAGS_BITWISE_OR: tag('tor'),
  MATCH_TAGS_BITWISE_XOR: tag('txor'),
  MATCH_TAGS_EQUAL: tag('teq'),
  MATCH_TAG_SENDER: tag('tseq'),
  MATCH_TAG_RECEIVER: tag('treq'),
  INTEGER_RANGE: integerRangeText,
};

/** The keyword and arguments of a match, as the controller renders it. */
export function matchText(fields: MatchFields, tags: TagNames): string {
  const write = WRITERS[fields.type] as (fields: MatchFields, tags: TagNames) => string;
  return write(fields, tags);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function rangeText({ start, end }: { start: number; end: number }): string {
  return start === end ? String(start) : `${start}-${end}`;
}

/** Names from the highest bit down, and numbers for bits without one. */
function characteristicsText(mask: string): string {
  const bits = BigInt(`0x${mask}`);
  const set = Array.from({ length: 64 }, (_, index) => 63 - index).filter((bit) => ((bits >> BigInt(bit)) & 1n) === 1n);
  return set.map((bit) => nameOf(CHARACTERISTICS, bit) ?? bit).join(',') || 'none';
}

/** The shortest decimal that compiles to this probability: floor(4294967295 × p) cuts, so half a step more is taken. */
function probabilityText(probability: number): string {
  const most = 0xffff_ffff;
  if (probability === most) return '1.0';
  const middle = (probability + 0.5) / most;
  for (let digits = 1; digits <= 17; digits += 1) {
    const text = middle.toFixed(digits);
    if (Number(text) <= 1 && Math.floor(most * Number(text)) === probability) return text;
  }
  return String(middle);
}

function integerRangeText({ start, end, idx, bits, little }: FieldsOf<'INTEGER_RANGE'>): string {
  const [low, high] = [start, end].map((digits) => `0x${BigInt(`0x${digits}`).toString(16)}`);
  return `intrange ${low === high ? low : `${low}-${high}`} ${idx} ${bits}${little ? ' little' : ''}`;
}
