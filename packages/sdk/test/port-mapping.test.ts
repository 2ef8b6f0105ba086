import type { Endpoint } from '@ztkit/types';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultRoutes } from '../src/port-mapping/default-gateway.js';
import type { MappingProtocol, MappingRequest } from '../src/port-mapping/mapping-protocol.js';
import { mapByNatPmp } from '../src/port-mapping/nat-pmp.js';
import { mapByPcp } from '../src/port-mapping/pcp.js';
import { PortMapper } from '../src/port-mapping/port-mapper.js';
import { mapByUpnp } from '../src/port-mapping/upnp.js';
import { FakeGateway } from './fake-gateway.js';
import { lab } from './lab.js';

const gateways: FakeGateway[] = [];
afterEach(() => {
  for (const gateway of gateways.splice(0)) gateway.close();
});

async function made(making: Promise<FakeGateway>): Promise<FakeGateway> {
  const gateway = await making;
  gateways.push(gateway);
  return gateway;
}

const request = (): MappingRequest => ({
  local: { address: '127.0.0.1', port: 9993 },
  gateway: '127.0.0.1',
  wantedPort: 9993,
  lifetime: 7200,
  signal: AbortSignal.timeout(20_000),
});

describe.each([
  ['NAT-PMP', () => FakeGateway.natPmp(), mapByNatPmp, 3600, 40_000],
  ['PCP', () => FakeGateway.pcp(), mapByPcp, 7200, 40_000],
  ['UPnP', () => FakeGateway.upnp(), mapByUpnp, 7200, 9993],
] as const)('a mapping by %s', (_, make, map, lifetime, port) => {
  it('is made, and taken back', async () => {
    const gateway = await made(make());
    const mapping = await map(request(), gateway.port);
    expect(mapping).toMatchObject({ external: { address: '44.1.2.3', port }, lifetime });
    expect([...gateway.mapped]).toEqual([[9993, port]]);
    await mapping.remove(AbortSignal.timeout(5_000));
    expect(gateway.mapped.size).toBe(0);
  });

  it('is asked for again when nothing comes', async () => {
    const gateway = await made(make());
    gateway.deaf = 2;
    expect((await map(request(), gateway.port)).external.address).toBe('44.1.2.3');
  });

  it('ends with the signal, at a gateway that is silent', async () => {
    const gateway = await made(make());
    gateway.deaf = 1000;
    const signal = AbortSignal.timeout(50);
    await expect(map({ ...request(), signal }, gateway.port)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('a gateway', () => {
  it('may refuse, by a result of NAT-PMP and by speaking no PCP', async () => {
    const refusing = await made(FakeGateway.natPmp(2));
    await expect(mapByNatPmp(request(), refusing.port)).rejects.toThrow(/not authorized/);
    await expect(mapByPcp(request(), refusing.port)).rejects.toThrow(/NAT-PMP only/);
  });

  it('may know unlimited leases only, and have the port taken', async () => {
    const gateway = await made(FakeGateway.upnp({ conflicts: 2, leases: false }));
    const mapping = await mapByUpnp(request(), gateway.port);
    expect(mapping.lifetime).toBe(7200);
    expect(gateway.asked).toEqual([{ port: 9993, lifetime: 0 }]);
    expect(mapping.external.port).not.toBe(9993);
  });

  it('may not send us to another host', async () => {
    const gateway = await made(FakeGateway.upnp({ elsewhere: true }));
    const signal = AbortSignal.timeout(600);
    await expect(mapByUpnp({ ...request(), signal }, gateway.port)).rejects.toThrow();
    expect(gateway.asked).toEqual([]);
  });

  it('is found in the routing table', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
      'wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      '',
    ].join('\n');
    expect([...defaultRoutes(table)]).toEqual([
      ['eth0', '192.168.1.1'],
      ['wlan0', '10.0.0.1'],
    ]);
  });
});

describe('a port mapper', () => {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const local = { address: '127.0.0.1', port: 9993 };

  function mapper(gateway: FakeGateway, announced: Endpoint[][], bound: readonly Endpoint[] = [local]) {
    const protocols: MappingProtocol[] = [
      (wanted) => mapByPcp(wanted, gateway.port),
      (wanted) => mapByNatPmp(wanted, gateway.port),
    ];
    return new PortMapper({
      port: 9993,
      bound: () => bound,
      announce: (external) => announced.push([...external]),
      logger: silent,
      routes: async () => [{ local: '127.0.0.1', gateway: '127.0.0.1' }],
      protocols,
    });
  }

  it('falls back from one protocol to the next, announces, and takes back at the end', async () => {
    const gateway = await made(FakeGateway.natPmp());
    const announced: Endpoint[][] = [];
    const keeper = mapper(gateway, announced);
    await expect.poll(() => announced).toEqual([[{ address: '44.1.2.3', port: 40_000 }]]);
    keeper.refresh(); // nothing is due: the gateway is not asked again
    await keeper.close();
    expect(gateway.asked).toEqual([
      { port: 9993, lifetime: 7200 },
      { port: 9993, lifetime: 0 },
    ]);
  });

  it('forgets a mapping with the address it was for', async () => {
    const gateway = await made(FakeGateway.natPmp());
    const announced: Endpoint[][] = [];
    const bound = [local];
    const keeper = mapper(gateway, announced, bound);
    await expect.poll(() => announced.length).toBe(1);
    bound.splice(0, 1, { address: '127.0.0.2', port: 9993 });
    keeper.notice([{ type: 'NODE_ONLINE' } as never]);
    await expect.poll(() => announced.at(-1)).toEqual([]);
    await keeper.close();
  });

  it('does not ask a gateway that refused again whenever others see us elsewhere', async () => {
    let asked = 0;
    const refuses: MappingProtocol = async () => {
      asked += 1;
      throw new Error('no');
    };
    const routes = async () => [{ local: '127.0.0.1', gateway: '127.0.0.1' }];
    const announce = () => undefined;
    const keeper = new PortMapper({
      port: 9993,
      bound: () => [local],
      announce,
      logger: silent,
      routes,
      protocols: [refuses],
    });
    await expect.poll(() => asked).toBe(1);
    for (let i = 0; i < 5; i++) {
      keeper.notice([{ type: 'SURFACE_CHANGED' } as never]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(asked).toBe(1);
    keeper.notice([{ type: 'NODE_ONLINE' } as never]);
    await expect.poll(() => asked).toBe(2);
    await keeper.close();
  });

  it('ends at once while a gateway is silent', async () => {
    const gateway = await made(FakeGateway.natPmp());
    gateway.deaf = 1000;
    const keeper = mapper(gateway, []);
    const start = performance.now();
    await keeper.close();
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('belongs to a node that is told to have one, on a port of its own', async () => {
    const { start, world } = lab();
    const logger = { ...silent };
    const node = await start({ portMapping: true, bind: [{ address: '127.0.0.1', port: 7 }], logger });
    await node.close();
    await expect(start({ portMapping: 1 } as never)).rejects.toThrow(/"portMapping" must be a boolean/);
    expect(world.created).toBe(1);
  });
});
