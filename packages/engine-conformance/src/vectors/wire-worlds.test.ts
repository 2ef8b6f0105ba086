/** Planets and moons: every form, signature and replacement verdict (e-worlds.json, vl1-vectors.json). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex, join, loadVectors, sized, toHex } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';
import { all, ask, number, one } from './wire-answer.js';

interface WorldVector {
  what: string;
  serialized: string;
  signedMessage: string;
  type: number;
  id: string;
  timestamp: number;
  updatesMustBeSignedBy: string;
  signature: string;
  signedWithKeyPair: string;
  signatureVerifies: boolean;
  roots: { identity: string; stableEndpoints: string[] }[];
}
interface Vl1 {
  moon: { signing_private: string; signing_public: string; to_be_signed: string; serialized: string };
  planet_default: { hex: string; length: number };
}

const worlds = loadVectors<{
  worlds: WorldVector[];
  replaces: Record<string, boolean>;
  labPlanets: WorldVector[];
  idtoolMoon: { file: string; decoded: WorldVector };
}>('e-worlds.json');
const vl1 = loadVectors<Vl1>('vl1-vectors.json');
const everyWorld = [...worlds.worlds, ...worlds.labPlanets, worlds.idtoolMoon.decoded];

const ok = (answer: Uint8Array | null): boolean => answer !== null;
const verifies = (target: ProbeTarget, world: string, key: string) =>
  ok(target.probe('wire.world.verify', join(sized(world), sized(key))));
const supersedes = (target: ProbeTarget, next: string, current: string) =>
  ok(target.probe('wire.world.supersedes', join(sized(next), sized(current))));

describe.each(targets)('$name: worlds', (target) => {
  test.each(everyWorld)('$what', (w) => {
    const answer = ask(target, 'wire.world', hex(w.serialized));
    expect(answer?.serialized).toBe(w.serialized);
    expect(answer?.signedMessage).toBe(w.signedMessage);
    expect(one(answer, 'type')).toBe(number(w.type));
    expect(one(answer, 'id')).toBe(w.id);
    expect(one(answer, 'timestamp')).toBe(number(w.timestamp));
    expect(one(answer, 'next_key')).toBe(w.updatesMustBeSignedBy);
    expect(one(answer, 'signature')).toBe(w.signature);
    expect(all(answer, 'root')).toEqual(w.roots.map((root) => root.identity));
    expect(all(answer, 'endpoint')).toEqual(w.roots.flatMap((root) => root.stableEndpoints));
  });

  test.each(everyWorld)('signature of: $what', (w) => {
    const publicKey = w.signedWithKeyPair.slice(0, 128);
    expect(verifies(target, w.serialized, publicKey)).toBe(w.signatureVerifies);
    const unsigned = w.serialized.slice(0, 2 * 81) + '00'.repeat(96) + w.serialized.slice(2 * 177);
    expect(verifies(target, unsigned, publicKey)).toBe(false);
    const signed = target.probe('wire.world.sign', join(sized(unsigned), sized(w.signedWithKeyPair)));
    expect(toHex(signed)).toBe(w.serialized);
  });

  test('updates replace or not, as the reference says', () => {
    const [p1, p2, p3, p3b, p0, m1] = worlds.worlds.map((w) => w.serialized);
    const cases: [string, string | undefined, string | undefined][] = [
      ['p1<-p2', p1, p2],
      ['p2<-p3', p2, p3],
      ['p3<-p3b(old key)', p3, p3b],
      ['p1<-p0(older)', p1, p0],
      ['p1<-m1(type)', p1, m1],
      ['p1<-p3(signed by a key it does not name)', p1, p3],
    ];
    expect(cases.map(([name]) => name)).toEqual(Object.keys(worlds.replaces));
    for (const [name, current, next] of cases) {
      expect(supersedes(target, next ?? '', current ?? ''), name).toBe(worlds.replaces[name]);
    }
    expect(supersedes(target, p1 ?? '', p1 ?? ''), 'the same again').toBe(false);
  });

  test('the file of the moon tool is the moon', () => {
    expect(worlds.idtoolMoon.file).toBe(worlds.idtoolMoon.decoded.serialized);
  });

  test('the moon of vl1.md', () => {
    const { moon } = vl1;
    const answer = ask(target, 'wire.world', hex(moon.serialized));
    expect(answer?.serialized).toBe(moon.serialized);
    expect(answer?.signedMessage).toBe(moon.to_be_signed);
    const pair = join(moon.signing_public, moon.signing_private);
    expect(toHex(target.probe('wire.world.sign', join(sized(moon.serialized), sized(pair))))).toBe(moon.serialized);
  });

  test('the default planet verifies under the key it names', () => {
    const url = new URL('../../../core/vectors/planet-default.hex', import.meta.url);
    const file = readFileSync(url, 'utf8').replace(/\s/g, '');
    expect(file).toBe(vl1.planet_default.hex);
    const answer = ask(target, 'wire.world', hex(file));
    expect(answer?.serialized).toBe(file);
    expect(all(answer, 'root').map((root) => root.slice(0, 10))).toEqual([
      'cafe9efeb9',
      '778cde7190',
      '62f865ae71',
      'cafe04eba9',
    ]);
    expect(all(answer, 'endpoint')[1]).toBe('2605:9880:200:1200:30:571:e34:51/9993');
    expect(verifies(target, file, one(answer, 'next_key') ?? '')).toBe(true);
  });

  test('no beginning of a world is a world', () => {
    const whole = hex(worlds.worlds[0]?.serialized ?? '');
    for (let size = 0; size < whole.length; size += 7) {
      expect(ask(target, 'wire.world', whole.subarray(0, size)), `${size} bytes`).toBeNull();
    }
    expect(ask(target, 'wire.world', whole)).not.toBeNull();
  });
});
