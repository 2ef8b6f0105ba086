/** Moons in the SDK: made, signed, described, orbited, stored, left. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createMoon,
  createNode,
  createPrivateWorld,
  describeMoon,
  fileStore,
  generateIdentity,
  memoryStore,
  type Node,
  parseWorldDescription,
  signWorldDescription,
} from '../src/index.js';
import { FakeWorld, fakePlanet } from './fake-engine.js';

interface WorldVector {
  serialized: string;
  type: number;
  id: string;
  timestamp: number;
  signedWithKeyPair: string;
  roots: { identity: string; stableEndpoints: string[] }[];
}
const file = new URL('../../core/vectors/e-worlds.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  worlds: WorldVector[];
  idtoolMoon: { json: object; file: string; decoded: WorldVector };
};
const bytes = (digits: string) => new Uint8Array(Buffer.from(digits, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const loopback = [{ address: '127.0.0.1', port: 0 }];

describe('worlds that are made', () => {
  it('are those of the vectors, byte by byte', async () => {
    const moon = vectors.worlds.find(({ type }) => type === 127) as WorldVector;
    const made = await createMoon({
      id: BigInt(`0x${moon.id}`),
      timestamp: BigInt(moon.timestamp),
      signingKey: bytes(moon.signedWithKeyPair),
      roots: moon.roots.map(({ identity, stableEndpoints }) => ({
        identity,
        endpoints: stableEndpoints.map((text) => ({
          address: text.split('/')[0] ?? '',
          port: Number(text.split('/')[1]),
        })),
      })),
    });
    expect(hex(made.bytes)).toBe(moon.serialized);
    expect(made.id).toBe(moon.id);
  });

  it('read and sign a description of the usual tool', async () => {
    const { json, file: signed, decoded } = vectors.idtoolMoon;
    const description = parseWorldDescription(JSON.stringify(json));
    const made = await signWorldDescription(description, { timestamp: BigInt(decoded.timestamp) });
    expect(hex(made.bytes)).toBe(signed);
    expect(made.id).toBe(decoded.id);
  });

  it('are described with a fresh key, which signs update after update', async () => {
    const [{ identity }] = vectors.idtoolMoon.decoded.roots as [{ identity: string }];
    const roots = [{ identity, endpoints: [{ address: 'fd00::1', port: 9993 }] }];
    const description = await describeMoon(roots);
    expect(description).toMatchObject({ id: 'db5e67fe7f', roots: [{ stableEndpoints: ['fd00::1/9993'] }] });
    const [one, two] = [await signWorldDescription(description), await describeMoon(roots)];
    expect(two.signingKey).not.toBe(description.signingKey);
    expect(hex(one.bytes.slice(17, 81))).toBe(description.updatesMustBeSignedBy);
  });

  it('refuse what is no description, and say why', async () => {
    const good = vectors.idtoolMoon.json;
    const cases: [string, string][] = [
      ['{', 'no JSON object'],
      ['[]', 'no JSON object'],
      ['{}', 'not one of a world'],
      [JSON.stringify({ ...good, id: 'xyz' }), '"id"'],
      [JSON.stringify({ ...good, signingKey_SECRET: 'aa' }), '"signingKey_SECRET"'],
      [JSON.stringify({ ...good, roots: [] }), '"roots"'],
    ];
    for (const [text, why] of cases) {
      expect(() => parseWorldDescription(text)).toThrowError(
        expect.objectContaining({ message: expect.stringContaining(why) }),
      );
    }
    const [root] = (good as { roots: object[] }).roots;
    const bad = JSON.stringify({ ...good, roots: [{ ...root, stableEndpoints: ['127.0.0.1:9993'] }] });
    expect(() => parseWorldDescription(bad)).toThrowError(/is not an endpoint/);
  });
});

describe('moons of a node', () => {
  it('are checked, asked of the engine, and stored or deleted as it says', async () => {
    const world = new FakeWorld();
    const node = await createNode({
      engine: world.engine(),
      planet: fakePlanet,
      orbit: [{ id: 'A09ACF0233', seed: 'a09acf0233' }],
      maxPeers: 100_000,
      relayLimits: { total: 1_000_000 },
    });
    const [engine] = world.nodes;
    expect(engine?.options).toMatchObject({
      orbits: [{ id: '000000a09acf0233', seed: 'a09acf0233' }],
      maxPeers: 100_000,
      relayLimits: { total: 1_000_000, perSource: 0 },
    });
    await node.orbit('a09acf0233', { seed: 'a09acf0233' });
    expect(node.moons()).toEqual([{ id: '000000a09acf0233', seed: 'a09acf0233', roots: [] }]);
    node.deorbit('000000a09acf0233');
    expect(() => node.deorbit('a09acf0233')).toThrowError(expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }));
    expect(node.totals().PACKETS_RELAYED).toBe(0n);
    for (const id of ['', 'abc', '0000000000', 'a09acf02330000000', 7]) {
      await expect(node.orbit(id as string)).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
    }
    await node.close();
    for (const wrong of [{ maxPeers: 63 }, { relayLimits: { total: -1 } }, { orbit: [{ id: 'x', seed: 'y' }] }]) {
      const start = createNode({ engine: world.engine(), planet: fakePlanet, ...(wrong as object) });
      await expect(start).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
    }
  });

  it.each(['native', 'wasm'] as const)(
    'come from a file that is put into the store of a running %s node',
    async (engine) => {
      const identity = await generateIdentity();
      const address = identity.slice(0, 10);
      const store = memoryStore();
      const planet = await planetOf(await generateIdentity(), 1);
      const node = await createNode({
        engine,
        planet,
        store,
        bind: loopback,
        logger: { ...console, warn: () => undefined },
      });
      try {
        const missing = node.orbit(address);
        await expect(missing).rejects.toMatchObject({
          code: 'ERR_ZT_NOT_FOUND',
          message: /Moon 000000.*not in the store/,
        });
        const moon = await createMoon({ roots: [{ identity, endpoints: [] }] });
        const name = `moons.d/${moon.id}.moon`;
        await store.put(name, moon.bytes.subarray(0, 100));
        await expect(node.orbit(address)).rejects.toMatchObject({ code: 'ERR_ZT_NOT_FOUND' });
        expect(await store.list('moons.d')).toEqual([expect.stringContaining(`${name}.corrupt-`)]);
        await store.put(name, moon.bytes);
        await node.orbit(address);
        expect(node.moons()).toMatchObject([{ id: moon.id, roots: [address] }]);
        expect(node.peer(address)?.role).toBe('MOON');
        node.deorbit(address);
        expect(() => node.deorbit(address)).toThrowError(/Moon 000000.* neither held nor looked for/);
        // At once: the copy is gone, whenever it would have been written.
        await expect(node.orbit(address)).rejects.toMatchObject({ code: 'ERR_ZT_NOT_FOUND' });
        expect(node.moons()).toEqual([]);
        // A file that comes now stays, although news of the moon's end are still on their way.
        await store.put(name, moon.bytes);
        await node.orbit(address);
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(node.moons()).toMatchObject([{ id: moon.id, roots: [address] }]);
        expect(await store.get(name)).toEqual(moon.bytes);
      } finally {
        await node.close();
      }
      await expect(node.orbit(address)).rejects.toMatchObject({ code: 'ERR_ZT_CLOSED' });
    },
    60_000,
  );

  it('come from a seed over real sockets, and from the directory after a restart', async () => {
    const home = await mkdtemp(join(tmpdir(), 'ztkit-moons-'));
    const nodes: Node[] = [];
    try {
      const [rootIdentity, lunaIdentity] = [await generateIdentity(), await generateIdentity()];
      const common = { engine: 'native' as const, allowLoopbackPaths: true, bind: loopback };
      // A root needs its port in the planet: found out by a first start.
      const probe = await createNode({ ...common, planet: await planetOf(rootIdentity, 1), identity: rootIdentity });
      const { port } = probe.info().bound[0] ?? { port: 0 };
      await probe.close();
      const planet = await planetOf(rootIdentity, port);
      const bind = [{ address: '127.0.0.1', port }];
      nodes.push(await createNode({ ...common, planet, identity: rootIdentity, bind }));
      const moon = await createMoon({ roots: [{ identity: lunaIdentity, endpoints: [] }] });
      const lunaStore = fileStore(join(home, 'luna'));
      await lunaStore.put(`moons.d/${moon.id}.moon`, moon.bytes);
      const luna = await createNode({ ...common, planet, identity: lunaIdentity, store: lunaStore });
      nodes.push(luna);
      expect(luna.moons()).toMatchObject([{ id: moon.id, roots: [luna.address] }]);
      await luna.whenOnline({ timeoutMs: 10_000 });

      const store = fileStore(join(home, 'member'));
      const member = await createNode({ ...common, planet, store });
      await member.orbit(luna.address, { seed: luna.address });
      await expect.poll(() => member.moons()[0]?.timestamp, { timeout: 20_000 }).toBeDefined();
      expect(member.peer(luna.address)?.role).toBe('MOON');
      await member.close();
      const again = await createNode({ ...common, planet, store: fileStore(join(home, 'member')) });
      nodes.push(again);
      expect(again.moons()).toMatchObject([{ id: moon.id, roots: [luna.address] }]);
      again.deorbit(moon.id);
      await again.close();
      expect(await fileStore(join(home, 'member')).list('moons.d')).toEqual([]);
    } finally {
      for (const node of nodes.reverse()) await node.close();
      await rm(home, { recursive: true, force: true });
    }
  }, 60_000);
});

function planetOf(identity: string, port: number): Promise<Uint8Array> {
  return createPrivateWorld({ roots: [{ identity, endpoints: [{ address: '127.0.0.1', port }] }] });
}
