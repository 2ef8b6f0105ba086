/** The command `ztkit` as it is run: a root as a process of its own, nodes that meet through it, its metrics, its end. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createNode, generateIdentity, type Node, publicIdentity } from '@ztkit/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseHostPort, parseRate, parseStableEndpoint } from '../src/root/arguments.js';

const command = fileURLToPath(new URL('../bin/ztkit.js', import.meta.url));
const run = promisify(execFile);
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-root-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

interface Started {
  child: ChildProcess;
  lines: string[];
  /** The text after this first word. */
  value(word: string): string;
}

/** Starts `ztkit root` and waits until it runs. */
async function startRoot(directory: string, port: number, more: string[] = []): Promise<Started> {
  const common = ['--home', directory, '--port', String(port), '--bind', '127.0.0.1', '--allow-loopback'];
  const endpoint = ['--endpoint', `127.0.0.1/${port}`, '--metrics', '127.0.0.1:0', '--log-level', 'error'];
  const child = spawn(process.execPath, [command, 'root', ...common, ...endpoint, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'running') break;
  }
  expect(lines.at(-1)).toBe('running');
  const value = (word: string) => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? '';
  return { child, lines, value };
}

async function stop({ child }: Started): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await ended;
  return code as number | null;
}

it('runs a root that two nodes meet through, counts what it does, and ends on SIGTERM', async () => {
  const directory = join(home, 'planet');
  const port = await freePort();
  const root = await startRoot(directory, port, ['--relay-limit', '100MB/s', '--max-peers', '1000']);
  const nodes: Node[] = [];
  try {
    expect(root.value('endpoint')).toBe(`127.0.0.1/${port}`);
    const path = join(directory, 'planet');
    expect(root.value('planet')).toContain(path);
    expect((await stat(join(directory, 'planet.json'))).mode & 0o777).toBe(0o600);
    const planet = new Uint8Array(await readFile(path));
    const options = { planet, allowLoopbackPaths: true, bind: [{ address: '127.0.0.1', port: 0 }] };
    const [a, b] = [await createNode(options), await createNode(options)];
    nodes.push(a, b);
    await Promise.all([a, b].map((node) => node.whenOnline({ timeoutMs: 20_000 })));
    expect(a.peers().find(({ role }) => role === 'PLANET')?.address).toBe(root.value('address'));
    const heard = b.once('USER_MESSAGE', { signal: AbortSignal.timeout(20_000) });
    a.messages.send(b.address, 70_000n, new TextEncoder().encode('through the root'));
    expect((await heard).from).toBe(a.address);
    const response = await fetch(root.value('metrics'));
    expect(response.headers.get('content-type')).toContain('text/plain');
    const metrics = await response.text();
    const metric = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect(metric('ztkit_peers')).toBe(2);
    expect(metric('ztkit_online')).toBe(1);
    expect(metric('ztkit_relayed_packets_total')).toBeGreaterThan(0);
    expect(metric('ztkit_whois_answered_total')).toBeGreaterThan(0);
    expect(metric('ztkit_hellos_answered_total')).toBeGreaterThanOrEqual(2);
    expect(metrics).toContain('# TYPE ztkit_relay_limited_total counter');
  } finally {
    for (const node of nodes) await node.close();
    expect(await stop(root)).toBe(0);
  }
  // The same root and world again; with another endpoint, a new definition of the same world.
  const again = await startRoot(directory, port);
  expect(await stop(again)).toBe(0);
  expect(again.value('address')).toBe(root.value('address'));
  expect(again.value('planet')).not.toContain('new definition');
  const moved = await startRoot(directory, port, ['--endpoint', '192.0.2.1/9993']);
  expect(await stop(moved)).toBe(0);
  expect(moved.value('planet').slice(0, 16)).toBe(root.value('planet').slice(0, 16));
  expect(moved.value('planet')).toContain('new definition');
}, 90_000);

it('runs the root of a moon in a planet', async () => {
  const [planetPort, moonPort] = [await freePort(), await freePort()];
  const planet = await startRoot(join(home, 'planet-of-moon'), planetPort);
  const moonHome = join(home, 'moon');
  const file = join(home, 'planet-of-moon', 'planet');
  const moon = await startRoot(moonHome, moonPort, ['--world', 'moon', '--planet', file]);
  let node: Node | undefined;
  try {
    const address = moon.value('address');
    expect(moon.value('moon')).toContain(join(moonHome, `moons.d/000000${address}.moon`));
    node = await createNode({
      planet: new Uint8Array(await readFile(file)),
      allowLoopbackPaths: true,
      bind: [{ address: '127.0.0.1', port: 0 }],
      orbit: [{ id: address, seed: address }],
    });
    await expect.poll(() => node?.moons()[0]?.roots, { timeout: 20_000 }).toEqual([address]);
  } finally {
    await node?.close();
    expect(await stop(moon)).toBe(0);
    expect(await stop(planet)).toBe(0);
  }
}, 90_000);

it('writes and signs descriptions of moons', async () => {
  const identity = await generateIdentity();
  const address = identity.slice(0, 10);
  const { stdout } = await run(process.execPath, [command, 'moon', 'init', publicIdentity(identity)]);
  const description = JSON.parse(stdout) as { id: string; roots: { stableEndpoints: string[] }[] };
  expect(description.id).toBe(address);
  description.roots[0]?.stableEndpoints.push('192.0.2.7/9993');
  const file = join(home, 'moon.json');
  await writeFile(file, JSON.stringify(description));
  const signed = await run(process.execPath, [command, 'moon', 'sign', file, '--out', home]);
  expect(signed.stdout.trim()).toBe(join(home, `000000${address}.moon`));
  expect((await readFile(signed.stdout.trim()))[0]).toBe(127);
});

it('says what is wrong', async () => {
  const cases: [string[], string][] = [
    [['root', '--port', '70000'], 'It must be a port'],
    [['root', '--relay-limit', 'fast'], '100MB/s'],
    [['root', '--endpoint', '127.0.0.1:9993'], '203.0.113.7/9993'],
    [['root', '--max-peers', '5'], '64..1048576'],
    [['root', '--home', join(home, 'none'), '--port', '0'], 'fixed --port'],
    [['root', '--home', join(home, 'none'), '--world', 'moon', '--planet', join(home, 'absent')], 'could not be read'],
    [['moon', 'sign', join(home, 'absent.json')], 'could not be read'],
  ];
  for (const [words, message] of cases) {
    const outcome = await run(process.execPath, [command, ...words]).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  }
  const { stdout } = await run(process.execPath, [command, 'root', '--help']);
  expect(stdout).toContain('--metrics <host:port>');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('one IPv4 address or IPv6 /64');
});

it('reads rates and endpoints', () => {
  expect(['100MB/s', '512kB/s', '2 GB/s', '2000000', '1.5mb'].map(parseRate)).toEqual([1e8, 512e3, 2e9, 2e6, 1.5e6]);
  for (const wrong of ['', '0', '-1', '5TB', 'x', '9999999GB']) expect(() => parseRate(wrong)).toThrow();
  expect(parseHostPort('[::1]:9100')).toEqual({ address: '::1', port: 9100 });
  expect(parseStableEndpoint('2001:db8::7/9993')).toBe('2001:db8::7/9993');
});
