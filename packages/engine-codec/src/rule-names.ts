/** Names of rule types, as in a controller's JSON (controller.md §9). */
import type { AppliedRule } from '@ztkit/types';

const names: Readonly<Record<number, string>> = {
  0: 'ACTION_DROP',
  1: 'ACTION_ACCEPT',
  2: 'ACTION_TEE',
  3: 'ACTION_WATCH',
  4: 'ACTION_REDIRECT',
  5: 'ACTION_BREAK',
  6: 'ACTION_PRIORITY',
  24: 'MATCH_SOURCE_ZEROTIER_ADDRESS',
  25: 'MATCH_DEST_ZEROTIER_ADDRESS',
  26: 'MATCH_VLAN_ID',
  27: 'MATCH_VLAN_PCP',
  28: 'MATCH_VLAN_DEI',
  29: 'MATCH_MAC_SOURCE',
  30: 'MATCH_MAC_DEST',
  31: 'MATCH_IPV4_SOURCE',
  32: 'MATCH_IPV4_DEST',
  33: 'MATCH_IPV6_SOURCE',
  34: 'MATCH_IPV6_DEST',
  35: 'MATCH_IP_TOS',
  36: 'MATCH_IP_PROTOCOL',
  37: 'MATCH_ETHERTYPE',
  38: 'MATCH_ICMP',
  39: 'MATCH_IP_SOURCE_PORT_RANGE',
  40: 'MATCH_IP_DEST_PORT_RANGE',
  41: 'MATCH_CHARACTERISTICS',
  42: 'MATCH_FRAME_SIZE_RANGE',
  43: 'MATCH_RANDOM',
  44: 'MATCH_TAGS_DIFFERENCE',
  45: 'MATCH_TAGS_BITWISE_AND',
  46: 'MATCH_TAGS_BITWISE_OR',
  47: 'MATCH_TAGS_BITWISE_XOR',
  48: 'MATCH_TAGS_EQUAL',
  49: 'MATCH_TAG_SENDER',
  50: 'MATCH_TAG_RECEIVER',
  51: 'INTEGER_RANGE',
};

/** Type byte with its flags (vl2.md §13.1), named. */
export function describeRule(bytes: Uint8Array): AppliedRule {
  const head = bytes[0] ?? 0;
  const type = head & 0x3f;
  return { name: names[type] ?? `UNKNOWN_${type}`, not: (head & 0x80) !== 0, or: (head & 0x40) !== 0, bytes };
}
