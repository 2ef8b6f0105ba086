/** What a port mapper does when the network changes around it: gateways that restart or get another address, and a node that moves. */
import type { Endpoint, NodeEvent } from '@ztkit/types';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MappingProtocol } from '../src/port-mapping/mapping-protocol.js';
import { mapByNatPmp } from '../src/port-mapping/nat-pmp.js';
import { mapByPcp } from '../src/port-mapping/pcp.js';
import { PortMapper } from '../src/port-mapping/port-mapper.js';
import { mapByUpnp } from '../src/port-mapping/upnp.js';
import { FakeGateway } from './fake-gateway.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const online = [{ type: 'NODE_ONLINE' }] as unknown as NodeEvent[];
const surface = [{ type: 'SURFACE_CHANGED' }] as unknown as NodeEvent[];
const elsewhere = [44, 9, 9, 9];

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  vi.useRealTimers();
});

/** A mapper of port 9993 of `bound` at one gateway, and what it announced. */
async function mapperAt(making: Promise<FakeGateway>, map: (gateway: FakeGateway) => MappingProtocol, ports = [9993]) {
  const gateway = await making;
  ends.push(() => gateway.close());
  const bound: Endpoint[] = ports.map((port) => ({ address: '127.0.0.1', port }));
  const announced: Endpoint[][] = [];
  const mapper = new PortMapper({
    port: 9993,
    bound: () => bound,
    announce: (external) => announced.push([...external]),
    logger: silent,
    routes: async () => [{ local: '127.0.0.1', gateway: '127.0.0.1' }],
    protocols: [map(gateway)],
  });
  ends.push(() => mapper.close());
  await expect.poll(() => announced.at(-1)?.[0]?.address).toBe('44.1.2.3');
  return { gateway, bound, announced, mapper };
}

/** The mapper's clock goes on; sockets and timers keep the real one. */
function later(ms: number): void {
  const to = Date.now() + ms;
  vi.useFakeTimers({ toFake: ['Date'], now: to });
}

const natPmp =
  (gateway: FakeGateway): MappingProtocol =>
  (request) =>
    mapByNatPmp(request, gateway.port);
const pcp =
  (gateway: FakeGateway): MappingProtocol =>
  (request) =>
    mapByPcp(request, gateway.port);
const upnp =
  (gateway: FakeGateway): MappingProtocol =>
  (request) =>
    mapByUpnp(request, gateway.port);

describe.each([
  ['NAT-PMP', () => FakeGateway.natPmp(), natPmp],
  ['PCP', () => FakeGateway.pcp(), pcp],
  ['UPnP', () => FakeGateway.upnp(), upnp],
  ['UPnP without leases', () => FakeGateway.upnp({ leases: false }), upnp],
] as const)('a mapping held by %s', (_, make, map) => {
  it.each([
    ['the node comes online', online],
    ['others see the node elsewhere', surface],
  ])('is asked for again when %s: a new address of the gateway is announced', async (__, events) => {
    const { gateway, announced, mapper } = await mapperAt(make(), map);
    gateway.external = elsewhere;
    later(60_000);
    mapper.notice(events);
    await expect.poll(() => announced.at(-1)?.[0]?.address).toBe('44.9.9.9');
  });

  it('is made again at a gateway that restarted and forgot it', async () => {
    const { gateway, mapper } = await mapperAt(make(), map);
    gateway.reboot();
    later(60_000);
    mapper.notice(online);
    await expect.poll(() => gateway.mapped.has(9993)).toBe(true);
  });

  it('is removed when the port is no longer bound', async () => {
    const { gateway, bound, announced, mapper } = await mapperAt(make(), map);
    bound.splice(0, 1, { address: '127.0.0.1', port: 9994 });
    mapper.notice(online);
    await expect.poll(() => [...gateway.mapped.keys()]).toEqual([9994]);
    await expect.poll(() => announced.at(-1)).toHaveLength(1);
  });
});

describe('a port mapper', () => {
  it('does not ask more often than every ten seconds, and does ask when these are over', async () => {
    let asked = 0;
    const counted = (gateway: FakeGateway): MappingProtocol => {
      return (request) => {
        asked += 1;
        return mapByNatPmp(request, gateway.port);
      };
    };
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { gateway, announced, mapper } = await mapperAt(FakeGateway.natPmp(), counted);
    gateway.external = elsewhere;
    for (let i = 0; i < 5; i++) {
      mapper.notice(surface);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    await expect.poll(() => announced.at(-1)?.[0]?.address).toBe('44.9.9.9');
    expect(asked).toBe(2);
  });

  it.each([
    ['NAT-PMP', () => FakeGateway.natPmp(), natPmp],
    ['PCP', () => FakeGateway.pcp(), pcp],
  ] as const)('asks for all mappings of a gateway whose %s epoch says it restarted', async (_, make, map) => {
    const gateway = await make();
    ends.push(() => gateway.close());
    const locals = ['127.0.0.1', '127.0.0.2'];
    const asked: string[] = [];
    const by = map(gateway);
    const mapper = new PortMapper({
      port: 9993,
      bound: () => [{ address: '0.0.0.0', port: 9993 }],
      announce: () => undefined,
      logger: silent,
      routes: async () => locals.map((local) => ({ local, gateway: '127.0.0.1' })),
      protocols: [
        async (request) => {
          asked.push(request.local.address);
          return { ...(await by(request)), lifetime: request.local.address === locals[0] ? 200 : 7_200 };
        },
      ],
    });
    ends.push(() => mapper.close());
    await expect.poll(() => asked).toEqual(locals);
    later(101_000); // the first is due, the second not for a long time
    gateway.epoch += 98; // not exactly in step with our clock
    mapper.refresh();
    await expect.poll(() => asked).toEqual([...locals, locals[0]]);
    later(101_000);
    gateway.reboot();
    mapper.refresh();
    await expect.poll(() => asked).toEqual([...locals, locals[0], ...locals]);
  });

  it('takes back at the end what a gateway that fell silent still holds', async () => {
    const { gateway, announced, mapper } = await mapperAt(FakeGateway.upnp({ leases: false }), upnp);
    gateway.external = elsewhere;
    gateway.deaf = 1000; // to the search, not to HTTP
    later(4_000_000);
    mapper.refresh();
    await expect.poll(() => announced.at(-1), { timeout: 12_000 }).toEqual([]);
    await mapper.close();
    expect(gateway.mapped.size).toBe(0);
  }, 20_000);
});

it('a gateway that stopped mapping is asked again, ever more seldom, also after its mapping ended', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  let asked = 0;
  let works = true;
  const announced: number[] = [];
  const protocol: MappingProtocol = async ({ local }) => {
    asked++;
    if (!works) throw new Error('not authorized');
    const external = { address: '44.1.2.3', port: local.port };
    return { external, lifetime: 7200, epoch: undefined, remove: async () => {} };
  };
  const mapper = new PortMapper({
    port: 9993,
    bound: () => [{ address: '127.0.0.1', port: 9993 }],
    announce: (external) => announced.push(external.length),
    logger: silent,
    routes: async () => [{ local: '127.0.0.1', gateway: '127.0.0.9' }],
    protocols: [protocol],
  });
  ends.push(() => mapper.close());
  const after = async (seconds: number) => {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return [asked, announced.at(-1)];
  };
  expect(await after(0)).toEqual([1, 1]);
  works = false;
  expect(await after(3599)).toEqual([1, 1]);
  expect(await after(1)).toEqual([2, 0]); // half its time: to be renewed
  expect(await after(60)).toEqual([3, 0]);
  expect(await after(599)).toEqual([3, 0]);
  expect(await after(1)).toEqual([4, 0]);
  works = true;
  expect(await after(600)).toEqual([5, 1]);
  works = false;
  expect(await after(7200)).toEqual([12, 0]); // after 3,600 s, 60 s, then every 600 s
  expect(await after(60)).toEqual([13, 0]); // the gateway has forgotten it by now
  expect(await after(599)).toEqual([13, 0]);
  works = true;
  expect(await after(1)).toEqual([14, 1]);
});

/** Two ways out to one gateway, which keeps a clock of its own for each of its clients (RFC 6887 §8.5). */
it('a gateway whose clients have different epochs is asked once for each of them', async () => {
  let asked = 0;
  const protocol: MappingProtocol = async ({ local }) => {
    asked++;
    const seconds = Math.floor(Date.now() / 1000) + (local.address === '127.0.0.1' ? 0 : -5_000_000);
    return {
      external: { address: '44.1.2.3', port: local.port },
      lifetime: 7200,
      epoch: { protocol: 'PCP', seconds, at: Date.now() },
      remove: async () => {},
    };
  };
  const mapper = new PortMapper({
    port: 9993,
    bound: () => ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, port: 9993 })),
    announce: () => {},
    logger: silent,
    routes: async () => ['127.0.0.1', '127.0.0.2'].map((local) => ({ local, gateway: '127.0.0.9' })),
    protocols: [protocol],
  });
  ends.push(() => mapper.close());
  await new Promise((done) => setTimeout(done, 300));
  expect(asked).toBe(2);
});
