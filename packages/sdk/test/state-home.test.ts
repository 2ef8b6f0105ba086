/** A home directory of an existing installation, made from the reference implementation's data, opens and stays as it is. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type NetworkId, type NodeEvent, ZtError } from '@ztkit/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore, memoryStore, type Node } from '../src/index.js';
import { type FakeNode, fakePeerRecord, fakePlanet } from './fake-engine.js';
import { lab } from './lab.js';

const vectors = new URL('../../core/vectors/', import.meta.url);
const vector = async (name: string) => JSON.parse(await readFile(new URL(name, vectors), 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');

const network = '8056c2e21c000001';
const peer = '0123456789';
let home: string;
let secret: string;

async function put(name: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(home, name)), { recursive: true });
  await writeFile(join(home, name), content, { mode });
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-home-'));
  const [identity] = (await vector('a-identities.json')).identities;
  const worlds = await vector('e-worlds.json');
  secret = identity.secret;
  await put('identity.secret', secret, 0o600);
  await put('identity.public', identity.public);
  await put('planet', hex(worlds.worlds[0].serialized));
  await put('moons.d/000000db5e67fe7f.moon', hex(worlds.idtoolMoon.file));
  await put(`peers.d/${peer}.peer`, fakePeerRecord(peer, 2));
  await put(`networks.d/${network}.conf`, `nwid=${network}\nts=18bcfe56800\nn=office\n`);
  await put(`networks.d/${network}.local.conf`, 'allowManaged=1\nallowGlobal=0\nallowDefault=0\nallowDNS=0\n');
  await put('networks.d/9056c2e21c000001.conf', '\n');
  await put('local.conf', '{"settings":{"primaryPort":9994}}');
  await put('authtoken.secret', 'abcdefghijklmnopqrstuvwx', 0o600);
  await put('metricstoken.secret', 'abcdefghijklmnopqrstuvwx', 0o600);
  await put('zerotier-one.port', '9993');
  await put('metrics.prom', '# nothing\n');
  await put('trustedpaths', '1=10.0.0.0/8\n');
  await put('controller.d/network/8056c2e21c000001.json', '{"id":"8056c2e21c000001"}');
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Every file with mode, digest and time of change. */
async function picture(directory = home): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      Object.assign(files, await picture(path));
      continue;
    }
    const { mode, mtimeMs, ino } = await stat(path);
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    files[path.slice(home.length + 1)] = `${(mode & 0o777).toString(8)} ${digest} ${mtimeMs} ${ino}`;
  }
  return files;
}

const warnings = (events: NodeEvent[]) =>
  events.flatMap((event) => (event.type === 'WARNING' ? [`${event.kind} ${event.detail}`] : []));

describe('a home directory of an existing installation', () => {
  it('opens as it is, and every file that was there is the same file afterwards', async () => {
    const before = await picture();
    const { start, world } = lab();
    const events: NodeEvent[] = [];
    const node = await start({ store: fileStore(home), planet: undefined, onEvent: (event) => events.push(event) });
    expect(node.address).toBe(secret.slice(0, 10));
    const [fake] = world.nodes;
    expect(fake?.options.cachedPeers).toEqual([fakePeerRecord(peer, 2)]);
    expect(fake?.options.cachedNetworks?.map(({ id }) => id).sort()).toEqual([network, '9056c2e21c000001']);
    await node.close();
    const after = await picture();
    expect(after).toMatchObject(before);
    // What is new is a peer of ours.
    expect(Object.keys(after).filter((name) => !(name in before))).toEqual(['peers.d/aaaaaaaaaa.peer']);
    expect(warnings(events)).toEqual([]);
  });

  it('keeps a peer with endpoints when a record without comes, and takes a better one', async () => {
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    const [fake] = world.nodes as unknown as [FakeNode];
    const store = (data: Uint8Array) => fake.emit({ type: 'STORE_PEER', code: 273, peer: peer as never, data });
    store(fakePeerRecord(peer, 0));
    await node.close();
    expect(new Uint8Array(await readFile(join(home, `peers.d/${peer}.peer`)))).toEqual(fakePeerRecord(peer, 2));

    const again = lab();
    const second = await again.start({ store: fileStore(home), planet: undefined });
    const [other] = again.world.nodes as unknown as [FakeNode];
    other.emit({ type: 'STORE_PEER', code: 273, peer: peer as never, data: fakePeerRecord(peer, 1) });
    await second.close();
    expect(new Uint8Array(await readFile(join(home, `peers.d/${peer}.peer`)))).toEqual(fakePeerRecord(peer, 1));
  });
});

/** Starts with what there is, and says what was said. */
async function startDamaged(planet: Uint8Array | undefined = undefined): Promise<{ node: Node; said: string[] }> {
  const events: NodeEvent[] = [];
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const { start } = lab();
  const node = await start({ store: fileStore(home), planet, logger: silent, onEvent: (event) => events.push(event) });
  await node.whenOnline();
  return { node, said: warnings(events) };
}

describe('the local settings of a network', () => {
  const settings = `networks.d/${network}.local.conf`;
  const settingsNow = () => readFile(join(home, settings), 'utf8');
  const id = network as NetworkId;

  it('in the home reach the engine with the network', async () => {
    await put(settings, 'allowManaged=10.0.0.0/8\nallowGlobal=1\n');
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    const [fake] = world.nodes as unknown as [FakeNode];
    const permissions = { allowManaged: ['10.0.0.0/8'], allowGlobal: true };
    expect(fake.options.cachedNetworks?.find((cached) => cached.id === id)).toMatchObject({ permissions });
    node.join(id);
    await node.close();
    expect(await settingsNow()).toBe('allowManaged=10.0.0.0/8\nallowGlobal=1\n');
  });

  it('give way to what the application says, which is kept', async () => {
    await put(settings, 'allowManaged=0\nallowGlobal=1\nallowDNS=1\n');
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    const [fake] = world.nodes as unknown as [FakeNode];
    node.join(id, { permissions: { allowManaged: true } });
    expect(fake.permissions.get(id)).toEqual({ allowManaged: true, allowGlobal: true });
    await node.close();
    expect(await settingsNow()).toBe('allowManaged=1\nallowGlobal=1\nallowDefault=0\nallowDNS=1\n');
  });

  it('count for a network that is joined later, and go when it is left', async () => {
    const other = '9056c2e21c000009' as NetworkId;
    await put(`networks.d/${other}.local.conf`, 'allowManaged=0\n');
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    const [fake] = world.nodes as unknown as [FakeNode];
    node.join(other);
    expect(fake.permissions.get(other)).toEqual({ allowManaged: false });
    expect(fake.permissions.get('9056c2e21c000001' as NetworkId)).toBeUndefined();
    await node.leave(other);
    await node.close();
    expect(await readdir(join(home, 'networks.d'))).not.toContain(`${other}.local.conf`);
  });

  it.each([
    ['the system refuses it', Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })],
    ['it is too large to be one', new Error('larger than 4194304 bytes')],
  ])('that cannot be read (%s) permit nothing, and stay as they are', async (_, cause) => {
    const name = `networks.d/${network}.local.conf`;
    const before = await picture();
    const store = fileStore(home);
    const get = store.get.bind(store);
    store.get = async (each) => {
      if (each === name) throw new ZtError('ERR_ZT_STORE', `Cannot read ${name}: ${cause.message}`, { cause });
      return get(each);
    };
    const { start, world } = lab();
    const events: NodeEvent[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const node = await start({ store, planet: undefined, logger, onEvent: (e) => events.push(e) });
    await node.whenOnline();
    const [fake] = world.nodes;
    const given = fake?.options.cachedNetworks?.find(({ id }) => id === network);
    expect(given?.permissions).toEqual({ allowManaged: false });
    node.join(network, { permissions: { allowManaged: ['10.0.0.0/8'] } });
    await node.close();
    expect(warnings(events)).toEqual([
      expect.stringMatching(/^STATE_DAMAGED .*local\.conf cannot be read: .*no address/),
    ]);
    expect((await picture())[name]).toBe(before[name]);
  });

  it('that are damaged permit nothing more and stay as they are', async () => {
    await put(settings, 'allowManaged=perhaps\n');
    const { node, said } = await startDamaged();
    expect(said).toEqual([expect.stringMatching(/^STATE_DAMAGED .*local\.conf counts only in part: line 1 must be/)]);
    await node.close();
    expect(await settingsNow()).toBe('allowManaged=perhaps\n');
  });
});

describe('damaged files', () => {
  const damage: [string, (content: Buffer) => Uint8Array][] = [
    [`peers.d/${peer}.peer`, (content) => content.subarray(0, 50)],
    [`peers.d/${peer}.peer`, () => new Uint8Array()],
    [`peers.d/${peer}.peer`, () => fakePeerRecord('2123456789', 1)],
    [`networks.d/${network}.conf`, (content) => content.subarray(4)],
    [`networks.d/${network}.conf`, () => new Uint8Array(300)],
    [`networks.d/${network}.conf`, () => Buffer.alloc(5 << 20, 'x')],
    ['moons.d/000000db5e67fe7f.moon', (content) => content.subarray(0, content.length - 3)],
    ['moons.d/000000db5e67fe7f.moon', (content) => Buffer.concat([content.subarray(0, 8), content.subarray(9)])],
    ['identity.public', (content) => content.subarray(0, 100)],
    ['planet', (content) => content.subarray(0, 200)],
    ['planet', () => new Uint8Array(10)],
  ];
  it.each(damage)('%s (%#) is set aside, byte for byte, and the node starts', async (name, harm) => {
    const bad = Buffer.from(harm(await readFile(join(home, name))));
    await put(name, bad);
    const before = await picture();
    const { node, said } = await startDamaged(name === 'planet' ? fakePlanet : undefined);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`STATE_SET_ASIDE ${join(home, name)} `);
    const aside = /kept as (\S+)$/.exec(said[0] ?? '')?.[1] ?? '';
    expect(aside).toContain(`${join(home, name)}.corrupt-`);
    expect((await readFile(aside)).equals(bad)).toBe(true);
    await node.close();
    const { [name]: _, ...others } = before;
    expect(await picture()).toMatchObject(others);
    // The next start has nothing to complain about, and is a member as before.
    const again = await startDamaged();
    expect(again.said).toEqual([]);
    expect(again.node.networks.map(({ id }) => id).sort()).toEqual([network, '9056c2e21c000001']);
    await again.node.close();
    expect((await readFile(aside)).equals(bad)).toBe(true);
    expect(await readFile(join(home, 'identity.public'), 'utf8')).toBe(secret.slice(0, 141));
  });

  it('a file the system cannot read just now stays where it is', async () => {
    const before = await picture();
    const store = fileStore(home);
    const get = store.get.bind(store);
    const cause = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    store.get = async (name) => {
      if (name === `networks.d/${network}.conf`) throw new ZtError('ERR_ZT_STORE', cause.message, { cause });
      return get(name);
    };
    const events: NodeEvent[] = [];
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const node = await lab().start({ store, planet: undefined, logger: silent, onEvent: (e) => events.push(e) });
    await node.whenOnline();
    await node.close();
    expect(warnings(events)).toEqual([expect.stringMatching(/^STATE_DAMAGED .*EMFILE/)]);
    expect(await picture()).toMatchObject(before);
  });

  it('a planet the system cannot read ends the start, unless another is given; it stays where it is', async () => {
    const before = await picture();
    const failing = () => {
      const store = fileStore(home);
      const get = store.get.bind(store);
      const cause = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      store.get = async (name) => {
        if (name === 'planet') throw new ZtError('ERR_ZT_STORE', `Cannot read ${name}: ${cause.message}`, { cause });
        return get(name);
      };
      return store;
    };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    await expect(lab().start({ store: failing(), planet: undefined, logger })).rejects.toMatchObject({
      code: 'ERR_ZT_STORE',
      message: expect.stringMatching(/planet.*EACCES.*readable.*"planet"/s),
    });
    expect(await picture()).toMatchObject(before);
    const events: NodeEvent[] = [];
    const { start, world } = lab();
    const node = await start({ store: failing(), planet: fakePlanet, logger, onEvent: (e) => events.push(e) });
    await node.whenOnline();
    const [fake] = world.nodes;
    expect(fake?.options.planet).toEqual(fakePlanet);
    await node.close();
    expect(warnings(events)).toEqual([expect.stringMatching(/^STATE_DAMAGED .*planet stays.*EACCES/)]);
    expect(await picture()).toMatchObject(before);
  });

  it.each([
    ['cut short', new Uint8Array(10)],
    ['empty', new Uint8Array()],
    ['overwritten', new Uint8Array(300).fill(0xff)],
    ['too long to be one', Buffer.alloc(5 << 20, 1)],
  ])('a planet that is %s does not end the start, nor the next one, and another replaces it', async (_, bad) => {
    await put('planet', bad);
    const lost = expect.stringMatching(/^STATE_DAMAGED .*planet is lost: the node starts without/);
    for (const attempt of [1, 2]) {
      const { start, world } = lab();
      const events: NodeEvent[] = [];
      const logger = { debug() {}, info() {}, warn() {}, error() {} };
      const node = await start({ store: fileStore(home), planet: undefined, logger, onEvent: (e) => events.push(e) });
      await node.whenOnline();
      const [fake] = world.nodes;
      expect(fake?.options.planet).toBeNull();
      expect(fake?.options.moons).toHaveLength(1);
      const aside = attempt === 1 && bad.length > 0 ? [expect.stringMatching(/^STATE_SET_ASIDE .*planet/)] : [];
      expect(warnings(events)).toEqual([...aside, lost]);
      await node.close();
    }
    const kept = (await readdir(home)).filter((name) => name.startsWith('planet.corrupt-'));
    expect(kept).toHaveLength(bad.length > 0 ? 1 : 0);
    for (const name of kept) expect((await readFile(join(home, name))).equals(bad)).toBe(true);
    const { node, said } = await startDamaged(fakePlanet);
    expect(said).toEqual([]);
    await node.close();
    expect(new Uint8Array(await readFile(join(home, 'planet')))).toEqual(fakePlanet);
  });

  it('a configuration that only the engine can judge is kept before the next one is written', async () => {
    const { start, world } = lab();
    const node = await start({ store: fileStore(home), planet: undefined });
    const [fake] = world.nodes as unknown as [FakeNode];
    const old = await readFile(join(home, `networks.d/${network}.conf`));
    fake.emit({ type: 'STORE_NETWORK', code: 274, networkId: network as never, data: Buffer.from('nwid=1\n') });
    fake.emit({ type: 'WARNING', code: 360, kind: 'NETWORK_CACHE_REJECTED', detail: network });
    await node.close();
    const [aside] = (await readdir(join(home, 'networks.d'))).filter((name) => name.includes('.corrupt-'));
    expect(await readFile(join(home, 'networks.d', aside ?? ''))).toEqual(old);
    expect(await readFile(join(home, `networks.d/${network}.conf`), 'utf8')).toBe('nwid=1\n');
  });

  it('a different public identity is corrected, a missing one is not made', async () => {
    await put('identity.public', `aaaaaaaaaa:0:${'ab'.repeat(64)}`);
    const first = await startDamaged();
    expect(first.said).toEqual([]);
    await first.node.close();
    expect(await readFile(join(home, 'identity.public'), 'utf8')).toBe(secret.slice(0, 141));
    await rm(join(home, 'identity.public'));
    const second = await startDamaged();
    await second.node.close();
    expect(await readdir(home)).not.toContain('identity.public');
  });

  it('in a store that cannot rename are copied first', async () => {
    const store = memoryStore({
      'peers.d/0123456789.peer': new Uint8Array([2, 1]),
      'identity.secret': Buffer.from(secret),
    });
    const { start } = lab();
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const node = await start({ store, logger });
    const names = await store.list('peers.d');
    expect(names).toHaveLength(1);
    expect(await store.get(names[0] ?? '')).toEqual(new Uint8Array([2, 1]));
    await node.close();
  });
});

it('leftovers of a killed process are removed, nothing else', async () => {
  await put('planet.0123456789ab.tmp', 'half');
  await put(`peers.d/${peer}.peer.0123456789ab.tmp`, 'half');
  await put('notes.tmp', 'mine');
  const { node } = await startDamaged();
  expect(await readdir(home)).not.toContain('planet.0123456789ab.tmp');
  expect(await readdir(join(home, 'peers.d'))).toEqual([`${peer}.peer`]);
  expect(await readFile(join(home, 'notes.tmp'), 'utf8')).toBe('mine');
  await node.close();
});
