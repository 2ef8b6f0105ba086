import { Event, type NodeEvent, ZtError } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { createNode, createPrivateWorld, memoryStore } from '../src/index.js';
import { type FakeNode, FakeWorld, fakePlanet, fakeSecret } from './fake-engine.js';
import { lab, networkId } from './lab.js';

const code = (error: unknown) => (error as ZtError).code;

describe('starting', () => {
  it('makes an identity, saves it, and has the same address on the next start', async () => {
    const { start, world } = lab();
    const store = memoryStore();
    const first = await start({ store });
    await first.close();
    const second = await start({ store });
    expect(second.address).toBe(first.address);
    expect(new TextDecoder().decode(await store.get('identity.public'))).toBe(first.identity);
    await second.close();
    expect([world.created, world.closed]).toEqual([2, 2]);
  });

  it.each([
    [{ engine: 'quic' }, /"engine"/],
    [{ planet: 'file' }, /"planet" must be a Uint8Array/],
    [{ port: 70_000 }, /"port" must be an integer in 0..65535, not 70000/],
    [{ bind: [] }, /"bind"/],
    [
      { bind: [{ address: 'localhost', port: 1 }] },
      /"bind\[0\].address" must be an IPv4 or IPv6 address, not "localhost"/,
    ],
    [{ bind: [{ address: '127.0.0.1', port: 1 }], port: 3 }, /not both/],
    [{ blacklist: ['10.0.0.0/33'] }, /"blacklist\[0\]" must be a prefix/],
    [{ impairment: { loss: 2 } }, /"impairment.loss" must be a number in 0..1, not 2/],
    [{ impairment: 1 }, /"impairment" must be an object, not 1/],
    [{ impairment: { seed: 1 } }, /"impairment.seed" must be a bigint/],
    [{ store: {} }, /"store.get" must be a function/],
    [{ signal: true }, /"signal" must be an AbortSignal/],
    [null, /"options" must be an object, not null/],
  ])('refuses %j and says why', async (bad, message) => {
    const world = new FakeWorld();
    const options = bad === null ? bad : { engine: world.engine(), planet: fakePlanet, ...bad };
    await expect(createNode(options as never)).rejects.toThrow(message);
    expect(world.created).toBe(world.closed);
  });

  it('wants a planet: there is no built-in world', async () => {
    const world = new FakeWorld();
    await expect(createNode({ engine: world.engine() })).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_PLANET' });
  });

  it('keeps the newer of two revisions of one world', async () => {
    const { world } = lab();
    const revision = (id: number, timestamp: number) => {
      const bytes = new Uint8Array(178);
      bytes[0] = 1;
      bytes[8] = id;
      bytes[16] = timestamp;
      return bytes;
    };
    const used = async (given: Uint8Array, stored: Uint8Array) => {
      const node = await createNode({ engine: world.engine(), planet: given, store: memoryStore({ planet: stored }) });
      const planet = [...world.nodes].at(-1)?.options.planet;
      await node.close();
      return planet;
    };
    expect(await used(revision(1, 5), revision(1, 9))).toEqual(revision(1, 9));
    expect(await used(revision(1, 9), revision(1, 5))).toEqual(revision(1, 9));
    expect(await used(revision(2, 1), revision(1, 9))).toEqual(revision(2, 1));
  });

  it('names the identity that cannot be used', async () => {
    const { start } = lab();
    const truncated = memoryStore({ 'identity.secret': new TextEncoder().encode('89e92ceee5:0:abcd') });
    await expect(start({ store: truncated })).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_IDENTITY',
      message: expect.stringContaining('identity.secret in the memory store'),
    });
    const badKeys = fakeSecret('89e92ceee5').replace(/(cd)+$/, 'ee'.repeat(64));
    const stored = memoryStore({ 'identity.secret': new TextEncoder().encode(badKeys) });
    await expect(start({ store: stored })).rejects.toMatchObject({ message: expect.stringContaining('left as it is') });
    await expect(start({ identity: 'nonsense' })).rejects.toThrow(/"identity" is not a secret identity/);
  });

  it('can be aborted at any moment and leaves nothing', async () => {
    for (const delay of [0, 1, 3, 8, 15]) {
      const { start, world } = lab();
      world.createDelayMs = 5;
      const reason = new Error('changed my mind');
      const controller = new AbortController();
      const starting = start({ signal: controller.signal });
      setTimeout(() => controller.abort(reason), delay);
      const outcome = await starting.then(
        (node) => node.close(),
        (error) => error,
      );
      expect([undefined, reason]).toContain(outcome);
      expect(world.closed).toBe(world.created);
    }
  });
});

describe('events', () => {
  it('delivers those of the start to listeners added after createNode', async () => {
    const { start } = lab();
    const seen: string[] = [];
    const node = await start({ onEvent: (event) => seen.push(`option ${event.type}`) });
    node.on('NODE_UP', (event) => seen.push(`up ${event.address === node.address}`));
    node.on('ZTS_EVENT_NODE_ONLINE', () => seen.push('prefixed'));
    node.on('event', ({ type }) => seen.push(type));
    await node.whenOnline();
    await node.close();
    expect(seen).toContain('option STORE_IDENTITY_SECRET');
    expect(seen).not.toContain('STORE_IDENTITY_SECRET');
    expect(seen.filter((line) => !line.startsWith('option'))).toEqual([
      'STORE_IDENTITY_PUBLIC',
      'up true',
      'NODE_UP',
      'prefixed',
      'NODE_ONLINE',
      'STORE_PEER',
      'NODE_DOWN',
    ]);
  });

  it('knows the older names and refuses unknown ones', async () => {
    const { start, world } = lab();
    const node = await start();
    const seen: string[] = [];
    for (const name of ['PEER_P2P', 'ZTS_EVENT_PATH_DISCOVERED', 'PATH_DEAD'] as const) {
      node.on(name, (event) => seen.push(`${name} is ${event.type}`));
    }
    const fake = [...world.nodes][0] as FakeNode;
    const peer = { address: node.address, role: 'LEAF', paths: [] } as const;
    for (const type of ['PEER_DIRECT', 'PEER_PATH_DISCOVERED', 'PEER_PATH_DEAD'] as const) {
      fake.emit({ type, code: Event[type], peer });
    }
    await node.once('PEER_PATH_DEAD');
    expect(seen).toEqual([
      'PEER_P2P is PEER_DIRECT',
      'ZTS_EVENT_PATH_DISCOVERED is PEER_PATH_DISCOVERED',
      'PATH_DEAD is PEER_PATH_DEAD',
    ]);
    expect(() => node.on('toString' as never, () => {})).toThrow(/no event named "toString"/);
    expect(() => node.on('TCP_READABLE' as never, () => {})).toThrow(/no event named/);
    await node.close();
  });

  it('iterates, and ends on close or throws the reason of the signal', async () => {
    const { start } = lab();
    const node = await start();
    const types: string[] = [];
    const controller = new AbortController();
    const aborted = (async () => {
      for await (const event of node.events({ signal: controller.signal })) types.push(event.type);
    })();
    const ended = (async () => {
      for await (const _ of node.events()) {
        // only the end counts
      }
      return 'ended';
    })();
    await node.whenOnline();
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect(types).toContain('NODE_UP');
    await node.close();
    expect(await ended).toBe('ended');
  });
});

describe('ending', () => {
  it('rejects everything that waits with ERR_ZT_CLOSED and is idempotent', async () => {
    const { start, world } = lab();
    world.online = false;
    world.answers.set(networkId, 'REQUESTING_CONFIGURATION');
    const node = await start();
    const network = node.join(networkId);
    const [fake] = world.nodes;
    if (fake) fake.pingAnswers = false;
    const waiting = [
      node.whenOnline(),
      network.ready(),
      network.ping('10.0.0.9'),
      node.once('NODE_OFFLINE'),
      network.connect({ address: '10.9.9.9', port: 1 }),
      network.listen({ port: 80 }).then((listener) => listener.accept()),
      network.udp().then((socket) => socket.receive()),
    ];
    const outcomes = Promise.allSettled(waiting);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([node.close(), node.close(), node[Symbol.asyncDispose]()]);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && code(outcome.reason))).toEqual(
      waiting.map(() => 'ERR_ZT_CLOSED'),
    );
    expect(() => node.join(networkId)).toThrow(ZtError);
    expect(() => node.peers()).toThrow(/closed/);
    expect(world.sockets.open).toBe(0);
  });

  it('gives each waiting call its own abort reason', async () => {
    const { start, world } = lab();
    world.online = false;
    const node = await start();
    const controller = new AbortController();
    const waits = [
      node.whenOnline({ signal: controller.signal }),
      node.once('NODE_DOWN', { signal: controller.signal }),
    ];
    const reason = new Error('no patience');
    controller.abort(reason);
    expect((await Promise.allSettled(waits)).map((wait) => wait.status === 'rejected' && wait.reason)).toEqual([
      reason,
      reason,
    ]);
    await expect(node.whenOnline({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'ERR_ZT_ROOT_UNREACHABLE' });
    await node.close();
  });

  it('ends by itself on a fatal error, with its code', async () => {
    const { start, world } = lab();
    world.online = false;
    const errors: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => errors.push(message) };
    const node = await start({ logger });
    const online = expect(node.whenOnline()).rejects.toMatchObject({ code: 'ERR_ZT_IDENTITY_COLLISION' });
    const event: NodeEvent = { type: 'NODE_FATAL_ERROR', code: 204, reason: 'IDENTITY_COLLISION', detail: '' };
    for (const fake of world.nodes) fake.emit(event);
    await node.once('NODE_FATAL_ERROR');
    await online;
    await node.close();
    expect(node.closed).toBe(true);
    expect(errors.join()).toMatch(/IDENTITY_COLLISION/);
  });

  it('reports what keeps it offline', async () => {
    const { start, world } = lab();
    world.online = false;
    const logged: string[] = [];
    const node = await start({ logger: { debug() {}, info() {}, warn: (m) => logged.push(m), error() {} } });
    for (const fake of world.nodes)
      fake.emit({ type: 'WARNING', code: 360, kind: 'ROOT_UNREACHABLE', detail: '127.0.0.1:1' });
    await node.once('WARNING');
    expect(node.diagnose()).toMatchObject({
      online: false,
      state: 'STARTING',
      warning: expect.stringContaining('127'),
    });
    expect(logged[0]).toContain('127.0.0.1:1');
    await node.close();
  });
});

describe('hostile use', () => {
  it('close() from inside a close() is the same close', async () => {
    const { start, world } = lab();
    const node = await start({});
    const inner: Promise<void>[] = [];
    node.on('event', () => void inner.push(node.close()));
    const outer = node.close();
    expect(node.closed).toBe(true);
    expect(inner.length).toBeGreaterThan(0);
    expect(inner.every((promise) => promise === outer)).toBe(true);
    await outer;
    expect(world.closed).toBe(world.created);
  });

  it('once() rejects for a wrong name and then leaves nothing at the signal', async () => {
    const { start } = lab();
    const node = await start({});
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const abort = new AbortController();
    await expect(node.once('TYPO' as 'NODE_UP', { signal: abort.signal })).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_ARGUMENT',
    });
    abort.abort();
    await expect(node.once('NODE_UP', { signal: abort.signal })).rejects.toBe(abort.signal.reason);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    await node.close();
  });

  it('refuses a message that no engine can carry', async () => {
    const { start } = lab();
    const node = await start({});
    const send = () => node.messages.send('aaaaaaaaaa', 1n, new Uint8Array(70_000));
    expect(send).toThrow(expect.objectContaining({ code: 'ERR_ZT_MESSAGE_TOO_BIG' }));
    await node.close();
  });

  it('a configuration that was on its way does not bring a left network back', async () => {
    const { start, world } = lab();
    const store = memoryStore();
    const node = await start({ store });
    node.join(networkId);
    const fake = [...world.nodes].at(-1) as FakeNode;
    const data = new Uint8Array([1, 2, 3]);
    fake.emit({ type: 'STORE_NETWORK', code: Event.STORE_NETWORK, networkId, data });
    await node.leave(networkId);
    fake.flush();
    await node.close();
    expect(await store.list('networks.d')).toEqual([]);
  });

  it.each([
    [{ signingKey: 'x'.repeat(128) }, /"signingKey"/],
    [{ signingKey: new Uint16Array(128) }, /"signingKey"/],
    [{ roots: [null] }, /"roots\[0\]" must be an object/],
  ])('createPrivateWorld refuses %j', async (bad, message) => {
    const { world } = lab();
    const roots = [{ identity: fakeSecret('aaaaaaaaaa'), endpoints: [] }];
    const made = createPrivateWorld({ roots, ...bad } as never, { engine: world.engine() });
    await expect(made).rejects.toThrow(message);
    await expect(made).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
  });
});
