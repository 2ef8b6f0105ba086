import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMakeInternet, publicPrefix } from './internet.ts';
import { RelayProcess } from './relay-process.ts';
import { type EngineName, type Member, until, World } from './world.ts';

const relayAddress = `${publicPrefix}.11`;
const tcpRelay = { server: { address: relayAddress, port: 443 }, engageAfterMs: 2_000 };

function reaches(from: Member, to: Member, ms: number): Promise<number> {
  return until(`an answer from ${to.ip}`, ms, () => from.node.ping(to.ip, 1_000));
}

describe.runIf(canMakeInternet())('a network that lets no UDP out', () => {
  let world: World;
  let relay: RelayProcess;
  beforeAll(async () => {
    world = await World.start();
    relay = await RelayProcess.start(world.internet.host('relay', 11).ns, relayAddress);
  }, 60_000);
  afterAll(async () => {
    const counters = await relay?.stop();
    await world?.close();
    // Malformed are the four bytes that open a NAT, which peers send to the relay's port too (vl1.md §3.12).
    expect(counters).toMatchObject({ clients: 0, refusedDestinations: 0, notGreeted: 0, overRate: 0 });
  });

  it.each(['native', 'wasm'] as EngineName[])(
    '%s: the TCP relay carries it; unblocked, it is direct again',
    async (engine) => {
      world.natA.blockUdp();
      const a = await world.member(engine, world.natA, 20, { tcpRelay });
      expect((await a.node.watched.next('TUNNEL_UP')).server).toEqual(tcpRelay.server);
      const b = await world.member(engine, world.natB, 30);
      await reaches(a, b, 20_000);
      await reaches(b, a, 20_000);
      // Nothing of A is seen at its router's address.
      expect((await b.node.pathsTo(a.node.address)).filter((path) => path.startsWith(`${publicPrefix}.2/`))).toEqual(
        [],
      );

      world.natA.unblockUdp();
      await a.node.watched.next('TUNNEL_DOWN', { ms: 90_000 });
      await reaches(a, b, 5_000);
      await reaches(b, a, 5_000);
      await until('a path to the router of A', 30_000, async () => {
        await b.node.ping(a.ip, 1_000);
        return (await b.node.pathsTo(a.node.address)).some((path) => path.startsWith(`${publicPrefix}.2/`));
      });
      await world.stop(a);
      await world.stop(b);
    },
  );

  it('is used when UDP dies under a running node, within what engageAfterMs says', async () => {
    const a = await world.member('native', world.natA, 21, { tcpRelay });
    const b = await world.member('native', world.natB, 31);
    await reaches(a, b, 20_000);
    expect(a.node.watched.types()).not.toContain('TUNNEL_UP');
    world.natA.blockUdp();
    await a.node.watched.next('TUNNEL_UP', { ms: 60_000 });
    const start = performance.now();
    await reaches(a, b, 30_000);
    await reaches(b, a, 60_000);
    console.log(`reached both ways ${(performance.now() - start).toFixed(0)} ms after the tunnel was up`);
    world.natA.unblockUdp();
    await a.node.watched.next('TUNNEL_DOWN', { ms: 90_000 });
    await reaches(a, b, 5_000);
  });
});
