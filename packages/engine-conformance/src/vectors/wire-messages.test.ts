/** Every message: the documents' examples and all captured packets (vl1-vectors.json, d-armor.json, h-session*). */
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, u8 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';
import { all, ask, number, one } from './wire-answer.js';

interface Example {
  plaintext: string;
}
const exampleNames = [
  'nop',
  'echo_empty',
  'echo_payload',
  'ok_echo',
  'whois_two',
  'ok_whois',
  'rendezvous_v4',
  'rendezvous_v6',
  'push_direct_paths',
  'user_message',
  'error_collision',
  'ok_hello_salsa',
  'ok_hello_with_planet_update',
] as const;
type ExampleName = (typeof exampleNames)[number];
const vl1 = loadVectors<
  Record<ExampleName, Example> & {
    hello: { plaintext_before_tail_encryption: string; tail_offset: number };
    path_negotiation_suite0: { wire: string };
    fragmentation: { datagrams: string[]; headers: string[]; assembled_len: number };
    lz4: { plaintext_packet: string; one_possible_compressed_packet_before_armor: string };
    peer_cache: { hex: string };
    identity: { name: string; public_string: string }[];
  }
>('vl1-vectors.json');
const armor = loadVectors<{
  packets: { plain: string; compressed?: string; didCompress?: boolean }[];
  fragmented: { datagrams: string[]; armored: string }[];
}>('d-armor.json');

interface Captured {
  n: number;
  verb?: number;
  payload?: string;
  inReVerb?: number;
  inRePacketId?: string;
  errorCode?: number;
  helloExternal?: string;
  helloPlanetId?: string;
  helloPlanetTs?: string;
  helloCryptedOffset?: number;
  helloDecryptedTail?: string;
}
const sessions = ['h-session1-direct', 'h-session2-relay', 'h-session3-config'] as const;

const payloadOf = (packet: string): string => packet.slice(56);
const verbByte = (packet: string): number => Number.parseInt(packet.slice(54, 56), 16);
const message = (target: ProbeTarget, verb: number, payload: string) =>
  ask(target, 'wire.message', join(u8(verb), payload));
const example = (target: ProbeTarget, name: ExampleName) =>
  message(target, verbByte(vl1[name].plaintext), payloadOf(vl1[name].plaintext));
const alice = vl1.identity.find((i) => i.name === 'alice')?.public_string;
const bob = vl1.identity.find((i) => i.name === 'bob')?.public_string;

describe.each(targets)('$name: the messages of vl1.md', (target) => {
  test.each(exampleNames)('%s is written back byte for byte', (name) => {
    expect(example(target, name)?.serialized).toBe(payloadOf(vl1[name].plaintext));
    const header = ask(target, 'wire.header', hex(vl1[name].plaintext));
    expect(header?.serialized).toBe(vl1[name].plaintext);
  });

  test('HELLO with a moon', () => {
    const { plaintext_before_tail_encryption: plain, tail_offset: tailOffset } = vl1.hello;
    const answer = message(target, 1, payloadOf(plain));
    expect(answer?.serialized).toBe(payloadOf(plain));
    expect(answer?.fields).toEqual([
      ['protocol', number(12)],
      ['major', number(1)],
      ['minor', number(14)],
      ['revision', number(1)],
      ['timestamp', number(1700000000000)],
      ['identity', alice],
      ['sent_to', '203.0.113.7/9993'],
      ['planet_id', number(149604618)],
      ['planet_timestamp', number(1644592324813)],
      ['tail_offset', number(tailOffset - 28)],
      ['moon_id', '000000a1b2c3d4e5'],
      ['moon_timestamp', '000001897bd98400'],
    ]);
  });

  test('HELLO may end after the identity, not inside a field', () => {
    const payload = payloadOf(vl1.hello.plaintext_before_tail_encryption);
    const at = (bytes: number) => message(target, 1, payload.slice(0, 2 * bytes));
    for (let size = 0; size < 84; ++size) expect(at(size), `${size} bytes`).toBeNull();
    expect(at(84)).not.toBeNull();
    for (const size of [85, 90]) expect(at(size), `${size} bytes`).toBeNull();
    expect(one(at(91), 'sent_to')).toBe('203.0.113.7/9993');
    expect(at(125), 'a short moon').toBeNull();
  });

  test('OK(HELLO)', () => {
    const answer = example(target, 'ok_hello_salsa');
    expect(one(answer, 'timestamp_echo')).toBe(number(1700000000000));
    expect(one(answer, 'surface')).toBe('198.51.100.23/42301');
    expect(all(answer, 'world')).toEqual([]);
    expect(all(example(target, 'ok_hello_with_planet_update'), 'world')).toEqual([number(149604618)]);
  });

  test('fields of the small ones', () => {
    expect(all(example(target, 'whois_two'), 'address')).toEqual(['cafe9efeb9', '778cde7190']);
    expect(all(example(target, 'ok_whois'), 'identity')).toEqual([bob]);
    expect(one(example(target, 'rendezvous_v4'), 'peer')).toBe('cafe9efeb9');
    expect(one(example(target, 'rendezvous_v4'), 'endpoint')).toBe('203.0.113.7/9993');
    expect(one(example(target, 'rendezvous_v6'), 'endpoint')).toMatch(/^[0-9a-f:]+\/[1-9]\d*$/);
    expect(all(example(target, 'push_direct_paths'), 'path')).toEqual(['192.168.1.2/9993', '2001:db8::1/29994']);
    expect(one(example(target, 'user_message'), 'type')).toBe('0123456789abcdef');
    expect(one(example(target, 'user_message'), 'data')).toBe('6869');
    expect(one(example(target, 'error_collision'), 'code')).toBe(number(4));
  });

  test('PATH_NEGOTIATION_REQUEST under suite 0', () => {
    const { wire } = vl1.path_negotiation_suite0;
    expect(verbByte(wire)).toBe(0x16);
    expect(message(target, 0x16, payloadOf(wire))?.serialized).toBe(payloadOf(wire));
  });

  test('the peer cache record', () => {
    const answer = ask(target, 'wire.peer_record', hex(vl1.peer_cache.hex));
    expect(answer?.serialized).toBe(vl1.peer_cache.hex);
    expect(answer?.fields).toEqual([
      ['identity', bob],
      ['protocol', number(12)],
      ['major', number(1)],
      ['minor', number(14)],
      ['revision', number(1)],
      ['endpoint', '203.0.113.7/9993'],
    ]);
    expect(ask(target, 'wire.peer_record', hex(`01${vl1.peer_cache.hex.slice(2)}`)), 'version').toBeNull();
    const broken = ask(target, 'wire.peer_record', hex(vl1.peer_cache.hex.slice(0, -2)));
    expect(all(broken, 'endpoint'), 'a broken endpoint ends the list').toEqual([]);
  });
});

describe.each(targets)('$name: fragments', (target) => {
  const all7 = [vl1.fragmentation.datagrams, ...armor.fragmented.map((f) => f.datagrams)];
  test.each(all7.map((datagrams, i) => [i, datagrams] as const))('packet %i', (_index, datagrams) => {
    const [head, ...rest] = datagrams;
    expect(ask(target, 'wire.fragment', hex(head ?? '')), 'the head is a packet').toBeNull();
    expect(one(ask(target, 'wire.header', hex(head ?? '')), 'fragmented')).toBe(number(1));
    rest.forEach((datagram, i) => {
      const answer = ask(target, 'wire.fragment', hex(datagram));
      expect(answer?.serialized).toBe(datagram);
      expect(one(answer, 'id')).toBe(head?.slice(0, 16));
      expect(one(answer, 'destination')).toBe(head?.slice(16, 26));
      expect(one(answer, 'total')).toBe(number(datagrams.length));
      expect(one(answer, 'number')).toBe(number(i + 1));
      expect(one(answer, 'acceptable')).toBe(number(1));
    });
  });
});

describe.each(targets)('$name: compression', (target) => {
  const decompress = (payload: string) => {
    const plain = target.probe('wire.lz4', hex(payload));
    return plain === null ? null : Buffer.from(plain).toString('hex');
  };
  const compressed = armor.packets.filter((p) => p.didCompress === true);

  test('there are compressed packets', () => expect(compressed.length).toBeGreaterThan(10));

  test.each(compressed.map((p, i) => [i, p] as const))('packet %i', (_index, p) => {
    expect(verbByte(p.compressed ?? '') & 0x80).toBe(0x80);
    expect(decompress(payloadOf(p.compressed ?? ''))).toBe(payloadOf(p.plain));
    const block = payloadOf(p.compressed ?? '');
    expect(decompress(block.slice(0, -2)), 'cut').not.toBe(payloadOf(p.plain));
  });

  test('the example of vl1.md', () => {
    const { lz4 } = vl1;
    expect(decompress(payloadOf(lz4.one_possible_compressed_packet_before_armor))).toBe(
      payloadOf(lz4.plaintext_packet),
    );
  });
});

describe.each(targets)('$name: captured messages', (target) => {
  test.each(sessions)('%s, to the last packet', (session) => {
    const { packets } = loadVectors<{ packets: Captured[] }>(`${session}.decoded.json`);
    let seen = 0;
    for (const p of packets) {
      if (p.verb === undefined || p.payload === undefined) continue;
      ++seen;
      const cut = p.helloCryptedOffset;
      const clear = cut === undefined ? p.payload : p.payload.slice(0, 2 * cut) + (p.helloDecryptedTail ?? '');
      const answer = message(target, p.verb, clear);
      expect(answer?.serialized, `packet ${p.n}, verb ${p.verb}`).toBe(clear);
      if (p.helloExternal !== undefined) {
        expect(one(answer, 'sent_to')).toBe(p.helloExternal);
        expect(one(answer, 'planet_id')).toBe(p.helloPlanetId);
        expect(one(answer, 'planet_timestamp')).toBe(p.helloPlanetTs);
        expect(one(answer, 'tail_offset')).toBe(number(p.helloCryptedOffset ?? -1));
      }
      if (p.errorCode !== undefined) expect(one(answer, 'code')).toBe(number(p.errorCode));
      if (p.verb === 9) expect(one(answer, 'truncated')).toBe(number(0));
    }
    expect(seen).toBeGreaterThan(100);
  });
});
