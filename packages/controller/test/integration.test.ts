/**
 * A private world on loopback: a root, a controller with its REST API, two members. Real nodes, real packets. The engine is
 * `ZTKIT_TEST_ENGINE` (default: native).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNode, createPrivateWorld, generateIdentity, type Node, publicIdentity } from '@ztkit/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../src/cli/api-client.js';
import { type RunningController, start } from '../src/cli/start.js';
import { isObject, type Json, type JsonObject } from '../src/domain/json.js';

const engine = process.env.ZTKIT_TEST_ENGINE === 'wasm' ? 'wasm' : 'native';
const loopback = [{ address: '127.0.0.1', port: 0 }];

let home: string;
let root: Node;
let running: RunningController;
let api: ApiClient;
let alice: Node;
let bob: Node;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-controller-'));
  const identity = await generateIdentity({ engine });
  // The root must know its port before its planet is made: a first node finds a free one.
  const probe = await createNode({ engine, identity, planet: await planetAt(identity, 9), bind: loopback });
  const port = probe.info().bound[0]?.port ?? 0;
  await probe.close();
  const planet = await planetAt(identity, port);
  root = await createNode({
    engine,
    identity,
    planet,
    bind: [{ address: '127.0.0.1', port }],
    allowLoopbackPaths: true,
  });

  await writeFile(join(home, 'my.planet'), planet);
  running = await start({
    home: join(home, 'controller'),
    planet: join(home, 'my.planet'),
    port: 0,
    bind: ['127.0.0.1'],
    http: { address: '127.0.0.1', port: 0 },
    allowLoopback: true,
    allowManagementFrom: [],
    logLevel: 'warn',
    engine,
  });
  api = await ApiClient.open({ home: join(home, 'controller') });
  [alice, bob] = await Promise.all([
    createNode({ engine, planet, bind: loopback, allowLoopbackPaths: true }),
    createNode({ engine, planet, bind: loopback, allowLoopbackPaths: true }),
  ]);
  await Promise.all([running.node, alice, bob].map((node) => node.whenOnline({ timeoutMs: 20_000 })));
}, 120_000);

afterAll(async () => {
  await Promise.all([alice?.close(), bob?.close()]);
  await running?.close();
  await root?.close();
  await rm(home, { recursive: true, force: true });
});

function planetAt(identity: string, port: number): Promise<Uint8Array> {
  const endpoints = [{ address: '127.0.0.1', port }];
  return createPrivateWorld({ roots: [{ identity: publicIdentity(identity), endpoints }] }, { engine });
}

async function object(answer: Promise<Json>): Promise<JsonObject> {
  const value = await answer;
  if (!isObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}

/** Waits until `check` holds; fails with what it last saw. */
async function eventually<T>(read: () => T, check: (value: T) => boolean, timeoutMs: number): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = read();
    if (check(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a private network', () => {
  let path: string;

  it('denies, then gives addresses once authorised through the REST API', async () => {
    const made = await object(
      api.call('POST', '/controller/network', {
        name: 'integration',
        v4AssignMode: { zt: true },
        v6AssignMode: { rfc4193: true, '6plane': true },
        routes: [{ target: '10.77.0.0/16' }],
        ipAssignmentPools: [{ ipRangeStart: '10.77.0.1', ipRangeEnd: '10.77.255.254' }],
      }),
    );
    const id = String(made.id);
    path = `/controller/network/${id}`;
    const networks = [alice.join(id), bob.join(id)] as const;
    for (const network of networks) {
      await eventually(
        () => network.info.status,
        (status) => status === 'ACCESS_DENIED',
        20_000,
      );
    }
    const members = await object(api.call('GET', `${path}/member`));
    expect(Object.keys(members)).toEqual([alice.address, bob.address].sort());

    for (const node of [alice, bob]) await api.call('POST', `${path}/member/${node.address}`, { authorized: true });
    for (const [index, network] of networks.entries()) {
      await network.ready({ waitForAuthorization: true, signal: AbortSignal.timeout(30_000) });
      const node = index === 0 ? alice : bob;
      const member = await object(api.call('GET', `${path}/member/${node.address}`));
      const assigned = member.ipAssignments;
      const [ipv4] = Array.isArray(assigned) ? assigned : [];
      const addresses = (network.info.config?.addresses ?? []).map(({ address, bits }) => `${address}/${bits}`);
      expect(addresses).toHaveLength(3);
      expect(addresses[0]).toMatch(/^fd.*9993.*\/88$|^fd.*\/88$/);
      expect(addresses[1]).toMatch(/^fc.*::1\/40$/);
      expect(addresses[2]).toBe(`${String(ipv4)}/16`);
      expect(network.info.config).toMatchObject({ name: 'integration', type: 'private' });
    }
  }, 90_000);

  it('carries data between its members', async () => {
    const [from, to] = [alice.networks[0], bob.networks[0]];
    const target = to?.info.config?.addresses[2]?.address ?? '';
    const reply = await from?.ping(target, { timeoutMs: 15_000 });
    expect(reply?.rttMs).toBeGreaterThanOrEqual(0);
  }, 30_000);

  it('pushes a change to its members', async () => {
    await api.call('POST', path, { name: 'renamed' });
    for (const node of [alice, bob]) {
      await eventually(
        () => node.networks[0]?.info.config?.name,
        (name) => name === 'renamed',
        10_000,
      );
    }
  }, 30_000);

  it('cuts off a member that is deauthorised', async () => {
    const target = bob.networks[0]?.info.config?.addresses[2]?.address ?? '';
    await api.call('POST', `${path}/member/${bob.address}`, { authorized: false });
    await expect(
      (async () => {
        // The revocation needs a moment to reach Alice; after that no ping may come back.
        for (let tries = 0; tries < 20; tries += 1) await alice.networks[0]?.ping(target, { timeoutMs: 1500 });
      })(),
    ).rejects.toThrow();
    await expect(alice.networks[0]?.ping(target, { timeoutMs: 2000 })).rejects.toThrow();
  }, 60_000);

  it('is there again after a restart of the controller', async () => {
    const before = running.controller.networks();
    await running.close();
    running = await start({
      home: join(home, 'controller'),
      port: 0,
      bind: ['127.0.0.1'],
      http: { address: '127.0.0.1', port: 0 },
      allowLoopback: true,
      allowManagementFrom: [],
      logLevel: 'warn',
      engine,
    });
    expect(running.controller.networks()).toEqual(before);
    expect(running.controller.member(String(before[0]?.id), alice.address)?.authorized).toBe(true);
    await running.node.whenOnline({ timeoutMs: 20_000 });
  }, 60_000);
});
