/**
 * A home directory with an identity, a planet and a configuration made by the reference implementation, under real engines:
 * they take it as it is, leave it as it is, and what is damaged is set aside. Needs both engines built. Sends nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeEvent } from '@ztkit/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNode, fileStore } from '../src/index.js';

const vector = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../core/vectors/${name}`, import.meta.url), 'utf8'));

let home: string;
let conf: string;
let dictionary: Buffer;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-real-'));
  const [{ recipientSecret, nwid, complete, dictionary: hex }] = (await vector('g-netconfigs.json')).configs;
  expect(complete).toBe(true);
  dictionary = Buffer.from(hex, 'hex');
  conf = join(home, 'networks.d', `${nwid}.conf`);
  const worlds = await vector('e-worlds.json');
  await mkdir(join(home, 'networks.d'));
  await mkdir(join(home, 'peers.d'));
  await writeFile(join(home, 'identity.secret'), recipientSecret, { mode: 0o600 });
  await writeFile(join(home, 'identity.public'), recipientSecret.split(':').slice(0, 3).join(':'));
  await writeFile(join(home, 'planet'), Buffer.from(worlds.worlds[0].serialized, 'hex'));
  await writeFile(conf, dictionary);
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe.each(['native', 'wasm'] as const)('a real home under %s', (engine) => {
  /** Runs a node for a moment; every endpoint is refused, so not one packet leaves. */
  const run = async () => {
    const events: NodeEvent[] = [];
    const node = await createNode({
      engine,
      store: fileStore(home),
      bind: [{ address: '127.0.0.1', port: 0 }],
      blacklist: ['0.0.0.0/0', '::/0'],
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onEvent: (event) => events.push(event),
    });
    await node.once('NODE_CONNECTIVITY', { signal: AbortSignal.timeout(10_000) });
    expect(node.diagnose().reasons.map(({ reason }) => reason)).toEqual(['ROOT_PATHS_REFUSED']);
    const networks = node.networks;
    await node.close();
    return { networks, warned: events.flatMap((e) => (e.type === 'WARNING' ? [`${e.kind} ${e.detail}`] : [])) };
  };
  const files = async () => {
    const names = ['identity.secret', 'identity.public', 'planet'];
    return Promise.all(names.map((name) => readFile(join(home, name), 'hex')));
  };

  it('is taken and left as it is', async () => {
    const before = await files();
    const { networks, warned } = await run();
    expect(networks.map(({ id }) => `${id}.conf`)).toEqual(await readdir(join(home, 'networks.d')));
    expect(networks[0]?.info.config?.addresses.length).toBeGreaterThan(0);
    expect(warned.filter((text) => text.startsWith('STATE'))).toEqual([]);
    expect(await files()).toEqual(before);
    const after = await readFile(conf, 'latin1');
    for (const line of dictionary.toString('latin1').split('\n')) expect(after).toContain(line);
  });

  it('with a configuration cut in the middle starts, asks again, and keeps the damaged one', async () => {
    await writeFile(conf, dictionary.subarray(0, 60));
    const { networks, warned } = await run();
    expect(networks).toHaveLength(1);
    const aside = (await readdir(join(home, 'networks.d'))).filter((name) => name.includes('.corrupt-'));
    expect(aside).toHaveLength(1);
    expect(await readFile(join(home, 'networks.d', aside[0] ?? ''))).toEqual(dictionary.subarray(0, 60));
    expect(warned.filter((text) => text.startsWith('STATE_SET_ASIDE'))).toHaveLength(1);
  });

  it('opens after the node was killed again and again while it stored', async () => {
    const sdk = new URL('../dist/index.js', import.meta.url).href;
    const script = `
      import { createNode, fileStore } from ${JSON.stringify(sdk)};
      const node = await createNode({ engine: ${JSON.stringify(engine)}, store: fileStore(${JSON.stringify(home)}),
        bind: [{ address: '127.0.0.1', port: 0 }], blacklist: ['0.0.0.0/0', '::/0'] });
      console.log('up');
      for (let i = 0; ; i++) {
        node.join('8056c2e21c' + (1 + i % 8).toString(16).padStart(6, '0'));
        if (i % 3 === 0) await node.networks.at(-1)?.leave();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`;
    const secret = await readFile(join(home, 'identity.secret'), 'utf8');
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 300));
      child.kill('SIGKILL');
      await once(child, 'close');
      const { warned } = await run();
      expect(warned.filter((text) => text.startsWith('STATE'))).toEqual([]);
      expect(await readFile(join(home, 'identity.secret'), 'utf8')).toBe(secret);
      const left = (await readdir(home, { recursive: true })).filter((name) => /tmp|draft|lock|corrupt/.test(name));
      expect(left).toEqual([]);
    }
  }, 60_000);
});
