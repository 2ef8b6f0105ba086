/** What a text means: compiled, encoded, and evaluated by the core of each engine (vl2.md §13). */
import { readFileSync } from 'node:fs';
import { loadProbe as loadNativeProbe } from '@ztkit/engine-native/probe';
import { loadProbe as loadWasmProbe } from '@ztkit/engine-wasm/probe';
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../src/rules-language/compile.js';
import { encodeRules } from '../../src/rules-language/wire.js';

type Verdict = 'none' | 'drop' | 'redirect' | 'accept' | 'super-accept';
const VERDICTS: readonly Verdict[] = ['none', 'drop', 'redirect', 'accept', 'super-accept'];

/** A frame and who it is between; tags are pairs of id and value. */
interface Situation {
  inbound?: boolean;
  etherType?: number;
  payload?: Uint8Array;
  mine?: [number, number][];
  theirs?: [number, number][];
  /** Whether the sender shows a certificate for its address. */
  ownsAddress?: boolean;
}

const engines = [
  { name: 'native', probe: loadNativeProbe() },
  { name: 'wasm', probe: await loadWasmProbe() },
];
const [me, peer, sender] = ['0123456789', '9876543210', '0a000001'];

const bytes = (digits: string): Buffer => Buffer.from(digits, 'hex');
const u16 = (value: number): string => value.toString(16).padStart(4, '0');
const u32 = (value: number): string => value.toString(16).padStart(8, '0');
const u64 = (value: number): string => value.toString(16).padStart(16, '0');
const piece = (content: Uint8Array): string => u32(content.length) + Buffer.from(content).toString('hex');

/** IPv4 from 10.0.0.1, with the first 8 bytes of a UDP header or a TCP header with these flags. */
function ipv4(protocol: number, port: number, flags = 0): Buffer {
  const transport = `1000${u16(port)}000000000000000050${flags.toString(16).padStart(2, '0')}000000000000`;
  return bytes(`450000280000000040${protocol.toString(16).padStart(2, '0')}0000${sender}0a000002${transport}`);
}

/** The verdict on a frame, and the member that is sent a copy. Form of the input: testing/probe/probe_vl2.cc. */
function evaluate(
  probe: (typeof engines)[number]['probe'],
  text: string,
  {
    inbound = false,
    etherType = 0x800,
    payload = ipv4(6, 80, 2),
    mine = [],
    theirs = [],
    ownsAddress = true,
  }: Situation,
): { verdict: Verdict | undefined; copyTo: string } {
  const tags = (list: [number, number][], suffix: string) =>
    u16(list.length) + list.map(([id, value]) => u32(id) + u32(value) + suffix).join('');
  const things = ownsAddress ? `000102${sender}${'00'.repeat(12)}` : '0000';
  const [source, destination] = inbound ? [peer, me] : [me, peer];
  const answer = probe(
    'vl2.filter',
    bytes(
      [
        inbound ? '01' : '00',
        '01',
        ...[me, source, destination],
        '02000000000102000000000a',
        `${u16(etherType) + u64(0)}8056c2e21c000001`,
        tags(mine, ''),
        tags(theirs, u64(1_000_500)),
        inbound ? '0000' : things,
        inbound ? things : '0000',
        '0000',
        piece(encodeRules(compileRules(text).rules)),
        piece(payload),
      ].join(''),
    ),
  );
  if (answer === null) throw new Error('the probe refused its input');
  return { verdict: VERDICTS[answer[0] ?? -1], copyTo: Buffer.from(answer.subarray(6, 11)).toString('hex') };
}

const office = readFileSync(new URL('../../examples/office.rules', import.meta.url), 'utf8');
const [SYN, SYN_ACK, ACK] = [2, 0x12, 0x10];
const member = (department: number, offers = 0): [number, number][] => [
  [1000, department],
  [1001, offers],
];
const [nobody, sales, engineering] = [0, 100, 200];
const between = { mine: member(sales), theirs: member(engineering) };

const OFFICE: [what: string, situation: Situation, verdict: Verdict][] = [
  ['no IP', { etherType: 0x1234 }, 'drop'],
  ['ARP', { etherType: 0x806, payload: Buffer.alloc(28) }, 'accept'],
  ['ping', { ...between, payload: ipv4(1, 0) }, 'accept'],
  ['a connection to another department', between, 'none'],
  ['its answer, if it came to be', { ...between, payload: ipv4(6, 1234, SYN_ACK) }, 'accept'],
  ['and what follows', { ...between, payload: ipv4(6, 80, ACK) }, 'accept'],
  ['a connection in the department', { mine: member(sales), theirs: member(sales) }, 'accept'],
  ['UDP in the department', { mine: member(sales), theirs: member(sales), payload: ipv4(17, 53) }, 'accept'],
  ['UDP to another', { ...between, payload: ipv4(17, 53) }, 'none'],
  ['a connection between members without department', { mine: member(nobody), theirs: member(nobody) }, 'none'],
  ['to a web server', { mine: member(sales), theirs: member(engineering, 1) }, 'accept'],
  ['with TLS', { mine: member(sales), theirs: member(engineering, 1), payload: ipv4(6, 443, SYN) }, 'accept'],
  ['with SSH', { mine: member(sales), theirs: member(engineering, 1), payload: ipv4(6, 22, SYN) }, 'none'],
  ['to an SSH server', { mine: member(sales), theirs: member(engineering, 2), payload: ipv4(6, 22, SYN) }, 'accept'],
  [
    'to one with everything',
    { mine: member(sales), theirs: member(engineering, 3), payload: ipv4(6, 22, SYN) },
    'accept',
  ],
  ['to another port of it', { mine: member(sales), theirs: member(engineering, 3), payload: ipv4(6, 23, SYN) }, 'none'],
  ['UDP to its port', { mine: member(sales), theirs: member(engineering, 3), payload: ipv4(17, 80) }, 'none'],
];

describe.each(engines)('on $name, the example lets through', ({ probe }) => {
  it.each(OFFICE)('%s', (_what, situation, verdict) => {
    expect(evaluate(probe, office, situation).verdict).toBe(verdict);
    // The other side comes to the same verdict on the same frame.
    const { mine, theirs } = situation;
    expect(evaluate(probe, office, { ...situation, inbound: true, mine: theirs, theirs: mine }).verdict).toBe(verdict);
  });

  it('nothing with an address of somebody else', () => {
    const situation = { inbound: true, mine: member(sales), theirs: member(sales), ownsAddress: false };
    expect(evaluate(probe, office, situation).verdict).toBe('drop');
  });

  it('copies of what begins to the monitor', () => {
    expect(evaluate(probe, office, between).copyTo).toBe('a09acf0233');
    expect(evaluate(probe, office, { ...between, payload: ipv4(6, 80, ACK) }).copyTo).toBe('0000000000');
  });
});

describe.each(engines)('on $name', ({ probe }) => {
  const [yes, no] = ['ethertype ipv4', 'ethertype ipv6'];
  it.each<[string, Verdict]>([
    [`accept ${yes};`, 'accept'],
    [`accept ${no};`, 'none'],
    [`accept not ${no};`, 'accept'],
    [`accept ${yes} ${no};`, 'none'],
    [`accept ${no} or ${yes};`, 'accept'],
    // Strictly from left to right.
    [`accept ${yes} or ${yes} and ${no};`, 'none'],
    [`accept ${no} and ${no} or ${yes};`, 'accept'],
    [`accept ${no} or not ${no};`, 'accept'],
    [`drop ${no}; accept;`, 'accept'],
    [`drop ${yes}; accept;`, 'drop'],
    [`break ${yes}; accept;`, 'none'],
    ['redirect 1122334455; accept;', 'redirect'],
    ['accept dport 80;', 'accept'],
    ['accept dport 81-90;', 'none'],
    ['accept sport 0x1000 framesize 40 iptos 0xff 0 chr tcp_syn ipsrc 10.0.0.0/8 ipdest 10.0.0.2/32;', 'accept'],
    ['accept macsrc 02:00:00:00:00:01 macdest 02-00-00-00-00-0a ztsrc 0123456789 ztdest 9876543210;', 'accept'],
    ['accept intrange 0x5000-0x50ff 32 16;', 'none'],
    ['accept intrange 80 16 16 little;', 'none'],
    // The index is that of an imagined 64-bit number, whose last bytes are read (vl2.md §13.5).
    ['accept intrange 80 16 16;', 'accept'],
    ['accept chr none;', 'none'],
    ['accept random 1.0;', 'accept'],
    ['', 'none'],
  ])('%s: %s', (text, verdict) => {
    expect(evaluate(probe, text, {}).verdict).toBe(verdict);
  });
});
