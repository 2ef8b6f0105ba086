/** The SDK on the real engines: a private world with root, controller and members, in one process. */

import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ControllerRequest,
  createNode,
  createPrivateWorld,
  type Endpoint,
  fileStore,
  generateIdentity,
  type Network,
  type Node,
  type NodeOptions,
  parseNetworkId,
  publicIdentity,
  sixPlaneAddress,
} from '../src/index.js';
import { pattern, readAll } from './lab.js';

async function freeEndpoint(): Promise<Endpoint> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return { address: '127.0.0.1', port };
}

/** Admits everybody to 10.9.0.0/24, in order of arrival. */
function admitAll(node: Node): void {
  const members: string[] = [];
  node.controller.enable(({ member, networkId, requestId }: ControllerRequest) => {
    if (!members.includes(member)) members.push(member);
    node.controller.grant(member, requestId, {
      network: networkId,
      member,
      timestamp: BigInt(Date.now()),
      credentialTimeMaxDelta: 1_800_000n,
      revision: 1n,
      flags: 6,
      multicastLimit: 32,
      type: 'public',
      name: 'world',
      mtu: 2800,
      includeCom: true,
      specialists: [],
      routes: [{ target: { address: '10.9.0.0', bits: 24 } }],
      addresses: [
        { address: `10.9.0.${members.indexOf(member) + 1}`, bits: 24 },
        { address: sixPlaneAddress(networkId, member), bits: 40 },
      ],
      rules: { count: 1, bytes: Uint8Array.of(1, 0) },
      capabilities: [],
      tags: [],
    });
  });
}

describe.each(['native', 'wasm'] as const)('a private world on the %s engine', (engine) => {
  const nodes: Node[] = [];
  let planet: Uint8Array;
  let networkId: string;
  let home: string;
  const start = async (options: NodeOptions = {}) => {
    const bind = options.bind ?? [{ address: '127.0.0.1', port: 0 }];
    const node = await createNode({ engine, planet, allowLoopbackPaths: true, bind, ...options });
    nodes.push(node);
    return node;
  };
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'ztkit-world-'));
    const identity = await generateIdentity({ engine });
    const endpoint = await freeEndpoint();
    planet = await createPrivateWorld(
      { roots: [{ identity: publicIdentity(identity), endpoints: [endpoint] }] },
      { engine },
    );
    await start({ identity, bind: [endpoint] });
    const authority = await start();
    admitAll(authority);
    networkId = parseNetworkId(`${authority.address}000001`);
  }, 60_000);
  afterAll(async () => {
    for (const node of nodes.reverse()) await node.close();
    await rm(home, { recursive: true, force: true });
  });
  const signal = () => AbortSignal.timeout(20_000);
  const ready = async (node: Node): Promise<Network> => node.join(networkId).ready({ signal: signal() });

  it('connects, echoes, pings and sends datagrams over streams and promises', async () => {
    const [a, b] = [await start(), await start()];
    await Promise.all([a, b].map((node) => node.whenOnline({ signal: signal() })));
    const [here, there] = [await ready(a), await ready(b)];
    const listener = await there.listen({ port: 80 });
    const serving = (async () => {
      for await (const connection of listener) await connection.readable.pipeTo(connection.writable);
    })();
    for (const { address } of there.addresses) {
      const connection = await here.connect({ address, port: 80, noDelay: true, signal: signal() });
      const data = pattern(3_000_001);
      const [echo] = await Promise.all([
        readAll(connection.readable),
        (async () => {
          const writer = connection.writable.getWriter();
          await writer.write(data);
          await writer.close();
        })(),
      ]);
      expect(Buffer.compare(echo, data)).toBe(0);
      await connection.closed;
      expect((await here.ping(address)).rttMs).toBeLessThan(2000);
    }
    listener.close();
    await serving;
    const address = there.addresses[0]?.address ?? '';
    await expect(here.connect({ address, port: 80 })).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_REFUSED' });
    const socket = await there.udp({ port: 53 });
    const sender = await here.udp();
    sender.send(new Uint8Array([1, 2]), { address, port: 53 });
    expect([...(await socket.receive({ signal: signal() })).data]).toEqual([1, 2]);
    expect(a.diagnose()).toMatchObject({ online: true, roots: [{ role: 'PLANET' }] });
    expect(a.peer(b.address)?.paths.length).toBeGreaterThan(0);
  });

  it('captures a conversation to a file', async () => {
    const [a, b] = [await start(), await start()];
    const [here, there] = [await ready(a), await ready(b)];
    const address = there.addresses[0]?.address ?? '';
    await here.ping(address);
    const path = join(home, 'conversation.pcapng');
    const capture = await a.capture(path, { filter: `icmp host ${address}`, points: 'both' });
    await here.ping(address, { payloadSize: 333 });
    await capture.stop();
    const file = await readFile(path);
    expect(file.readUInt32LE(0)).toBe(0x0a0d0d0a);
    // Two frames of Ethernet, IP and ICMP header and payload: captured and original length.
    const lengths = Buffer.alloc(8);
    for (const at of [0, 4]) lengths.writeUInt32LE(14 + 20 + 8 + 333, at);
    const first = file.indexOf(lengths);
    expect(first).toBeGreaterThan(0);
    expect(file.indexOf(lengths, first + 1)).toBeGreaterThan(first);
    expect(file.indexOf(lengths, file.indexOf(lengths, first + 1) + 1)).toBe(-1);
    expect([capture.packets, capture.dropped]).toEqual([2, 0]);
  });

  it('keeps its address and its networks in a directory', async () => {
    const first = await start({ store: fileStore(home) });
    const before = (await ready(first)).addresses;
    await first.close();
    const second = await start({ store: fileStore(home) });
    expect(second.address).toBe(first.address);
    const [network] = second.networks;
    expect((await network?.ready({ signal: signal() }))?.addresses).toEqual(before);
    await network?.leave();
    await second.close();
    expect(await fileStore(home).list('networks.d')).toEqual([]);
  });

  it('can be closed while everything is under way', async () => {
    // A world whose root is not there: an engine that runs beside us must not bring any of it to its end first.
    const identity = await generateIdentity({ engine });
    const roots = [{ identity: publicIdentity(identity), endpoints: [await freeEndpoint()] }];
    const node = await start({ planet: await createPrivateWorld({ roots }, { engine }) });
    const network = node.join(networkId);
    const waits = [network.ready(), node.whenOnline(), node.once('NODE_FATAL_ERROR')];
    const outcomes = Promise.allSettled(waits);
    await node.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_ZT_CLOSED' } });
    }
  });

  it('refuses a port that is in use', async () => {
    const [node] = nodes;
    const bind = [...(node?.info().bound ?? [])];
    await expect(start({ bind })).rejects.toMatchObject({ code: 'ERR_ZT_ADDRESS_IN_USE' });
  });
});

it('makes two nodes of different engines meet', async () => {
  const identity = await generateIdentity();
  const endpoint = await freeEndpoint();
  const planet = await createPrivateWorld({ roots: [{ identity, endpoints: [endpoint] }] });
  const common = { planet, allowLoopbackPaths: true };
  await using root = await createNode({ ...common, identity, bind: [endpoint] });
  expect(root.engine).toBe('native');
  admitAll(root);
  const bind = [{ address: '127.0.0.1', port: 0 }];
  await using a = await createNode({ ...common, engine: 'native', bind });
  await using b = await createNode({ ...common, engine: 'wasm', bind });
  const networkId = `${root.address}000001`;
  const [here, there] = await Promise.all([a, b].map((node) => node.join(networkId).ready()));
  const address = there?.addresses[0]?.address ?? '';
  expect((await here?.ping(address))?.address).toBe(address);
});
