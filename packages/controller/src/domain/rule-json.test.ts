import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.js';
import { decodeRules, encodeRules, normaliseRules, parseRule, renderRule } from './rule-json.js';

const both = { not: false, or: false };

/** Rule encodings of vl2.md §18.2, with their JSON of controller.md §9. */
const KNOWN: [JsonObject, string][] = [
  [{ type: 'ACTION_DROP' }, '0000'],
  [{ type: 'ACTION_ACCEPT' }, '0100'],
  [{ type: 'ACTION_BREAK' }, '0500'],
  [{ type: 'ACTION_TEE', address: '0123456789', flags: 0, length: 64 }, '020e0000000123456789000000000040'],
  [{ type: 'ACTION_WATCH', address: '0123456789', flags: 0, length: 0 }, '030e0000000123456789000000000000'],
  [{ type: 'ACTION_REDIRECT', address: '0123456789', flags: 0 }, '040e0000000123456789000000000000'],
  [{ type: 'MATCH_SOURCE_ZEROTIER_ADDRESS', ...both, zt: '0123456789' }, '18050123456789'],
  [{ type: 'MATCH_DEST_ZEROTIER_ADDRESS', not: true, or: false, zt: '0123456789' }, '99050123456789'],
  [{ type: 'MATCH_VLAN_ID', ...both, vlanId: 0x123 }, '1a020123'],
  [{ type: 'MATCH_VLAN_PCP', ...both, vlanPcp: 5 }, '1b0105'],
  [{ type: 'MATCH_VLAN_DEI', ...both, vlanDei: 1 }, '1c0101'],
  [{ type: 'MATCH_MAC_SOURCE', ...both, mac: '01:02:03:04:05:06' }, '1d06010203040506'],
  [{ type: 'MATCH_MAC_DEST', not: false, or: true, mac: '01:02:03:04:05:06' }, '5e06010203040506'],
  [{ type: 'MATCH_IPV4_SOURCE', ...both, ip: '10.1.2.0/24' }, '1f050a01020018'],
  [{ type: 'MATCH_IPV4_DEST', ...both, ip: '10.1.2.0/24' }, '20050a01020018'],
  [{ type: 'MATCH_IPV6_SOURCE', ...both, ip: 'fd00::/8' }, '2111fd00000000000000000000000000000008'],
  [{ type: 'MATCH_IPV6_DEST', ...both, ip: 'fd00::/8' }, '2211fd00000000000000000000000000000008'],
  [{ type: 'MATCH_IP_TOS', ...both, mask: 0xfc, start: 4, end: 8 }, '2303fc0408'],
  [{ type: 'MATCH_IP_PROTOCOL', ...both, ipProtocol: 6 }, '240106'],
  [{ type: 'MATCH_ETHERTYPE', ...both, etherType: 0x86dd }, '250286dd'],
  [{ type: 'MATCH_ICMP', ...both, icmpType: 8, icmpCode: 0 }, '2603080001'],
  [{ type: 'MATCH_ICMP', ...both, icmpType: 8, icmpCode: null }, '2603080000'],
  [{ type: 'MATCH_IP_SOURCE_PORT_RANGE', ...both, start: 80, end: 443 }, '2704005001bb'],
  [{ type: 'MATCH_IP_DEST_PORT_RANGE', ...both, start: 80, end: 443 }, '2804005001bb'],
  [{ type: 'MATCH_CHARACTERISTICS', ...both, mask: '8000000000000002' }, '29088000000000000002'],
  [{ type: 'MATCH_FRAME_SIZE_RANGE', ...both, start: 64, end: 1500 }, '2a04004005dc'],
  [{ type: 'MATCH_RANDOM', ...both, probability: 0x7fffffff }, '2b047fffffff'],
  ...['DIFFERENCE', 'BITWISE_AND', 'BITWISE_OR', 'BITWISE_XOR', 'EQUAL'].map((name, index): [JsonObject, string] => [
    { type: `MATCH_TAGS_${name}`, ...both, id: 1000, value: 200 },
    `${(44 + index).toString(16)}08000003e8000000c8`,
  ]),
  [{ type: 'MATCH_TAG_SENDER', ...both, id: 1000, value: 200 }, '3108000003e8000000c8'],
  [{ type: 'MATCH_TAG_RECEIVER', ...both, id: 1000, value: 200 }, '3208000003e8000000c8'],
  [
    {
      type: 'INTEGER_RANGE',
      ...both,
      start: '1122334455667788',
      end: '1122334455667798',
      idx: 4,
      little: true,
      bits: 16,
    },
    '33131122334455667788112233445566779800048f',
  ],
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a rule', () => {
  it.each(KNOWN)('%j', (json, wire) => {
    expect(encodeRules([json], 1)).toEqual({ count: 1, bytes: new Uint8Array(Buffer.from(wire, 'hex')) });
    expect(decodeRules(Buffer.from(wire, 'hex'))?.map(renderRule)).toEqual([json]);
    expect(normaliseRules([json])).toEqual([json]);
  });

  it.each<[JsonObject, string, string]>([
    [{ type: 'MATCH_IP_DEST_PORT_RANGE', start: 22 }, '280400160016', 'end defaults to start'],
    [{ type: 'MATCH_IP_TOS', mask: 1 }, '2303010000', 'absent numbers are 0'],
    [
      { type: 'ACTION_TEE', address: '0123456789', length: -1 },
      '020e000000012345678900000000ffff',
      'length -1 is 65535',
    ],
    [{ type: 'MATCH_ETHERTYPE', etherType: 0x1_0800 }, '25020800', 'numbers are masked to their width'],
    [{ type: 'MATCH_ETHERTYPE', etherType: '2048' }, '25020800', 'texts of digits are numbers'],
    [{ type: 'MATCH_MAC_DEST', mac: 'AA-bb-cc-dd-ee-ff' }, '1e06aabbccddeeff', 'MACs may have dashes'],
    [{ type: 'MATCH_IPV4_DEST', ip: '10.0.0.1' }, '20050a00000100', 'no prefix is 0'],
    [{ type: 'MATCH_CHARACTERISTICS', mask: 16 }, '29080000000000000010', 'a mask may be a number'],
    [{ type: 'ACTION_DROP', not: true, or: true }, '0000', 'actions have no not and or'],
  ])('%j is %s: %s', (json, wire, _why) => expect(hex(encodeRules([json], 1).bytes)).toBe(wire));

  it.each([
    { type: 'ACTION_PRIORITY' },
    { type: 'constructor' },
    { type: 7 },
    {},
    null,
    'ACTION_DROP',
    { type: 'MATCH_IPV4_DEST', ip: '10.0.0.0/33' },
    { type: 'MATCH_IPV4_DEST', ip: 'fd00::/8' },
    { type: 'MATCH_IPV4_DEST', ip: '300.0.0.1/8' },
    { type: 'MATCH_MAC_DEST', mac: '01:02' },
    { type: 'ACTION_TEE', address: 'xyz' },
    { type: 'MATCH_SOURCE_ZEROTIER_ADDRESS' },
    { type: 'INTEGER_RANGE', bits: 65 },
    { type: 'INTEGER_RANGE', bits: 0 },
  ])('%j is dropped', (json) => {
    expect(parseRule(json)).toBeUndefined();
    expect(encodeRules([json, { type: 'ACTION_DROP' }], 5).count).toBe(1);
  });

  it('with a mask of a wrong type is the caller’s mistake', () => {
    expect(() => parseRule({ type: 'MATCH_CHARACTERISTICS', mask: [] })).toThrow(/"mask"/);
    expect(() => parseRule({ type: 'MATCH_CHARACTERISTICS', mask: 'zz' })).toThrow(/"mask"/);
  });
});

describe('wire bytes', () => {
  it('of unknown types are skipped, cut ones are refused', () => {
    expect(decodeRules(Buffer.from('3f02aabb0100', 'hex'))?.map(({ name }) => name)).toEqual(['ACTION_ACCEPT']);
    expect(decodeRules(Buffer.from('25020', 'hex'))).toBeUndefined();
    expect(decodeRules(Buffer.from('250108', 'hex'))).toBeUndefined();
  });

  it('end at the limit', () => {
    expect(
      encodeRules(
        Array.from({ length: 9 }, () => ({ type: 'ACTION_DROP' })),
        3,
      ),
    ).toEqual({ count: 3, bytes: new Uint8Array(6) });
  });
});
