import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMakeInternet, publicPrefix } from './internet.ts';
import { type EngineName, type Member, until, World } from './world.ts';

/** Both have a path to the other's router; ms until then. */
async function bothDirect(a: Member, b: Member): Promise<number> {
  const start = performance.now();
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    await until(`a direct path from ${from.ip} to ${to.ip}`, 30_000, async () => {
      await from.node.ping(to.ip, 1_000);
      return (await from.node.pathsTo(to.node.address)).length > 0;
    });
  }
  return performance.now() - start;
}

describe.runIf(canMakeInternet())('real sockets behind two routers with NAT', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world?.close());

  it.each([
    ['native', 'native'],
    ['wasm', 'wasm'],
    ['native', 'wasm'],
    ['wasm', 'native'],
  ] as [EngineName, EngineName][])('punch through: %s to %s', async (engineA, engineB) => {
    const a = await world.member(engineA, world.natA, 20);
    const b = await world.member(engineB, world.natB, 30);
    const ms = await bothDirect(a, b);
    console.log(`${engineA} to ${engineB}: direct after ${ms.toFixed(0)} ms`);
    const [pathsA, pathsB] = [await a.node.pathsTo(b.node.address), await b.node.pathsTo(a.node.address)];
    // What the other sees is the router's address, not the host's.
    expect(pathsA.every((path) => path.startsWith(`${publicPrefix}.3/`))).toBe(true);
    expect(pathsB.every((path) => path.startsWith(`${publicPrefix}.2/`))).toBe(true);
    expect(await a.node.ping(b.ip, 2_000)).toBeDefined();
    await world.stop(a);
    await world.stop(b);
  });

  it.each(['native', 'wasm'] as EngineName[])(
    'use a port that the router maps, the only way in: %s',
    async (engine) => {
      world.natA.becomeSymmetric();
      world.natB.becomeSymmetric();
      const bind = { primaryPort: 0, tertiaryPort: 20_400 };
      const number = engine === 'native' ? 40 : 41;
      const external = { address: `${publicPrefix}.3`, port: 40_000 + number };
      world.natB.mapPort(external.port, number, bind.tertiaryPort);
      const b = await world.member(engine, world.natB, number, { bind });
      await b.node.call('setExternalEndpoints', [external]);
      const a = await world.member('native', world.natA, 20);
      // A probe may be lost between two routers; while there is no direct path it is repeated every 15 s (vl1.md §7.4).
      await until('a path to the mapped port', 60_000, async () => {
        await a.node.ping(b.ip, 500);
        return (await a.node.pathsTo(b.node.address)).length > 0;
      });
      expect(new Set(await a.node.pathsTo(b.node.address))).toEqual(new Set([`${external.address}/${external.port}`]));
      await world.stop(a);
      await world.stop(b);
    },
  );
});
