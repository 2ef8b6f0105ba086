/** Armor of whole packets: exact bytes, tampering, the HELLO tail (d-armor.json, vl1-vectors.json). */
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, sized, toHex, u8, u32 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';

interface Armor {
  packets: {
    cipherSuite: number;
    key48: string;
    plain: string;
    compressed?: string;
    armored: string;
    dearmor: boolean;
    hops3: string;
    hops3Dearmor: boolean;
    tampered: string;
    tamperedDearmor: boolean;
  }[];
  fragmented: { cipherSuite: number; key48: string; plainWithFragmentFlag: string; armored: string }[];
}

interface Message {
  plaintext: string;
  wire_suite1: string;
  wire_suite3: string;
}
interface Vl1 {
  key_agreement: { shared48: string };
  hello: {
    plaintext_before_tail_encryption: string;
    tail_offset: number;
    tail_plain: string;
    tail_encrypted: string;
    wire: string;
  };
  hello_no_moons: { wire: string };
  ok_hello_salsa: { plaintext: string; wire: string };
  ok_hello_aes: { iv_before_armor: string; wire: string };
  ok_hello_aes_relayed_2_hops: { wire: string };
  ok_hello_with_planet_update: { plaintext: string; wire: string };
  path_negotiation_suite0: { wire: string };
  fragmentation: { datagrams: string[]; assembled_len: number };
  must_fail_authentication: { why: string; wire: string }[];
  must_pass_authentication: { why: string; wire: string }[];
}
const messageNames = [
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
] as const;

const armor = loadVectors<Armor>('d-armor.json');
const vl1 = loadVectors<Vl1 & Record<(typeof messageNames)[number], Message>>('vl1-vectors.json');
const key = vl1.key_agreement.shared48;

const suiteOf = (packet: string): number => (Number.parseInt(packet.slice(36, 38), 16) >> 3) & 7;
/** The bytes the cipher covers: verb and payload. */
const envelope = (packet: string | null): string | null => (packet === null ? null : packet.slice(54));
const seal = (target: ProbeTarget, key48: string, suite: number, packet: string) =>
  toHex(target.probe('packet.seal', join(key48, u8(suite), sized(packet))));
const open = (target: ProbeTarget, key48: string, packet: string) =>
  toHex(target.probe('packet.open', join(key48, sized(packet))));

/** Every suite, on every target: suite 3 needs no AES instructions. */
function expectSealAndOpen(target: ProbeTarget, key48: string, suite: number, plain: string, wire: string): void {
  expect(seal(target, key48, suite, plain)).toBe(wire);
  expect(envelope(open(target, key48, wire))).toBe(envelope(plain));
}

describe.each(targets)('$name: armor', (target) => {
  const cases = armor.packets.map((p, i) => [i, p.cipherSuite, p.plain.length / 2, p] as const);
  test.each(cases)('packet %i: suite %i, %i bytes', (_index, suite, _size, p) => {
    expectSealAndOpen(target, p.key48, suite, p.compressed ?? p.plain, p.armored);
    expect(p.dearmor && p.hops3Dearmor && !p.tamperedDearmor).toBe(true);
    expect(envelope(open(target, p.key48, p.hops3))).toBe(envelope(p.compressed ?? p.plain));
    expect(open(target, p.key48, p.tampered)).toBeNull();
  });

  test.each(armor.fragmented.map((p, i) => [i, p] as const))('fragmented packet %i, assembled', (_index, p) => {
    expectSealAndOpen(target, p.key48, p.cipherSuite, p.plainWithFragmentFlag, p.armored);
  });

  test('every changed byte of a packet is noticed, but for the hop bits', () => {
    const small = armor.packets.filter((p) => p.plain.length < 200);
    for (const suite of [0, 1, 3]) {
      const wire = hex(small.find((p) => p.cipherSuite === suite)?.armored ?? '');
      const key48 = small.find((p) => p.cipherSuite === suite)?.key48 ?? '';
      expect(wire.length).toBeGreaterThanOrEqual(28);
      for (let i = 0; i < wire.length; ++i) {
        const changed = wire.map((byte, at) => (at === i ? byte ^ 0x40 : byte));
        expect(open(target, key48, toHex(changed) ?? ''), `suite ${suite} byte ${i}`).toBeNull();
      }
    }
  });

  test('packets shorter than the header are refused', () => {
    for (let size = 0; size < 28; ++size) expect(open(target, key, '00'.repeat(size))).toBeNull();
  });
});

describe.each(targets)('$name: messages of vl1.md Appendix C', (target) => {
  test.each(messageNames)('%s', (name) => {
    const message = vl1[name];
    expectSealAndOpen(target, key, 1, message.plaintext, message.wire_suite1);
    expectSealAndOpen(target, key, 3, message.plaintext, message.wire_suite3);
  });

  test('HELLO: tail, then MAC; and back', () => {
    const { hello } = vl1;
    const plain = hello.plaintext_before_tail_encryption;
    expect(plain.slice(2 * hello.tail_offset)).toBe(hello.tail_plain);
    const tail = (packet: string) =>
      toHex(target.probe('packet.hello_tail', join(key, u32(hello.tail_offset), sized(packet)))) ?? '';
    const encrypted = tail(plain);
    expect(encrypted.slice(2 * hello.tail_offset)).toBe(hello.tail_encrypted);
    expect(encrypted.slice(0, 2 * hello.tail_offset)).toBe(plain.slice(0, 2 * hello.tail_offset));
    expect(seal(target, key, 0, encrypted)).toBe(hello.wire);
    const opened = open(target, key, hello.wire) ?? '';
    expect(envelope(tail(opened))).toBe(envelope(plain));
  });

  test('OK(HELLO)', () => {
    expectSealAndOpen(target, key, 1, vl1.ok_hello_salsa.plaintext, vl1.ok_hello_salsa.wire);
    const update = vl1.ok_hello_with_planet_update;
    expectSealAndOpen(target, key, 1, update.plaintext, update.wire);
    const plain = vl1.ok_hello_salsa.plaintext;
    expect(plain.startsWith(vl1.ok_hello_aes.iv_before_armor)).toBe(true);
    expectSealAndOpen(target, key, 3, plain, vl1.ok_hello_aes.wire);
    const relayed = open(target, key, vl1.ok_hello_aes_relayed_2_hops.wire);
    expect(envelope(relayed)).toBe(envelope(plain));
  });

  test('the whole fragmented packet', () => {
    const [head, ...fragments] = vl1.fragmentation.datagrams;
    const whole = (head ?? '') + fragments.map((datagram) => datagram.slice(32)).join('');
    expect(whole.length / 2).toBe(vl1.fragmentation.assembled_len);
    expect(open(target, key, whole)).not.toBeNull();
    expect(open(target, key, head ?? '')).toBeNull();
  });

  test('suite 0 for other verbs than HELLO', () => {
    const { wire } = vl1.path_negotiation_suite0;
    expect(suiteOf(wire)).toBe(0);
    expect(open(target, key, wire)).toBe(wire);
    expect(open(target, key, vl1.hello_no_moons.wire)).toBe(vl1.hello_no_moons.wire);
  });

  test.each(vl1.must_fail_authentication.map((c) => [c.why, c.wire] as const))('refused: %s', (_why, wire) => {
    expect(open(target, key, wire)).toBeNull();
  });

  test.each(vl1.must_pass_authentication.map((c) => [c.why, c.wire] as const))('accepted: %s', (_why, wire) => {
    expect(open(target, key, wire)).not.toBeNull();
  });
});
