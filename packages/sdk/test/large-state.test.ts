/** The state of a node that knows thousands: all of it comes back, and what cannot is told. */
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Event, type NodeAddress, type NodeEvent } from '@ztkit/types';
import { afterEach, expect, it } from 'vitest';
import { createNode, fileStore, memoryStore, type NodeOptions } from '../src/index.js';
import { FakeWorld, fakePeerRecord, fakePlanet } from './fake-engine.js';

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

const addressOf = (index: number) => (0x1000000000 + index).toString(16) as NodeAddress;
const peerFile = (index: number) => `peers.d/${addressOf(index)}.peer`;

function peers(count: number): Record<string, Uint8Array> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [peerFile(index), fakePeerRecord(addressOf(index), 1)]),
  );
}

/** Starts a node on the fake engine: what the engine was given, and what was left out. */
async function start(options: NodeOptions) {
  const world = new FakeWorld();
  const leftOut: string[] = [];
  const onEvent = (event: NodeEvent): void => {
    if (event.type === 'WARNING' && event.kind === 'STATE_LEFT_OUT') leftOut.push(event.detail);
  };
  const logger = { ...console, warn: () => undefined };
  const node = await createNode({ engine: world.engine(), planet: fakePlanet, logger, onEvent, ...options });
  await new Promise((resolve) => setTimeout(resolve, 10));
  const [engine] = world.nodes;
  if (engine === undefined) throw new Error('no node was made');
  return { node, engine, given: engine.options, leftOut };
}

it('takes all peers that it has room for, and says what it left out', async () => {
  const all = await start({ store: memoryStore(peers(3000)) });
  expect(all.given.cachedPeers).toHaveLength(3000);
  expect(all.given.cachedPeers?.[2999]).toEqual(fakePeerRecord(addressOf(2999), 1));
  expect(all.leftOut).toEqual([]);
  await all.node.close();
  const some = await start({ store: memoryStore(peers(70)), maxPeers: 64 });
  expect(some.given.cachedPeers).toHaveLength(64);
  expect(some.leftOut).toEqual([expect.stringContaining('6 cached peers')]);
  await some.node.close();
});

it('takes those first that were written last', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ztkit-peers-'));
  directories.push(directory);
  const store = fileStore(directory);
  for (const [name, record] of Object.entries(peers(66))) await store.put(name, record);
  const old = Date.now() / 1000 - 3600;
  for (const index of [0, 65]) await utimes(join(directory, peerFile(index)), old, old);
  const { node, given } = await start({ store, maxPeers: 64 });
  const found = new Set(given.cachedPeers?.map((record) => Buffer.from(record.subarray(1, 6)).toString('hex')));
  expect([0, 1, 64, 65].map((index) => found.has(addressOf(index)))).toEqual([false, true, true, false]);
  await node.close();
});

it('joins all networks again, as many as a node can, and says what it left out', async () => {
  const names = Array.from(
    { length: 1030 },
    (_, index) => `networks.d/${(0x1000 + index).toString(16).padStart(16, 'a')}`,
  );
  const joined = Object.fromEntries(names.map((name) => [`${name}.conf`, new Uint8Array([0x0a])]));
  const { node, given, leftOut } = await start({ store: memoryStore(joined) });
  expect(given.cachedNetworks).toHaveLength(1024);
  expect(leftOut).toEqual([expect.stringContaining('6 joined networks')]);
  await node.close();
});

it('keeps the records of all peers of a large root when it ends', async () => {
  const store = memoryStore();
  const { node, engine } = await start({ store, maxPeers: 100_000 });
  for (let index = 0; index < 70_000; index++) {
    const data = fakePeerRecord(addressOf(index), 1);
    engine.emit({ type: 'STORE_PEER', code: Event.STORE_PEER, peer: addressOf(index), data });
  }
  await node.close();
  const kept = new Set(await store.list('peers.d'));
  expect(Array.from({ length: 70_000 }, (_, index) => kept.has(peerFile(index)))).not.toContain(false);
});
