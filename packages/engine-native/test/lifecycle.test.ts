import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { EngineNode } from '@ztkit/types';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNativeEngine } from '../src/index.js';

const engine = createNativeEngine();
const dist = fileURLToPath(new URL('../dist/index.js', import.meta.url));
let identitySecret: string;
let planet: Uint8Array;

function create(bind = [{ address: '127.0.0.1', port: 0 }]): Promise<EngineNode> {
  return engine.createNode({ planet, identitySecret, bind, onEvents: () => undefined });
}

/** Threads of this process. */
const threads = (): number => readdirSync('/proc/self/task').length;
const descriptors = (): number => readdirSync('/proc/self/fd').length;

beforeAll(async () => {
  identitySecret = await engine.generateIdentity();
  const identity = identitySecret.split(':').slice(0, 3).join(':');
  planet = await engine.makePlanet({
    id: 5n,
    timestamp: 1n,
    roots: [{ identity, endpoints: [{ address: '127.0.0.1', port: 9 }] }],
  });
});

/** A program that starts a node and then does `then`. */
function program(then: string): string {
  return `
    import { createNativeEngine } from ${JSON.stringify(dist)};
    const planet = Buffer.from(${JSON.stringify(Buffer.from(planet).toString('hex'))}, 'hex');
    const node = await createNativeEngine().createNode({
      planet, identitySecret: ${JSON.stringify(identitySecret)}, bind: [{ address: '127.0.0.1', port: 0 }], onEvents() {},
    });
    ${then}`;
}

function run(then: string): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, ['--input-type=module', '-e', program(then)], {
    timeout: 15_000,
    encoding: 'utf8',
  });
}

describe('a native node', () => {
  it('says where it is bound and refuses a port in use', async () => {
    const node = await create();
    const { bound } = node.info();
    expect(bound[0]?.port).toBeGreaterThan(0);
    await expect(create([...bound])).rejects.toMatchObject({ code: 'ERR_ZT_ADDRESS_IN_USE' });
    await node.close();
    const again = await create([...bound]);
    await again.close();
  });

  it('refuses what it is given wrongly, with the precise error', async () => {
    await expect(create([{ address: '203.0.113.1', port: 0 }])).rejects.toMatchObject({
      code: 'ERR_ZT_ADDRESS_NOT_AVAILABLE',
    });
    const many = Array.from({ length: 129 }, () => ({ address: '127.0.0.1', port: 0 }));
    await expect(create(many)).rejects.toThrow(/too many/);
    const bad = { bind: [], onEvents: () => undefined };
    await expect(engine.createNode({ ...bad, planet: Uint8Array.of(1) })).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_PLANET',
    });
    await expect(engine.createNode({ ...bad, planet, identitySecret: 'x' })).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_IDENTITY',
    });
    await expect(engine.makePlanet({ id: 1n, timestamp: 1n, roots: [] })).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_ARGUMENT',
    });
  });

  it('delivers its last events before close() resolves, and none after', async () => {
    const seen: string[] = [];
    const node = await engine.createNode({
      planet,
      identitySecret,
      bind: [{ address: '127.0.0.1', port: 0 }],
      onEvents: (events) => void seen.push(...events.map((e) => e.type)),
    });
    await node.close();
    expect(seen.at(-1)).toBe('NODE_DOWN');
    const { length } = seen;
    expect(() => node.info()).toThrow(expect.objectContaining({ code: 'ERR_ZT_CLOSED' }));
    expect(() => node.tcpWrite(1, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'ERR_ZT_CLOSED' }));
    node.socketClose(1);
    node.ref();
    node.unref();
    await node.close();
    expect(seen).toHaveLength(length);
  });

  it('can be closed inside its own event callback', async () => {
    let node: EngineNode | undefined;
    let closed: Promise<void> | undefined;
    node = await engine.createNode({
      planet,
      bind: [{ address: '127.0.0.1', port: 0 }],
      identitySecret,
      onEvents: () => {
        closed = node?.close();
      },
    });
    node.join('ff00160016000000' as never);
    await expect.poll(() => closed !== undefined).toBe(true);
    await closed;
  });

  it('leaves no thread and no descriptor behind', async () => {
    await (await create()).close();
    const before = [threads(), descriptors()];
    for (let i = 0; i < 20; i++) await (await create()).close();
    expect([threads(), descriptors()]).toEqual(before);
  });

  it('shrugs at datagrams that are not its protocol', async () => {
    const node = await create();
    const { port } = node.info().bound[0] as { port: number };
    const socket = createSocket('udp4');
    for (let size = 0; size < 200; size++) socket.send(Buffer.alloc(size * 7, size), port, '127.0.0.1');
    await expect.poll(() => Object.keys(node.counters()).length).toBeGreaterThan(0);
    socket.close();
    await node.close();
  });

  it('aborts the making of an identity', async () => {
    const abort = new AbortController();
    const making = engine.generateIdentity(abort.signal);
    abort.abort();
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the environment of native nodes', () => {
  it('may end with nodes running', () => {
    for (const then of ['process.exit(0);', 'node.close(); process.exit(0);', 'node.unref();']) {
      const { status, signal, stderr } = run(then);
      expect({ then, status, signal, stderr }).toEqual({ then, status: 0, signal: null, stderr: '' });
    }
  });

  it('is kept alive by a node that is referenced', () => {
    const { stdout, status } = run("setTimeout(() => { console.log('alive'); process.exit(3); }, 300).unref();");
    expect([stdout, status]).toEqual(['alive\n', 3]);
  });

  it('may be a worker thread that is terminated, again and again', async () => {
    const before = threads();
    for (const then of ['postMessage(1);', 'node.close(); postMessage(1);', 'await node.close(); postMessage(1);']) {
      const source = `import { parentPort } from 'node:worker_threads'; const postMessage = (m) => parentPort.postMessage(m);`;
      const url = `data:text/javascript,${encodeURIComponent(source + program(then).replace(JSON.stringify(dist), JSON.stringify(`file://${dist}`)))}`;
      const worker = new Worker(new URL(url));
      await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await worker.terminate();
    }
    await expect.poll(threads).toBeLessThanOrEqual(before);
  });
});
