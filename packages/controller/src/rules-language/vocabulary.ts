/** Keywords and named numbers of the rules language (controller.md §10.1 to §10.3). */

/** Actions and the type of their rule. */
export const ACTIONS = {
  drop: 'ACTION_DROP',
  accept: 'ACTION_ACCEPT',
  break: 'ACTION_BREAK',
  tee: 'ACTION_TEE',
  watch: 'ACTION_WATCH',
  redirect: 'ACTION_REDIRECT',
} as const;

/** The first word of an action. */
export type ActionKeyword = keyof typeof ACTIONS;

/** Words that open a block, in exact lower case. `priority` opens one only to be refused. */
export const OPENING = new Set(['macro', 'tag', 'cap', ...Object.keys(ACTIONS), 'priority']);

/** Matches with what each of their arguments is, as errors name it. */
export const MATCH_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ztsrc: ['a ZeroTier address'],
    ztdest: ['a ZeroTier address'],
    vlan: ['a VLAN id'],
    vlanpcp: ['a VLAN priority'],
    vlandei: ['a VLAN drop eligible indicator'],
    ethertype: ['an ethertype'],
    ipprotocol: ['an IP protocol'],
    macsrc: ['a MAC'],
    macdest: ['a MAC'],
    ipsrc: ['an IP prefix'],
    ipdest: ['an IP prefix'],
    iptos: ['a mask', 'a value or range'],
    icmp: ['an ICMP type', 'an ICMP code'],
    sport: ['a port or range'],
    dport: ['a port or range'],
    framesize: ['a size or range'],
    chr: ['a list of characteristics'],
    random: ['a probability'],
    tand: ['a tag', 'a value'],
    tor: ['a tag', 'a value'],
    txor: ['a tag', 'a value'],
    tdiff: ['a tag', 'a value'],
    teq: ['a tag', 'a value'],
    tseq: ['a tag', 'a value'],
    treq: ['a tag', 'a value'],
    // Not in the original's language, which has no word for the rule INTEGER_RANGE.
    intrange: ['a value or range', 'an index', 'a number of bits'],
  }),
);

/** Words between matches. */
export const CONNECTIVES = new Set(['not', 'or', 'and']);

/** Words that cannot be names (controller.md §10.2). `intrange` and `flags` are ours and reserve nothing. */
export const RESERVED = new Set([
  ...OPENING,
  ...[...MATCH_ARGUMENTS.keys()].filter((keyword) => keyword !== 'intrange'),
  ...CONNECTIVES,
  ...'id flag default type enum class define import include log xor set var let'.split(' '),
]);

/** A name, already in lower case: letters of any script, digits and `_`, not beginning with a digit. */
export const NAME = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;

type NamedNumbers = ReadonlyMap<string, number>;

/** Names of ethertypes. */
export const ETHERTYPES: NamedNumbers = new Map(
  Object.entries({
    ipv4: 0x0800,
    arp: 0x0806,
    wol: 0x0842,
    rarp: 0x8035,
    ipv6: 0x86dd,
    atalk: 0x809b,
    aarp: 0x80f3,
    ipx_a: 0x8137,
    ipx_b: 0x8138,
  }),
);

/** Names of IP protocols; the first of several for one number is the one that is written. */
export const IP_PROTOCOLS: NamedNumbers = new Map(
  Object.entries({
    icmp: 0x01,
    icmp4: 0x01,
    icmpv4: 0x01,
    igmp: 0x02,
    ipip: 0x04,
    tcp: 0x06,
    egp: 0x08,
    igp: 0x09,
    udp: 0x11,
    rdp: 0x1b,
    esp: 0x32,
    ah: 0x33,
    icmp6: 0x3a,
    icmpv6: 0x3a,
    l2tp: 0x73,
    sctp: 0x84,
    udplite: 0x88,
  }),
);

/** Names of the bits of MATCH_CHARACTERISTICS (vl2.md §13.5). */
export const CHARACTERISTICS: NamedNumbers = new Map(
  Object.entries({
    inbound: 63,
    multicast: 62,
    broadcast: 61,
    ipauth: 60,
    macauth: 59,
    tcp_fin: 0,
    tcp_syn: 1,
    tcp_rst: 2,
    tcp_psh: 3,
    tcp_ack: 4,
    tcp_urg: 5,
    tcp_ece: 6,
    tcp_cwr: 7,
    tcp_ns: 8,
    tcp_rs2: 9,
    tcp_rs1: 10,
    tcp_rs0: 11,
  }),
);

/** The first name of a number, if it has one. */
export function nameOf(names: NamedNumbers, number: number): string | undefined {
  for (const [name, value] of names) if (value === number) return name;
  return undefined;
}
