import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { privateNetwork } from '../src/private-network.js';

const dist = join(import.meta.dirname, '../dist');

async function runProgram(
  program: string,
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(dist, program), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}

describe('the examples', () => {
  it.each(['native', 'wasm'])('http answers on a virtual address (%s)', async (engine) => {
    const { code, out, err } = await runProgram('http/main.js', '--engine', engine);
    expect(err).toBe('');
    expect(out).toMatch(/^hello 10\.77\.0\.\d+, you asked for \/greeting\n$/);
    expect(code).toBe(0);
  });

  it('classic connects, writes and reads the answer', async () => {
    await using lab = await privateNetwork({ engine: 'native', members: 1 });
    const [server] = lab.members;
    if (server === undefined) throw new Error('one member was asked for');
    const listener = await server.network.listen({ port: 7 });
    const answering = (async () => {
      for await (const connection of listener) {
        let received = '';
        for await (const chunk of connection.readable) received += Buffer.from(chunk).toString();
        const writer = connection.writable.getWriter();
        await writer.write(Buffer.from(`you said: ${received}`));
        await writer.close();
        return;
      }
    })();
    const directory = await mkdtemp(join(tmpdir(), 'ztkit-classic-'));
    const planet = join(directory, 'planet');
    await writeFile(planet, lab.planet);
    const run = runProgram(
      'classic/main.js',
      '--planet',
      planet,
      '--network',
      lab.networkId,
      '--to',
      server.ipv4,
      '--port',
      '7',
      '--loopback',
      '--state',
      directory,
    );
    const authorized = (async () => {
      for (;;) {
        const members = lab.controller.members(lab.networkId);
        const waiting = members.find(({ address }) => address !== server.node.address)?.address;
        if (waiting !== undefined) return lab.controller.authorize(lab.networkId, waiting);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    const { code, out } = await run;
    await authorized;
    await answering;
    expect(out).toContain('NODE_ONLINE');
    expect(out).toContain('NETWORK_READY_IP4');
    expect(out).toContain('you said: welcome to the machine');
    expect(code).toBe(0);
    await rm(directory, { recursive: true });
  });

  it.each(['native', 'wasm'])(
    'idle: three nodes on %s wake less than 5 times a second, and take under a hundredth of a core',
    async (engine) => {
      const { code, out } = await runProgram('idle/main.js', engine);
      expect(code).toBe(0);
      const measured = JSON.parse(out) as { wakeUpsPerSecond: number; percentOfCore: number };
      expect(measured.wakeUpsPerSecond).toBeLessThan(5);
      expect(measured.percentOfCore).toBeLessThan(1);
    },
  );

  it('demo says what is wrong with a bad option and shows help', async () => {
    const bad = await runProgram('demo/main.js', '--size', 'huge');
    expect(bad.code).toBe(1);
    expect(bad.err).toContain('Give a size');
    const help = await runProgram('demo/main.js', '--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('--loss');
  });

  it.each([
    [['scale', '--size', '5'], 'scale does not have --size; it has no options'],
    [['hostile', '--settle', '5'], 'hostile does not have --settle; it has --size'],
    [['scale', '--settle', '5', '--size', '5'], 'scale does not have --settle and --size; it has no options'],
    [['--settle', '5'], 'transport does not have --settle; it has --size'],
  ])('bench %j is refused', async (words, message) => {
    const { code, out, err } = await runProgram('bench/main.js', ...words);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
  });

  it.each([['native'], ['wasm']])(
    'demo over %s moves data bit-exact in spite of loss, reordering and duplication',
    async (engine) => {
      const { code, out, err } = await runProgram(
        'demo/main.js',
        '--engine',
        engine,
        '--size',
        '4MiB',
        '--loss',
        '5',
        '--reorder',
        '5',
        '--duplicate',
        '5',
      );
      expect(err).toBe('');
      expect(out).toContain('PEER_DIRECT');
      expect(out).toMatch(/SHA-256 [0-9a-f]{64} on both sides/);
      expect(out).toContain('all processes ended in order');
      expect(code).toBe(0);
    },
  );
});
