/** VL1 as a whole: HELLO and its answers, datagrams as they leave, captured sessions. */
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, type Piece, sized, text, toHex, u8, u32, u64 } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';

interface Vl1 {
  identity: { name: string; secret_string: string; public_string: string }[];
  hello: { wire: string };
  hello_no_moons: { wire: string };
  ok_hello_salsa: { wire: string };
  ok_hello_aes: { wire: string };
  ok_hello_with_planet_update: { wire: string };
  planet_default: { hex: string };
  fragmentation: { mtu: number; assembled_len: number; datagrams: string[] };
  ip_scope: { serialized_port_9993: string; identity_rate_bucket: number }[];
}
interface Armor {
  fragmented: {
    cipherSuite: number;
    from: string;
    to: string;
    plain: string;
    mtu: number;
    armored: string;
    datagrams: string[];
  }[];
}
interface Worlds {
  worlds: { what: string; serialized: string }[];
}
interface Captured {
  packets: { src: string; dst: string; data: string }[];
}
interface Decoded {
  packets: {
    dst: string;
    packetId: string;
    key48?: string;
    verb?: number;
    payload?: string;
  }[];
}

const vectors = loadVectors<Vl1>('vl1-vectors.json');
const armor = loadVectors<Armor>('d-armor.json');
const { worlds } = loadVectors<Worlds>('e-worlds.json');
const sessions = ['h-session1-direct', 'h-session2-relay', 'h-session3-config'] as const;

function identity(name: string): { secret: Uint8Array; public: Uint8Array } {
  const found = vectors.identity.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no identity ${name}`);
  return { secret: text(found.secret_string), public: text(found.public_string) };
}
const alice = identity('alice');
const bob = identity('bob');
const helloTime = 1700000000000n;
const planetId = 149604618n;
const planetTime = 1644592324813n;
const helloId = 0x1122334455667787n;
/** 203.0.113.7/9993 and 198.51.100.23/42301 as InetAddr (vl1.md Appendix B). */
const bobAt = '04cb0071072709';
const aliceAt = '04c6336417a53d';

interface HelloFields {
  id: bigint;
  time: bigint;
  planetTime: bigint;
  moons: [bigint, bigint][];
}
function hello(target: ProbeTarget, fields: HelloFields): Uint8Array {
  const moons = fields.moons.map(([id, time]) => join(u64(id), u64(time)));
  const input = join(
    sized(alice.secret),
    sized(bob.public),
    u64(fields.id),
    u64(fields.time),
    bobAt,
    u64(planetId),
    u64(fields.planetTime),
    Uint8Array.of(0, fields.moons.length),
    ...moons,
  );
  const packet = target.probe('vl1.hello', input);
  if (packet === null) throw new Error('HELLO was not built');
  return packet;
}

/** What Bob's node sends when Alice's datagrams arrive. */
function answers(target: ProbeTarget, planet: Piece, drawnId: string, aes: boolean, ...datagrams: Piece[]): string[] {
  const head = [sized(bob.secret), sized(planet), aliceAt, u64(helloTime), drawnId, u8(aes ? 1 : 0)];
  return pieces(target.probe('vl1.answer', join(...head, ...datagrams.map(sized))));
}

/** The pieces of a probe's answer as hex. */
function pieces(answer: Uint8Array | null): string[] {
  if (answer === null) throw new Error('rejected');
  const bytes = Buffer.from(answer);
  const out: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    out.push(bytes.toString('hex', at + 4, at + 4 + size));
    at += 4 + size;
  }
  return out;
}

interface Opened {
  verb: number | null;
  payload: string;
}

/** Everything that arrived at one endpoint, opened in order. */
function openAll(target: ProbeTarget, session: string, destination: string): { got: Opened[]; expected: Opened[] } {
  const { packets } = loadVectors<Captured>(`${session}.json`);
  const decoded = loadVectors<Decoded>(`${session}.decoded.json`).packets;
  const keys = new Map<string, string>();
  for (const each of decoded) if (each.key48 !== undefined) keys.set(each.packetId, each.key48);
  const arrived = packets.filter((packet) => packet.dst === destination);
  const items = arrived.flatMap(({ data }) => [keys.get(data.slice(0, 16)) ?? '00'.repeat(48), sized(data)]);
  const opened = pieces(target.probe('vl1.open_capture', join(...items)));
  const got = opened.map((piece): Opened => {
    if (piece.slice(8, 10) === '00') return { verb: null, payload: '' };
    return { verb: Number.parseInt(piece.slice(10, 12), 16), payload: piece.slice(12) };
  });
  const expected: Opened[] = [];
  for (const { dst, verb, payload } of decoded) {
    if (dst !== destination || payload === undefined || verb === undefined) continue;
    expected.push({ verb, payload });
  }
  return { got, expected };
}

describe.each(targets)('$name', (target) => {
  describe('HELLO', () => {
    test('is built to the byte, with a moon in its tail', () => {
      const moons: [bigint, bigint][] = [[0xa1b2c3d4e5n, 1690000000000n]];
      const built = hello(target, { id: helloId, time: helloTime, planetTime, moons });
      expect(toHex(built)).toBe(vectors.hello.wire);
    });

    test('is built to the byte without moons', () => {
      const fields = { id: 0xa0b0c0d0e0f00102n, time: helloTime + 5n, planetTime, moons: [] };
      expect(toHex(hello(target, fields))).toBe(vectors.hello_no_moons.wire);
    });

    test('is answered to the byte: suite 1 at first, suite 3 once the version is known', () => {
      const [first] = answers(target, '', '0f1e2d3c4b5a6978', true, vectors.hello.wire);
      expect(first).toBe(vectors.ok_hello_salsa.wire);
      const again = answers(target, '', '0f1e2d3c4b5a6978', true, vectors.hello.wire, vectors.hello.wire);
      expect(again.includes(vectors.ok_hello_aes.wire)).toBe(true);
      const without = answers(target, '', '0f1e2d3c4b5a6978', false, vectors.hello.wire, vectors.hello.wire);
      expect(without.includes(vectors.ok_hello_aes.wire)).toBe(false);
    });

    test('is answered with the planet when ours is newer', () => {
      const old = hello(target, { id: helloId, time: helloTime, planetTime: planetTime - 1n, moons: [] });
      const found = answers(target, vectors.planet_default.hex, '00112233445566f8', true, old);
      expect(found[0]).toBe(vectors.ok_hello_with_planet_update.wire);
      expect((found[0]?.length ?? 0) / 2).toBe(vectors.ok_hello_with_planet_update.wire.length / 2);
      const current = hello(target, { id: helloId, time: helloTime, planetTime, moons: [] });
      const same = answers(target, vectors.planet_default.hex, '00112233445566f8', true, current);
      expect((same[0]?.length ?? 0) / 2).toBe(59);
    });

    test('that was tampered with is not answered', () => {
      const bytes = hex(vectors.hello.wire);
      for (const at of [0, 9, 18, 19, 30, 50, 115, 140]) {
        const bad = Uint8Array.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ 0x10;
        expect(answers(target, '', '0f1e2d3c4b5a6978', true, bad), `byte ${at}`).toEqual([]);
      }
    });
  });

  describe('fragments', () => {
    test.each(armor.fragmented)('suite $cipherSuite, case %#: leave as the reference sends them', (packet) => {
      const input = join(
        sized(text(packet.from)),
        sized(text(packet.to.split(':').slice(0, 3).join(':'))),
        u8(packet.cipherSuite === 3 ? 12 : 11),
        packet.plain.slice(0, 16),
        Uint8Array.of(packet.mtu >> 8, packet.mtu & 255),
        packet.plain.slice(54, 56),
        sized(packet.plain.slice(56)),
      );
      expect(pieces(target.probe('vl1.send', input))).toEqual(packet.datagrams);
    });

    test.each(armor.fragmented)('suite $cipherSuite, case %#: are put together in either order', (packet) => {
      const forward = join(...packet.datagrams.map(sized));
      const backward = join(...[...packet.datagrams].reverse().map(sized));
      const swapped = [...packet.datagrams.slice(1), ...packet.datagrams.slice(0, 1)];
      for (const order of [forward, backward, join(...swapped.map(sized))]) {
        expect(toHex(target.probe('vl1.reassemble', order))).toBe(packet.armored);
      }
      const missing = join(...packet.datagrams.slice(1).map(sized));
      expect(target.probe('vl1.reassemble', missing)).toBeNull();
    });

    test('of the worked example make its packet', () => {
      const { datagrams, assembled_len } = vectors.fragmentation;
      const packet = target.probe('vl1.reassemble', join(...datagrams.map(sized)));
      expect(packet?.length).toBe(assembled_len);
    });
  });

  test('a planet is replaced as the reference decides', () => {
    const serialized = (at: number): Uint8Array => sized(worlds[at]?.serialized ?? '');
    const offer = (...order: number[]): string | null =>
      toHex(target.probe('vl1.offer_worlds', join(...order.map(serialized))));
    // The file's order: p1, its update p2, p3 and p3b after it (p3b signed by the old key), p0 (older), a moon.
    expect(worlds.map(({ what }) => what.split(/[,:]/)[0])).toEqual([
      'planet',
      'update of the planet',
      'second update signed with the new key',
      'bad update',
      'older timestamp',
      'moon',
    ]);
    expect(offer(0, 1, 2)).toBe('010101');
    expect(offer(0, 1, 3)).toBe('010100');
    expect(offer(0, 4)).toBe('0100');
    expect(offer(0, 5)).toBe('0100');
    expect(offer(0, 2)).toBe('0100');
    expect(offer(1, 0)).toBe('0100');
    expect(offer(0, 0)).toBe('0100');
    expect(target.probe('vl1.offer_worlds', sized('01'.repeat(100)))).toBeNull();
  });

  test('sources share a rate bucket by network', () => {
    for (const { serialized_port_9993, identity_rate_bucket } of vectors.ip_scope) {
      const bucket = target.probe('vl1.identity_bucket', hex(serialized_port_9993));
      expect(toHex(bucket), serialized_port_9993).toBe(toHex(u32(identity_rate_bucket).subarray(2)));
    }
  });

  test.each(sessions)('%s opens to its last packet', (session) => {
    const { packets } = loadVectors<Captured>(`${session}.json`);
    const destinations = [...new Set(packets.map((packet) => packet.dst))];
    let opened = 0;
    for (const destination of destinations) {
      const { got, expected } = openAll(target, session, destination);
      expect(got.length, destination).toBe(expected.length);
      for (const [at, one] of expected.entries()) expect(got[at], `${destination} packet ${at}`).toEqual(one);
      opened += got.length;
    }
    expect(opened).toBeGreaterThan(100);
  });
});
