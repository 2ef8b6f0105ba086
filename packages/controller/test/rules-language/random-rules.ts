/** Seeded random rules and sources for the property tests. A failing test names its seed. */
import { SeededRandom } from '@ztkit/engine-conformance/seeded-random';
import type { MatchFields, RuleJson } from '../../src/domain/rule-types.js';
import type { RulesDocument } from '../../src/rules-language/format.js';

/** Also makes what rules are made of. */
export class Random extends SeededRandom {
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
  }

  /** A number of `bits` bits, often one at an end of the range. */
  number(bits: number): number {
    const limit = 2 ** bits;
    return this.pick([0, 1, limit - 1, limit / 2, this.below(limit), this.below(limit)]);
  }
}

/** Fields of a match of every type in turn. */
export const MATCH_MAKERS: readonly ((random: Random) => MatchFields)[] = [
  ...(['MATCH_SOURCE_ZEROTIER_ADDRESS', 'MATCH_DEST_ZEROTIER_ADDRESS'] as const).map((type) => (r: Random) => ({
    type,
    zt: r.hex(10),
  })),
  (r) => ({ type: 'MATCH_VLAN_ID', vlanId: r.number(16) }),
  (r) => ({ type: 'MATCH_VLAN_PCP', vlanPcp: r.number(8) }),
  (r) => ({ type: 'MATCH_VLAN_DEI', vlanDei: r.number(8) }),
  ...(['MATCH_MAC_SOURCE', 'MATCH_MAC_DEST'] as const).map((type) => (r: Random) => ({
    type,
    mac: r.hex(12).replace(/..(?!$)/g, '$&:'),
  })),
  ...(['MATCH_IPV4_SOURCE', 'MATCH_IPV4_DEST'] as const).map((type) => (r: Random) => ({
    type,
    ip: `${[8, 8, 8, 8].map((bits) => r.number(bits)).join('.')}/${r.below(33)}`,
  })),
  ...(['MATCH_IPV6_SOURCE', 'MATCH_IPV6_DEST'] as const).map((type) => (r: Random) => ({
    type,
    ip: `${Array.from({ length: 8 }, () => r.number(16).toString(16)).join(':')}/${r.below(129)}`,
  })),
  (r) => ({ type: 'MATCH_IP_TOS', mask: r.number(8), start: r.number(8), end: r.number(8) }),
  (r) => ({ type: 'MATCH_IP_PROTOCOL', ipProtocol: r.pick([r.number(8), 6, 17, 58]) }),
  (r) => ({ type: 'MATCH_ETHERTYPE', etherType: r.pick([r.number(16), 0x800, 0x86dd]) }),
  (r) => ({ type: 'MATCH_ICMP', icmpType: r.number(8), icmpCode: r.chance(50) ? null : r.number(8) }),
  ...(['MATCH_IP_SOURCE_PORT_RANGE', 'MATCH_IP_DEST_PORT_RANGE', 'MATCH_FRAME_SIZE_RANGE'] as const).map(
    (type) => (r: Random) => ({ type, start: r.number(16), end: r.number(16) }),
  ),
  (r) => ({ type: 'MATCH_CHARACTERISTICS', mask: r.pick([r.hex(16), '8000000000000000', '0000000000000000']) }),
  (r) => ({ type: 'MATCH_RANDOM', probability: r.number(32) }),
  ...(
    [
      'MATCH_TAGS_DIFFERENCE',
      'MATCH_TAGS_BITWISE_AND',
      'MATCH_TAGS_BITWISE_OR',
      'MATCH_TAGS_BITWISE_XOR',
      'MATCH_TAGS_EQUAL',
      'MATCH_TAG_SENDER',
      'MATCH_TAG_RECEIVER',
    ] as const
  ).map((type) => (r: Random) => ({
    type,
    id: r.pick([1, 2, 3, r.number(32)]),
    value: r.pick([0, 1, 3, r.number(32)]),
  })),
  (r) => ({
    type: 'INTEGER_RANGE',
    start: r.hex(16),
    end: r.hex(16),
    idx: r.number(16),
    little: r.chance(50),
    bits: 1 + r.below(64),
  }),
];

/** An action, with every key that the controller renders. */
export function randomAction(r: Random): RuleJson {
  const flags = r.chance(30) ? r.number(32) : 0;
  return r.pick<RuleJson>([
    { type: 'ACTION_DROP' },
    { type: 'ACTION_ACCEPT' },
    { type: 'ACTION_BREAK' },
    { type: 'ACTION_TEE', address: r.hex(10), flags, length: r.number(16) },
    { type: 'ACTION_WATCH', address: r.hex(10), flags, length: r.number(16) },
    { type: 'ACTION_REDIRECT', address: r.hex(10), flags },
  ]);
}

/** Rules that end with an action. */
export function randomRules(r: Random, limit: number): RuleJson[] {
  const rules: RuleJson[] = [];
  while (rules.length < limit - 6 && r.chance(80)) {
    for (let n = r.below(5); n > 0; n -= 1) {
      rules.push({ ...r.pick(MATCH_MAKERS)(r), not: r.chance(30), or: r.chance(30) });
    }
    rules.push(randomAction(r));
  }
  return rules;
}

/** A network's rules, capabilities and tags, with or without names. */
export function randomDocument(r: Random): Required<RulesDocument> {
  const ids = [1, 2, 3, r.number(32)].filter((_, index, all) => all.indexOf(all[index] ?? 0) === index);
  const tags = ids.map((id) => ({ id, default: r.chance(50) ? r.pick([0, 1, 3, r.number(32)]) : null }));
  const capabilities = ids.map((id) => ({ id, default: r.chance(50), rules: randomRules(r, 64) }));
  const named = r.chance(70) ? tags.filter(() => r.chance(70)) : [];
  const names = ['eins', 'zwei', '__proto__', 'größe', 'tag1', 'cap1', 'not a name', 'drop', 'constructor'];
  return {
    rules: randomRules(r, 60),
    capabilities,
    tags,
    capabilitiesByName: Object.fromEntries(named.map(({ id }) => [r.pick(names), id])),
    tagsByName: Object.fromEntries(
      named.map(({ id }) => [
        r.pick(names),
        {
          id,
          default: null,
          flags: Object.fromEntries([0, 1, 2].map(() => [r.pick(names), r.pick([0, 1, 3, r.number(32)])])),
          enums: Object.fromEntries([0, 1, 2].map(() => [r.pick(names), r.pick([0, 1, 3, r.number(32)])])),
        },
      ]),
    ),
  };
}
