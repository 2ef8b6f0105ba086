import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createPort } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireKernel } from './namespaces.ts';
import { families, openStage, type Stage } from './stage.ts';

const run = promisify(execFile);
const BODY = Buffer.alloc(5_000_000, 'A tiny HTTP server on our stack. ');

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address);

async function freePort(): Promise<number> {
  const server = createPort().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// `forward` carries a connection between our stack and this machine's loopback, where ordinary servers and clients are.
describe.runIf(requireKernel())('programs as they are', () => {
  let stage: Stage;
  const inPeer = (...command: string[]) => ['netns', 'exec', stage.ns, ...command];
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.end());

  describe.each(families)('%s', (family) => {
    test('curl fetches from an HTTP server on our stack', async () => {
      const server = createServer((request, response) => {
        if (request.method === 'PUT') request.pipe(response);
        else response.end(BODY);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const name = `http-${family}`;
      await stage.ours.call('forward', name, `${stage.address.ours[family]}/80`, `127.0.0.1/${port}`);
      const url = `http://${bracketed(stage.address.ours[family])}/`;
      const options = { encoding: 'buffer' as const, maxBuffer: 1 << 27 };
      const { stdout } = await run('ip', inPeer('curl', '-sS', '--max-time', '20', url, url), options);
      expect(sha256(stdout)).toBe(sha256(Buffer.concat([BODY, BODY])));
      await stage.ours.call('close', name);
      server.closeAllConnections();
      server.close();
    });

    test('our client fetches from an HTTP server of the kernel', async () => {
      const address = stage.address.kernel[family];
      const server = spawn(
        'ip',
        inPeer('python3', '-u', '-m', 'http.server', '8080', '--bind', address, '-d', '/usr/include'),
      );
      const log = logOf(server);
      await log.until('Serving HTTP');
      const port = await freePort();
      const name = `fetch-${family}`;
      await stage.ours.call('forward-in', name, `127.0.0.1/${port}`, `${address}/8080`);
      try {
        const signal = AbortSignal.timeout(20_000);
        const response = await fetch(`http://127.0.0.1:${port}/stdio.h`, { signal });
        expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(readFileSync('/usr/include/stdio.h')));
      } catch (error) {
        const counters = JSON.stringify(await stage.ours.call('counters'));
        throw new Error(`${log.text()}\nthe link: ${counters}`, { cause: error });
      } finally {
        server.kill();
        await stage.ours.call('close', name);
      }
    });

    test.each(['to us', 'from us'])('iperf3 %s', async (way) => {
      const port = await freePort();
      const server = spawn('iperf3', ['-s', '-1', '-B', '127.0.0.1', '-p', String(port)]);
      const name = `iperf-${family}`;
      await stage.ours.call('forward', name, `${stage.address.ours[family]}/5201`, `127.0.0.1/${port}`);
      try {
        const reverse = way === 'from us' ? ['-R'] : [];
        const client = inPeer('iperf3', '-J', '-t', '2', '-P', '2', '-c', stage.address.ours[family], ...reverse);
        const { stdout } = await retried(() => run('ip', client, { timeout: 20_000, maxBuffer: 1 << 24 }));
        const result = JSON.parse(stdout);
        expect(result.error).toBeUndefined();
        expect(result.end.sum_received.bits_per_second).toBeGreaterThan(20e6);
      } finally {
        server.kill();
        await stage.ours.call('close', name);
      }
    });

    test('nc to us, with half-close', async () => {
      const address = stage.address.ours[family];
      await stage.ours.call('listen', 'nc', `${address}/7100`, 1);
      const echo = Promise.all([stage.ours.call('accept', 'nc', 'nc-s'), stage.ours.call('echo', 'nc-s')]);
      const client = spawn('ip', inPeer('nc', '-N', '-w', '10', address, '7100'));
      let out = '';
      client.stdout.on('data', (text) => {
        out += text;
      });
      const text = 'netcat speaks to us\n'.repeat(20_000);
      client.stdin.end(text);
      await new Promise((resolve) => client.on('close', resolve));
      expect(sha256(out)).toBe(sha256(text));
      await echo;
      await stage.ours.call('close', 'nc-s');
      await stage.ours.call('close', 'nc');
    });

    test('we to nc', async () => {
      const address = stage.address.kernel[family];
      const server = spawn('ip', inPeer('nc', '-l', '-N', address, '7200'));
      let size = 0;
      server.stdout.on('data', (data) => {
        size += data.length;
      });
      server.stdin.end('x'.repeat(1000));
      await sleep(300);
      await stage.ours.call('connect', 'nc-c', `${address}/7200`);
      await Promise.all([stage.ours.call('write', 'nc-c', 3_000_000, 1), stage.ours.call('shutdown', 'nc-c')]);
      await new Promise((resolve) => server.on('close', resolve));
      expect(size).toBe(3_000_000);
      await stage.ours.call('close', 'nc-c');
    });
  });
});

/** What a program says: `until` resolves when it has said `words`, and rejects when it ends before. */
function logOf(program: ChildProcessWithoutNullStreams) {
  let text = '';
  const said = new EventEmitter();
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (data) => {
      text += data;
      said.emit('more');
    });
  }
  const ended = once(program, 'close');
  const until = async (words: string) => {
    const over = ended.then(([code]) => Promise.reject(new Error(`ended with ${code}: ${text}`)));
    while (!text.includes(words)) await Promise.race([once(said, 'more'), over]);
    over.catch(() => {});
  };
  return { until, text: () => text };
}

/** Programs need a moment until they listen. */
async function retried<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await action();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(100);
    }
  }
}
