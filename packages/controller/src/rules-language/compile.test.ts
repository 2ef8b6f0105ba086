/** Every statement and every match of controller.md §10, and what they become. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeRules, parseRule } from '../domain/rule-json.js';
import { compileRules } from './compile.js';
import { ETHERTYPES, IP_PROTOCOLS } from './vocabulary.js';

const both = { not: false, or: false };
const accept = { type: 'ACTION_ACCEPT' };
const drop = { type: 'ACTION_DROP' };
const ipv4 = { type: 'MATCH_ETHERTYPE', ...both, etherType: 0x800 };
const tcp = { type: 'MATCH_IP_PROTOCOL', ...both, ipProtocol: 6 };

/** The rules of a source that has no warnings. */
function rulesOf(source: string): unknown {
  const { rules, warnings } = compileRules(source);
  expect(warnings).toEqual([]);
  return rules;
}

const TAGS = 'tag t id 1000 flag 0 low flag 31 high flag 1,low two enum 7 seven enum 4294967295 most;';

/** Matches of §10.3: source, JSON (§9) without connectives, bytes (vl2.md §13.1). */
const MATCHES: [string, Record<string, unknown>, string][] = [
  ['ztsrc 0123456789', { type: 'MATCH_SOURCE_ZEROTIER_ADDRESS', zt: '0123456789' }, '18050123456789'],
  ['ztsrc 01:23-45.67_89', { type: 'MATCH_SOURCE_ZEROTIER_ADDRESS', zt: '0123456789' }, '18050123456789'],
  ['ztdest ABCDEF0123', { type: 'MATCH_DEST_ZEROTIER_ADDRESS', zt: 'abcdef0123' }, '1905abcdef0123'],
  ['vlan 0x123', { type: 'MATCH_VLAN_ID', vlanId: 0x123 }, '1a020123'],
  ['vlanpcp 5', { type: 'MATCH_VLAN_PCP', vlanPcp: 5 }, '1b0105'],
  ['vlandei 1', { type: 'MATCH_VLAN_DEI', vlanDei: 1 }, '1c0101'],
  ['macsrc 01:02:03:04:05:06', { type: 'MATCH_MAC_SOURCE', mac: '01:02:03:04:05:06' }, '1d06010203040506'],
  ['macdest AABB-CCDD-EEFF', { type: 'MATCH_MAC_DEST', mac: 'aa:bb:cc:dd:ee:ff' }, '1e06aabbccddeeff'],
  ['ipsrc 10.1.2.0/24', { type: 'MATCH_IPV4_SOURCE', ip: '10.1.2.0/24' }, '1f050a01020018'],
  ['ipdest 0.0.0.0/0', { type: 'MATCH_IPV4_DEST', ip: '0.0.0.0/0' }, '20050000000000'],
  ['ipsrc fd00::/8', { type: 'MATCH_IPV6_SOURCE', ip: 'fd00::/8' }, '2111fd00000000000000000000000000000008'],
  ['ipdest FD00:0::1/128', { type: 'MATCH_IPV6_DEST', ip: 'fd00::1/128' }, '2211fd00000000000000000000000000000180'],
  ['iptos 0xfc 4-8', { type: 'MATCH_IP_TOS', mask: 0xfc, start: 4, end: 8 }, '2303fc0408'],
  ['iptos 255 0x10', { type: 'MATCH_IP_TOS', mask: 255, start: 16, end: 16 }, '2303ff1010'],
  ['ipprotocol tcp', { type: 'MATCH_IP_PROTOCOL', ipProtocol: 6 }, '240106'],
  ['ipprotocol 0x2f', { type: 'MATCH_IP_PROTOCOL', ipProtocol: 47 }, '24012f'],
  ['ethertype ipv6', { type: 'MATCH_ETHERTYPE', etherType: 0x86dd }, '250286dd'],
  ['ethertype 2048', { type: 'MATCH_ETHERTYPE', etherType: 0x800 }, '25020800'],
  ['icmp 8 0', { type: 'MATCH_ICMP', icmpType: 8, icmpCode: 0 }, '2603080001'],
  ['icmp 8 -1', { type: 'MATCH_ICMP', icmpType: 8, icmpCode: null }, '2603080000'],
  ['sport 80-443', { type: 'MATCH_IP_SOURCE_PORT_RANGE', start: 80, end: 443 }, '2704005001bb'],
  ['dport 22', { type: 'MATCH_IP_DEST_PORT_RANGE', start: 22, end: 22 }, '280400160016'],
  ['framesize 0x40-1500', { type: 'MATCH_FRAME_SIZE_RANGE', start: 64, end: 1500 }, '2a04004005dc'],
  ['chr inbound,tcp_syn', { type: 'MATCH_CHARACTERISTICS', mask: '8000000000000002' }, '29088000000000000002'],
  // The original computes with 32 bits here and loses bits 31 and 63 (§10.3, Do:).
  ['chr 63,32,31,0', { type: 'MATCH_CHARACTERISTICS', mask: '8000000180000001' }, '29088000000180000001'],
  ['chr none', { type: 'MATCH_CHARACTERISTICS', mask: '0000000000000000' }, '29080000000000000000'],
  ['random 0.5', { type: 'MATCH_RANDOM', probability: 0x7fffffff }, '2b047fffffff'],
  ['random 0', { type: 'MATCH_RANDOM', probability: 0 }, '2b0400000000'],
  ['random 1.0', { type: 'MATCH_RANDOM', probability: 0xffffffff }, '2b04ffffffff'],
  ['tdiff t 200', { type: 'MATCH_TAGS_DIFFERENCE', id: 1000, value: 200 }, '2c08000003e8000000c8'],
  ['tand t low', { type: 'MATCH_TAGS_BITWISE_AND', id: 1000, value: 1 }, '2d08000003e800000001'],
  ['tor t two', { type: 'MATCH_TAGS_BITWISE_OR', id: 1000, value: 3 }, '2e08000003e800000003'],
  ['txor t high', { type: 'MATCH_TAGS_BITWISE_XOR', id: 1000, value: 2 ** 31 }, '2f08000003e880000000'],
  ['teq 1000 seven', { type: 'MATCH_TAGS_EQUAL', id: 1000, value: 7 }, '3008000003e800000007'],
  ['tseq t most', { type: 'MATCH_TAG_SENDER', id: 1000, value: 0xffffffff }, '3108000003e8ffffffff'],
  ['treq 77 0xc8', { type: 'MATCH_TAG_RECEIVER', id: 77, value: 200 }, '32080000004d000000c8'],
  [
    'intrange 0x1122334455667788-0x1122334455667798 4 16 little',
    {
      type: 'INTEGER_RANGE',
      start: '1122334455667788',
      end: '1122334455667798',
      idx: 4,
      little: true,
      bits: 16,
    },
    '33131122334455667788112233445566779800048f',
  ],
  [
    'intrange 5 0 1',
    { type: 'INTEGER_RANGE', start: '0000000000000005', end: '0000000000000005', idx: 0, little: false, bits: 1 },
    '331300000000000000050000000000000005000000',
  ],
];

describe('a match', () => {
  it.each(MATCHES)('%s', (text, json, wire) => {
    const expected = [{ ...json, ...both }, drop];
    expect(rulesOf(`${TAGS} drop ${text};`)).toEqual(expected);
    const keyword = text.split(' ', 1)[0] ?? '';
    expect(rulesOf(`${TAGS} drop ${text.replace(keyword, keyword.toUpperCase())};`), 'keyword in capitals').toEqual(
      expected,
    );
    expect(rulesOf(`${TAGS} macro m drop ${text}; ; include m`), 'from a macro').toEqual(expected);
    const { bytes } = encodeRules(compileRules(`${TAGS} drop ${text};`).rules, 2);
    expect(Buffer.from(bytes).toString('hex')).toBe(`${wire}0000`);
  });

  it.each([...ETHERTYPES])('ethertype %s', (name, etherType) => {
    expect(rulesOf(`drop ethertype ${name};`)).toEqual([{ type: 'MATCH_ETHERTYPE', ...both, etherType }, drop]);
  });

  it.each([...IP_PROTOCOLS])('ipprotocol %s', (name, ipProtocol) => {
    expect(rulesOf(`drop ipprotocol ${name};`)).toEqual([{ type: 'MATCH_IP_PROTOCOL', ...both, ipProtocol }, drop]);
  });

  it.each([
    ['inbound', 63],
    ['multicast', 62],
    ['broadcast', 61],
    ['ipauth', 60],
    ['macauth', 59],
    ['tcp_fin', 0],
    ['tcp_syn', 1],
    ['tcp_rst', 2],
    ['tcp_psh', 3],
    ['tcp_ack', 4],
    ['tcp_urg', 5],
    ['tcp_ece', 6],
    ['tcp_cwr', 7],
    ['tcp_ns', 8],
    ['tcp_rs2', 9],
    ['tcp_rs1', 10],
    ['tcp_rs0', 11],
  ])('chr %s is bit %i', (name, bit) => {
    const mask = (1n << BigInt(bit)).toString(16).padStart(16, '0');
    expect(rulesOf(`drop chr ${name};`)).toEqual([{ type: 'MATCH_CHARACTERISTICS', ...both, mask }, drop]);
  });

  it('is negated by not and joined by or; and is decoration', () => {
    const yes = { ...ipv4, not: true, or: true };
    for (const text of [
      'or not ethertype ipv4',
      'not or ethertype ipv4',
      'OR NOT ethertype ipv4',
      'and or and not ethertype ipv4 and',
    ]) {
      expect(rulesOf(`drop ${text};`), text).toEqual([yes, drop]);
    }
    expect(rulesOf('drop ethertype ipv4 not ipprotocol tcp;')).toEqual([ipv4, { ...tcp, not: true }, drop]);
    expect(rulesOf('drop ethertype ipv4 or ipprotocol tcp;')).toEqual([ipv4, { ...tcp, or: true }, drop]);
  });

  it('with a number that the controller cuts gives the number, and a warning', () => {
    const { rules, warnings } = compileRules('drop ethertype 0x10800;');
    expect(rules[0]).toEqual({ type: 'MATCH_ETHERTYPE', ...both, etherType: 0x10800 });
    expect(warnings).toMatchObject([{ severity: 'warning', line: 1, column: 16, length: 7 }]);
    expect(warnings[0]?.message).toMatch(/low 16 bits .* read as 2048$/);
  });
});

describe('a statement', () => {
  it.each<[string, unknown[]]>([
    ['drop;', [drop]],
    ['accept ;', [accept]],
    ['break;', [{ type: 'ACTION_BREAK' }]],
    ['drop ethertype ipv4;', [ipv4, drop]],
    ['tee 64 0123456789;', [{ type: 'ACTION_TEE', address: '0123456789', length: 64 }]],
    ['tee -1 0123456789 ethertype ipv4;', [ipv4, { type: 'ACTION_TEE', address: '0123456789', length: -1 }]],
    ['watch 0 ABCDEF0123;', [{ type: 'ACTION_WATCH', address: 'abcdef0123', length: 0 }]],
    ['redirect 0123456789 ipprotocol tcp;', [tcp, { type: 'ACTION_REDIRECT', address: '0123456789' }]],
    [
      'tee 1 0123456789 flags 0x2 ethertype ipv4;',
      [ipv4, { type: 'ACTION_TEE', address: '0123456789', flags: 2, length: 1 }],
    ],
    ['redirect 0123456789 flags 0;', [{ type: 'ACTION_REDIRECT', address: '0123456789' }]],
  ])('%s', (source, expected) => {
    expect(rulesOf(source)).toEqual(expected);
    // The controller keeps each of them.
    for (const rule of expected) expect(parseRule(rule as never)).toBeDefined();
  });

  it('may be written in any layout, and the end of the text ends it', () => {
    for (const source of [
      'drop ethertype ipv4; accept;',
      'drop ethertype ipv4 ; accept ;',
      'drop\r\n\tethertype\r\n\tipv4\r\n;\r\naccept\r\n;',
      '\ufeffdrop ethertype ipv4; accept',
      '# first\ndrop # not; this\n  ethertype ipv4 #nor this;\n; accept; # end',
      'drop ethertype ipv4 ;\raccept;\r# a line may end with CR alone\r',
    ]) {
      expect(rulesOf(source), source).toEqual([ipv4, drop, accept]);
    }
    expect(rulesOf('')).toEqual([]);
    expect(rulesOf('# nothing')).toEqual([]);
  });

  it('after an unconditional accept or break is never reached, which is a warning', () => {
    expect(compileRules('accept; drop;').warnings).toMatchObject([{ severity: 'warning', line: 1, column: 9 }]);
    expect(compileRules('cap c id 1 break; accept; ;').warnings[0]?.message).toMatch(/`break` of line 1/);
    expect(compileRules('drop; accept;').warnings, 'a drop may be skipped').toEqual([]);
  });
});

describe('macros', () => {
  it('are expanded where they are included, before or after their definition', () => {
    const macro = 'macro web accept ipprotocol tcp; drop; ;';
    for (const source of [
      `${macro} include web`,
      `include web; ${macro}`,
      `${macro} include web ;`,
      `${macro}\nInclude web`,
    ]) {
      expect(rulesOf(source), source).toEqual([tcp, accept, drop]);
    }
    expect(rulesOf('macro nothing ; include nothing'), 'an empty one').toEqual([]);
  });

  it('replace arguments that are parameters', () => {
    const source =
      'macro Port($From,$to) accept ipprotocol $from dport $to; ; include port(tcp,80) include port(17,1-2)';
    expect(rulesOf(source)).toEqual([
      tcp,
      { type: 'MATCH_IP_DEST_PORT_RANGE', ...both, start: 80, end: 80 },
      accept,
      { type: 'MATCH_IP_PROTOCOL', ...both, ipProtocol: 17 },
      { type: 'MATCH_IP_DEST_PORT_RANGE', ...both, start: 1, end: 2 },
      accept,
    ]);
  });

  it('hand parameters on to other macros', () => {
    const source = 'macro a($x) accept ipprotocol $x; ; macro b($y) include a($y) drop; ; include b(tcp);';
    expect(rulesOf(source)).toEqual([tcp, accept, drop]);
    expect(rulesOf('macro n() drop; ; include n() include n')).toEqual([drop, drop]);
  });
});

describe('tags', () => {
  it('have an id, a default, flags and enums; names are folded to lower case', () => {
    const { tags, tagsByName } = compileRules(
      'tag Dept id 0x3e8 default sales flag 0,4 A flag a,31 b enum 100 sALES; tag x id 2; tag y default 5 id 3;',
    );
    expect(tags).toEqual([
      { id: 1000, default: 100 },
      { id: 2, default: null },
      { id: 3, default: 5 },
    ]);
    expect(tagsByName.dept).toEqual({ id: 1000, default: 100, enums: { sales: 100 }, flags: { a: 17, b: 0x80000011 } });
  });

  it.each([
    ['2147483648', 2 ** 31],
    ['0xffffffff', 0xffffffff],
    ['f', 2 ** 31],
    ['e', 9],
  ])('with the default %s have %i', (text, value) => {
    expect(compileRules(`tag t id 1 default ${text} flag 31 f enum 9 e;`).tags).toEqual([{ id: 1, default: value }]);
  });

  it('with an unknown default have 0, and a warning', () => {
    const { tags, warnings } = compileRules('tag t id 1 enum 9 sales default Sales;');
    expect(tags).toEqual([{ id: 1, default: 0 }]);
    expect(warnings[0]?.message).toMatch(/default is 0 \(write it in lower case: `sales`\)/);
  });

  it('may have any name a language has, even of Object', () => {
    const { tagsByName, capabilitiesByName } = compileRules(
      'tag __proto__ id 1 enum 3 constructor; tag größe id 2; cap toString id 4 accept; ; drop teq __proto__ constructor;',
    );
    expect(Object.entries(tagsByName).map(([name, { id }]) => [name, id])).toEqual([
      ['__proto__', 1],
      ['größe', 2],
    ]);
    expect(Object.entries(capabilitiesByName)).toEqual([['tostring', 4]]);
  });
});

describe('capabilities', () => {
  it('have an id, rules, and may be a default', () => {
    const source = 'macro m drop; ; cap One id 1 drop ethertype ipv4; accept; ; cap two id 2 default include m;';
    const { capabilities, capabilitiesByName, rules } = compileRules(source);
    expect(capabilities).toEqual([
      { id: 1, default: false, rules: [ipv4, drop, accept] },
      { id: 2, default: true, rules: [drop] },
    ]);
    expect([capabilitiesByName, rules]).toEqual([{ one: 1, two: 2 }, []]);
  });

  it('end at the ";" after an include, and a further ";" is a warning', () => {
    const { capabilities, rules, warnings } = compileRules('macro m drop; ; cap c id 1 include m; accept; ;');
    expect(capabilities[0]?.rules).toEqual([drop]);
    expect(rules).toEqual([accept]);
    expect(warnings).toMatchObject([{ line: 1, column: 47 }]);
  });
});

describe('the example file', () => {
  const source = readFileSync(new URL('../../examples/office.rules', import.meta.url), 'utf8');

  it('compiles without a warning', () => {
    const { rules, capabilities, tags, warnings } = compileRules(source);
    expect(warnings).toEqual([]);
    expect([rules.length > 10, capabilities.length, tags.length]).toEqual([true, 1, 2]);
  });
});
