/**
 * The 25 recorded configurations once more, with real nodes of both engines: the recorded controller's identity, our
 * records and decisions, our encoding and signatures; the members parse what they get and store it. It must be what
 * the recorded members got, byte for byte: keys, order, certificates, signatures.
 */
import { createNode, createPrivateWorld, generateIdentity, memoryStore, type Node, publicIdentity } from '@ztkit/sdk';
import type { IssuedConfig } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, configs, controllerSecret, type Recorded } from './recorded-networks.js';

const bind = [{ address: '127.0.0.1', port: 0 }];
const stored = new Map<string, () => Promise<Uint8Array | undefined>>();

/** Those of one member and network, in the order of their timestamps: the first answers its request, the others are pushed. */
const series = [...new Set(configs.map(({ to, nwid }) => `${to} ${nwid}`))].map((key) => ({
  key,
  recorded: configs
    .filter(({ to, nwid }) => `${to} ${nwid}` === key)
    .sort((a, b) => ((a.dictionaryFields.ts ?? '') < (b.dictionaryFields.ts ?? '') ? -1 : 1)),
}));

/** Waits until the member has stored what was recorded; at the end the difference is shown. */
async function isStored(node: Node, { nwid, dictionary }: Recorded): Promise<void> {
  const read = async () => Buffer.from((await stored.get(`${node.address} ${nwid}`)?.()) ?? []).toString('latin1');
  const expected = Buffer.from(dictionary, 'hex').toString('latin1');
  const end = performance.now() + 50_000; // a busy machine, or a push that was lost
  while (performance.now() < end && (await read()) !== expected) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(await read()).toBe(expected);
}

describe.each(['native', 'wasm'] as const)('members on %s', (engine) => {
  const nodes: Node[] = [];
  const granted = new Map<string, IssuedConfig>();
  let controller: Node;
  let planet: Uint8Array;

  async function node(identity: string, store = memoryStore()): Promise<Node> {
    const made = await createNode({ engine, identity, planet, store, bind, allowLoopbackPaths: true });
    nodes.push(made);
    return made;
  }

  beforeAll(async () => {
    const root = await generateIdentity({ engine });
    const world = (port: number) =>
      createPrivateWorld(
        { roots: [{ identity: publicIdentity(root), endpoints: [{ address: '127.0.0.1', port }] }] },
        { engine },
      );
    // The root must know its port before its planet is made: a first node finds a free one.
    const first = await createNode({ engine, identity: root, planet: await world(9), bind });
    const port = first.info().bound[0]?.port ?? 0;
    await first.close();
    planet = await world(port);
    const local = [{ address: '127.0.0.1', port }];
    nodes.push(await createNode({ engine, identity: root, planet, bind: local, allowLoopbackPaths: true }));
    controller = await node(controllerSecret);
    controller.controller.enable(({ member, networkId, requestId }) => {
      const config = granted.get(`${member} ${networkId}`);
      if (config !== undefined) controller.controller.grant(member, requestId, config);
    });
    for (const secret of new Set(configs.map(({ recipientSecret }) => recipientSecret))) {
      const store = memoryStore();
      const { address } = await node(secret, store);
      for (const { nwid } of configs) stored.set(`${address} ${nwid}`, () => store.get(`networks.d/${nwid}.conf`));
    }
    await Promise.all(nodes.slice(1).map((each) => each.whenOnline({ timeoutMs: 20_000 })));
  }, 120_000);

  afterAll(() => Promise.all(nodes.map((each) => each.close())));

  it.each(series)('store what was recorded: $key', { timeout: 60_000 }, async ({ key, recorded }) => {
    const member = nodes.find(({ address }) => address === recorded[0]?.to);
    if (member === undefined) throw new Error(`no node for ${key}`);
    for (const [index, each] of recorded.entries()) {
      const { config } = build(each);
      granted.set(key, config);
      if (index === 0) member.join(each.nwid);
      else controller.controller.grant(member.address, 0n, config);
      await isStored(member, each);
    }
  });

  it('have been given all 25', () => expect(series.flatMap(({ recorded }) => recorded)).toHaveLength(25));
});
