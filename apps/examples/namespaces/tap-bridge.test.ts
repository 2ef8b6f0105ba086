/**
 * The TAP example joins real kernels: a namespace behind a bridge, a namespace that is a member, and a node with our own
 * stack, all on one virtual network.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { generateIdentity } from '@ztkit/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ip, makeNamespace, removeNamespaces, requireKernel } from '../../../packages/core/testing/linux/namespaces.ts';
import { type PrivateNetwork, privateNetwork } from '../src/private-network.js';

const program = join(import.meta.dirname, '../dist/tap-bridge/main.js');
/** The one behind the bridge: the controller knows nothing of it. */
const bridged = '10.77.0.200';
const seconds = 3;

/** The example as a process of its own. */
class Bridge {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly #closed: Promise<unknown>;
  errors = '';

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = once(this.child, 'close');
    this.child.stderr?.on('data', (text) => {
      this.errors += text;
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (line) => this.lines.push(line));
  }

  /** Waits for a line that starts so. */
  async line(start: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(start));
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`the example ended: ${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What its counters were at its end. */
  async stop(): Promise<Record<string, number>> {
    this.child.kill('SIGINT');
    await this.#closed;
    expect(this.errors).toBe('');
    expect(this.child.exitCode).toBe(0);
    return JSON.parse(this.lines.at(-1) ?? '') as Record<string, number>;
  }

  /** After a failure. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.#closed;
  }
}

/** Not synchronously: the root and the controller live in this process. */
async function inside(ns: string, ...command: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', ns, ...command]);
  return stdout;
}

async function pings(ns: string, to: string): Promise<{ sent: number; received: number }> {
  // The first may wait for the members to find each other; the kernel gives up an address after three tries of 1 s.
  const end = Date.now() + 30_000;
  while ((await inside(ns, 'ping', '-c', '1', '-W', '1', to).catch(() => '')) === '') {
    if (Date.now() > end) throw new Error(`${to} cannot be reached from ${ns}`);
  }
  const text = await inside(ns, 'ping', '-c', '20', '-i', '0.02', '-s', '1000', '-W', '5', to);
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(text) as RegExpExecArray;
  return { sent: Number(sent), received: Number(received) };
}

/** iperf3's own sum of what the receiver got, in Mbit/s. */
async function iperf(ns: string, to: string, ...args: string[]): Promise<number> {
  const json = await inside(ns, 'iperf3', '-J', '-c', to, '-t', String(seconds), '--connect-timeout', '5000', ...args);
  const { end } = JSON.parse(json) as { end: { sum_received: { bits_per_second: number; bytes: number } } };
  expect(end.sum_received.bytes).toBeGreaterThan(0);
  return end.sum_received.bits_per_second / 1e6;
}

describe.runIf(requireKernel())('the TAP example', () => {
  let lab: PrivateNetwork;
  let directory: string;
  const running: Bridge[] = [];
  beforeAll(async () => {
    lab = await privateNetwork({ engine: 'native', members: 1 });
    directory = await mkdtemp(join(tmpdir(), 'ztkit-tap-test-'));
    await writeFile(join(directory, 'planet'), lab.planet);
  }, 60_000);
  afterEach(async () => {
    for (const bridge of running.splice(0)) await bridge.end();
    removeNamespaces();
  });
  afterAll(async () => {
    await lab?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Starts one with an identity the controller has admitted, and waits until its device is there. */
  async function start(engine: string, ns: string, activeBridge: boolean, ...more: string[]): Promise<Bridge> {
    const identity = await generateIdentity({ engine: 'native' });
    const state = await mkdtemp(join(directory, 'state-'));
    await writeFile(join(state, 'identity.secret'), identity);
    await lab.controller.updateMember(lab.networkId, identity.slice(0, 10), { authorized: true, activeBridge });
    const where = ['--planet', join(directory, 'planet'), '--network', lab.networkId, '--loopback', '--state', state];
    const bridge = new Bridge(...where, '--tap', 'zt0', '--netns', ns, '--engine', engine, ...more);
    running.push(bridge);
    return bridge;
  }

  const addressOf = (ns: string) => /inet (10\.77\.0\.\d+)\//.exec(ip('-n', ns, '-4', 'address', 'show', 'zt0'))?.[1];
  const macOf = (ns: string) => /link\/ether (\S+)/.exec(ip('-n', ns, 'link', 'show', 'zt0'))?.[1];

  it.each(['native', 'wasm'])(
    'a namespace behind a bridge (%s) pings and runs iperf3 to a member, and pings our own stack',
    async (engine) => {
      const [behind, member] = [makeNamespace('behind'), makeNamespace('member')];
      const bridge = await start(engine, behind, true, '--bridge', '--address', `${bridged}/24`);
      const other = await start('native', member, false);
      await Promise.all([bridge.line('zt0 is on'), other.line('zt0 is on')]);
      const there = addressOf(member) ?? 'no address';
      const [line] = bridge.lines.filter((text) => text.includes('MAC'));
      expect(line).not.toContain(macOf(behind)); // It is really bridged: the device has a MAC of its own.

      expect(await pings(behind, there)).toEqual({ sent: 20, received: 20 });
      expect(await pings(member, bridged)).toEqual({ sent: 20, received: 20 });
      const ours = lab.members[0]?.ipv4 ?? 'no member';
      expect(await pings(behind, ours)).toEqual({ sent: 20, received: 20 });

      const server = spawn('ip', ['netns', 'exec', member, 'iperf3', '-s', '--forceflush'], { stdio: 'pipe' });
      const ended = once(server, 'close');
      try {
        await once(server.stdout, 'data'); // It listens.
        const speeds = [await iperf(behind, there), await iperf(behind, there, '-R')].map((speed) => speed.toFixed(0));
        console.log(`iperf3 through the bridge (${engine}): ${speeds.join(' Mbit/s out, ')} Mbit/s in`);
      } finally {
        server.kill();
        await ended;
      }
      const counters = await bridge.stop();
      expect(counters).toMatchObject({ notABridge: 0, badSource: 0, tooBig: 0, noConfiguration: 0 });
      expect(counters.sent).toBeGreaterThan(100);
      expect(counters.received).toBeGreaterThan(100);
      await other.stop();
      expect(ip('-n', behind, 'link')).not.toContain('zt0'); // Gone with the program.
    },
  );

  it('says so when the node is no active bridge, and leaves nothing behind', async () => {
    const behind = makeNamespace('behind');
    const bridge = await start('native', behind, false, '--bridge');
    await once(bridge.child, 'close');
    expect(bridge.child.exitCode).toBe(1);
    expect(bridge.errors).toMatch(/^tap-bridge: [0-9a-f]{10} is no active bridge of [0-9a-f]{16}/);
    expect(ip('-n', behind, 'link')).not.toContain('zt0');
  });

  it.each([
    { how: 'deleted', end: (_helper: number, ns: string) => ip('-n', ns, 'link', 'del', 'zt0'), why: 'exit code 1' },
    { how: 'lost with its program', end: (helper: number) => process.kill(helper, 'SIGKILL'), why: 'SIGKILL' },
  ])('ends with a message and 1 when the device is $how', async ({ end, why }) => {
    const ns = makeNamespace('member');
    const bridge = await start('native', ns, false);
    await bridge.line('zt0 is on');
    const { pid } = bridge.child;
    const [helper] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
    expect(helper).toBeGreaterThan(1);
    const closed = once(bridge.child, 'close', { signal: AbortSignal.timeout(60_000) });
    end(helper ?? 0, ns);
    await closed;
    expect(bridge.errors).toMatch(/^tap-bridge: The TAP device zt0 is gone/m);
    expect(bridge.errors).toContain(why);
    expect(bridge.child.exitCode).toBe(1);
  });

  it('says so without root', () => {
    const run = () =>
      execFileSync(
        'setpriv',
        [
          '--reuid',
          '65534',
          '--clear-groups',
          process.execPath,
          program,
          '--planet',
          '/dev/null',
          '--network',
          lab.networkId,
          '--tap',
          'zt0',
        ],
        { stdio: 'pipe', encoding: 'utf8' },
      );
    expect(run).toThrow(/needs root/);
  });
});
