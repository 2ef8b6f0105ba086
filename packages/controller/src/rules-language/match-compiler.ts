/** From a match of the source to its rule (controller.md §10.3). One entry per keyword. */
import type { MatchFields } from '../domain/rule-types.js';
import * as read from './argument-readers.js';
import type { DiagnosticList } from './diagnostics.js';
import type { Word } from './syntax.js';
import type { TagScope } from './tags.js';
import { CHARACTERISTICS, ETHERTYPES, IP_PROTOCOLS } from './vocabulary.js';

/** What arguments are read with. */
export interface MatchScope {
  tags: TagScope;
  diagnostics: DiagnosticList;
}

type Compiler = (words: readonly [Word, Word, Word, Word | undefined], scope: MatchScope) => MatchFields | undefined;
type TypeWith<Key extends string> = Extract<MatchFields, Record<Key, unknown>>['type'];

const CHARACTERISTIC_MASKS: ReadonlyMap<string, bigint> = new Map([
  ...[...CHARACTERISTICS].map(([name, bit]): [string, bigint] => [name, 1n << BigInt(bit)]),
  // Ours: the mask of no bits, which the original's language cannot say.
  ['none', 0n],
]);

function ztAddress(type: TypeWith<'zt'>): Compiler {
  return ([word], { diagnostics }) => {
    const zt = read.readZtAddress(word, diagnostics);
    return zt === undefined ? undefined : { type, zt };
  };
}

function mac(type: TypeWith<'mac'>): Compiler {
  return ([word], { diagnostics }) => {
    const text = read.readMac(word, diagnostics);
    return text === undefined ? undefined : { type, mac: text };
  };
}

function prefix(v4: TypeWith<'ip'>, v6: TypeWith<'ip'>): Compiler {
  return ([word], { diagnostics }) => {
    const ip = read.readPrefix(word, diagnostics);
    return ip === undefined ? undefined : { type: ip.family === 4 ? v4 : v6, ip: ip.text };
  };
}

function range(
  type: 'MATCH_IP_SOURCE_PORT_RANGE' | 'MATCH_IP_DEST_PORT_RANGE' | 'MATCH_FRAME_SIZE_RANGE',
  what: string,
): Compiler {
  return ([word], { diagnostics }) => {
    const bounds = read.readRange(word, what, 0xffff, diagnostics);
    return bounds === undefined ? undefined : { type, ...bounds };
  };
}

function tag(type: TypeWith<'id'>): Compiler {
  return ([name, word], { tags }) => {
    const found = tags.find(name);
    if (found === undefined) return undefined;
    const value = tags.value(word, found.declaration);
    return value === undefined ? undefined : { type, id: found.id, value };
  };
}

/** A number under one key, of which the controller keeps `width` bits. */
function masked(
  make: (value: number) => MatchFields,
  what: string,
  width: number,
  names?: ReadonlyMap<string, number>,
): Compiler {
  return ([word], { diagnostics }) => {
    const value = read.readMasked(word, what, width, diagnostics, names);
    return value === undefined ? undefined : make(value);
  };
}

const COMPILERS: ReadonlyMap<string, Compiler> = new Map(
  Object.entries({
    ztsrc: ztAddress('MATCH_SOURCE_ZEROTIER_ADDRESS'),
    ztdest: ztAddress('MATCH_DEST_ZEROTIER_ADDRESS'),
    vlan: masked((vlanId) => ({ type: 'MATCH_VLAN_ID', vlanId }), 'a VLAN id', 16),
    vlanpcp: masked((vlanPcp) => ({ type: 'MATCH_VLAN_PCP', vlanPcp }), 'a VLAN priority', 8),
    vlandei: masked((vlanDei) => ({ type: 'MATCH_VLAN_DEI', vlanDei }), 'a VLAN drop eligible indicator', 8),
    ethertype: masked((etherType) => ({ type: 'MATCH_ETHERTYPE', etherType }), 'an ethertype', 16, ETHERTYPES),
    ipprotocol: masked((ipProtocol) => ({ type: 'MATCH_IP_PROTOCOL', ipProtocol }), 'an IP protocol', 8, IP_PROTOCOLS),
    macsrc: mac('MATCH_MAC_SOURCE'),
    macdest: mac('MATCH_MAC_DEST'),
    ipsrc: prefix('MATCH_IPV4_SOURCE', 'MATCH_IPV6_SOURCE'),
    ipdest: prefix('MATCH_IPV4_DEST', 'MATCH_IPV6_DEST'),
    iptos: typeOfService,
    icmp,
    sport: range('MATCH_IP_SOURCE_PORT_RANGE', 'a port or range'),
    dport: range('MATCH_IP_DEST_PORT_RANGE', 'a port or range'),
    framesize: range('MATCH_FRAME_SIZE_RANGE', 'a size or range'),
    chr: characteristics,
    random,
    tand: tag('MATCH_TAGS_BITWISE_AND'),
    tor: tag('MATCH_TAGS_BITWISE_OR'),
    txor: tag('MATCH_TAGS_BITWISE_XOR'),
    tdiff: tag('MATCH_TAGS_DIFFERENCE'),
    teq: tag('MATCH_TAGS_EQUAL'),
    tseq: tag('MATCH_TAG_SENDER'),
    treq: tag('MATCH_TAG_RECEIVER'),
    intrange: integerRange,
  } satisfies Record<string, Compiler>),
);

/** The rule of a match without its connectives; `undefined` after an error. The parser saw to the number of words. */
export function compileMatch(keyword: string, words: readonly Word[], scope: MatchScope): MatchFields | undefined {
  return COMPILERS.get(keyword.toLowerCase())?.(words as unknown as Parameters<Compiler>[0], scope);
}

function typeOfService([maskWord, word]: Parameters<Compiler>[0], { diagnostics }: MatchScope) {
  const mask = read.readNumber(maskWord, 'a mask', 0xff, diagnostics);
  const bounds = read.readRange(word, 'a value or range', 0xff, diagnostics);
  if (mask === undefined || bounds === undefined) return undefined;
  return { type: 'MATCH_IP_TOS', mask, ...bounds } as const;
}

function icmp([typeWord, codeWord]: Parameters<Compiler>[0], { diagnostics }: MatchScope) {
  const icmpType = read.readNumber(typeWord, 'an ICMP type', 0xff, diagnostics);
  const code = read.readOrMinusOne(codeWord, 'an ICMP code', 0xff, diagnostics);
  if (icmpType === undefined || code === undefined) return undefined;
  return { type: 'MATCH_ICMP', icmpType, icmpCode: code === -1 ? null : code } as const;
}

function characteristics([word]: Parameters<Compiler>[0], { diagnostics }: MatchScope) {
  const mask = read.readBits(word, 'a list of characteristics', 64, CHARACTERISTIC_MASKS, diagnostics);
  if (mask === undefined) return undefined;
  return { type: 'MATCH_CHARACTERISTICS', mask: mask.toString(16).padStart(16, '0') } as const;
}

function random([word]: Parameters<Compiler>[0], { diagnostics }: MatchScope) {
  const probability = read.readProbability(word, diagnostics);
  return probability === undefined ? undefined : ({ type: 'MATCH_RANDOM', probability } as const);
}

function integerRange([bounds, index, width, little]: Parameters<Compiler>[0], { diagnostics }: MatchScope) {
  const range64 = read.readRange64(bounds, diagnostics);
  const idx = read.readNumber(index, 'an index', 0xffff, diagnostics);
  const bits = read.readNumber(width, 'a number of bits', 64, diagnostics);
  if (bits === 0) return diagnostics.error(width, 'The number of bits is 1 to 64');
  if (range64 === undefined || idx === undefined || bits === undefined) return undefined;
  return { type: 'INTEGER_RANGE', ...range64, idx, little: little !== undefined, bits } as const;
}
