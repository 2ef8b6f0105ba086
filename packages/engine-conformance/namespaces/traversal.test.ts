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
});
