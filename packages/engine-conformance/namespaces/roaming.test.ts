import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMakeInternet, publicPrefix } from './internet.ts';
import { type EngineName, type Member, until, World } from './world.ts';

/** A host that moved must be heard again within this time (issue 4). */
const HEAL_MS = 5_000;

async function boundOf({ node }: Member): Promise<string[]> {
  return (await node.call('info')).bound.map(({ address, port }) => `${address}/${port}`);
}

async function direct(from: Member, to: Member, prefix: string): Promise<void> {
  await until(`a direct path from ${from.ip} to ${prefix}`, 30_000, async () => {
    await from.node.ping(to.ip, 500);
    return (await from.node.pathsTo(to.node.address)).some((path) => path.startsWith(prefix));
  });
}

/** Ms from now until the next ping is answered, and until the path is direct by the other's new router. */
async function healing(a: Member, b: Member, prefix: string): Promise<[number, number]> {
  const start = performance.now();
  await until('an answer', 20_000, async () => (await a.node.ping(b.ip, 250)) !== undefined);
  const answered = performance.now() - start;
  await direct(b, a, prefix);
  return [answered, performance.now() - start];
}

describe.runIf(canMakeInternet())('a host whose addresses change', () => {
  let world: World;
  let b: Member;
  beforeAll(async () => {
    world = await World.start();
    b = await world.member('native', world.natB, 30);
  }, 60_000);
  afterAll(() => world?.close());

  it.each(['native', 'wasm'] as EngineName[])(
    'is heard again after another address and another network: %s',
    async (engine) => {
      const a = await world.member(engine, world.natA, 20);
      await direct(a, b, `${publicPrefix}.3/`);
      await direct(b, a, `${publicPrefix}.2/`);

      a.host.renumber(world.natA, 77);
      const renumbered = await healing(a, b, `${publicPrefix}.2/`);
      expect((await boundOf(a)).every((bound) => bound.startsWith('192.168.1.77/'))).toBe(true);

      a.host.plugInto(world.natC, 20);
      const moved = await healing(a, b, `${publicPrefix}.4/`);
      expect((await boundOf(a)).every((bound) => bound.startsWith('172.20.0.20/'))).toBe(true);

      const shown = [...renumbered, ...moved].map((ms) => `${ms.toFixed(0)} ms`);
      console.log(
        `${engine}: another address: heard after ${shown[0]}, direct after ${shown[1]}; ` +
          `another network: heard after ${shown[2]}, direct after ${shown[3]}`,
      );
      expect(Math.max(...renumbered, ...moved)).toBeLessThan(HEAL_MS);
      await world.stop(a);
    },
  );

  it('is heard again with one socket on all addresses', async () => {
    const bind = [{ address: '0.0.0.0', port: 20_300 }];
    const a = await world.member('native', world.natA, 20, { bind });
    await direct(a, b, `${publicPrefix}.3/`);
    await direct(b, a, `${publicPrefix}.2/`);
    a.host.plugInto(world.natC, 20);
    const [answered, ms] = await healing(a, b, `${publicPrefix}.4/`);
    console.log(`native, one socket: another network: heard after ${answered.toFixed(0)} ms`);
    expect(ms).toBeLessThan(HEAL_MS);
    await world.stop(a);
  });

  it('has another secondary port after it slept', async () => {
    const a = await world.member('native', world.natA, 20, { bind: { primaryPort: 20_100, secondaryPort: 0 } });
    const [primary, secondary] = await boundOf(a);
    expect(primary).toBe('192.168.1.20/20100');
    process.kill(a.node.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 30_000)); // a heartbeat, 14 s, and 10 s at least (vl1.md §3.10)
    process.kill(a.node.pid, 'SIGCONT');
    const [answered] = await healing(a, b, `${publicPrefix}.2/`);
    console.log(`native: after 30 s asleep: heard after ${answered.toFixed(0)} ms`);
    expect(answered).toBeLessThan(HEAL_MS);
    const after = await boundOf(a);
    expect(after).toHaveLength(2);
    expect(after).toContain(primary);
    expect(after).not.toContain(secondary);
    await world.stop(a);
  });

  it('keeps one socket for each address and port, of the interfaces it is to use', async () => {
    const bind = { primaryPort: 20_100, secondaryPort: 20_200, exclude: ['docker*'] };
    const a = await world.member('native', world.natA, 20, { bind, blacklist: ['10.66.0.0/16'] });
    const before = ['192.168.1.20/20100', '192.168.1.20/20200'];
    expect(await boundOf(a)).toEqual(before);
    a.host.addInterface('docker0', '172.17.0.1/16');
    a.host.addInterface('tun0', '10.8.0.1/24');
    a.host.addInterface('ztabcdef', '10.147.0.1/24');
    a.host.addInterface('eth2', '10.66.0.1/24');
    a.host.addInterface('eth1', '10.55.0.1/24');
    const both = [...before, '10.55.0.1/20100', '10.55.0.1/20200'];
    await until('sockets on eth1', 2_000, async () => (await boundOf(a)).length > 2);
    expect((await boundOf(a)).sort()).toEqual(both.sort());
    a.host.remove('eth1');
    await until('no sockets on eth1', 2_000, async () => (await boundOf(a)).length === 2);
    expect(await boundOf(a)).toEqual(before);
    expect(await a.node.ping(b.ip, 2_000)).toBeDefined();
    await world.stop(a);
  });

  it('lives without any address and comes to life with the first', async () => {
    const a = await world.member('native', world.natA, 20);
    a.host.unplug();
    await until('no sockets', 2_000, async () => (await boundOf(a)).length === 0);
    expect(await a.node.ping(b.ip, 300)).toBeUndefined();
    a.host.plugInto(world.natA, 20);
    const [answered] = await healing(a, b, `${publicPrefix}.2/`);
    expect(answered).toBeLessThan(HEAL_MS);
    await world.stop(a);
  });
});
