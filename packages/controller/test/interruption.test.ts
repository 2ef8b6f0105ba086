/** A signal while a command starts: it ends in order when the start is done. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPrivateWorld, generateIdentity } from '@ztkit/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-interruption-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Runs a command and sends it SIGTERM as soon as its start has made that file in the directory. */
async function interruptAt(file: string, directory: string, command: string, words: string[]) {
  const bin = fileURLToPath(new URL(`../bin/${command}.js`, import.meta.url));
  const made = new Promise<void>((resolve) => {
    const watcher = watch(directory, (_event, name) => {
      if (name !== file) return;
      watcher.close();
      resolve();
    });
  });
  const child = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([made, ended]);
  child.kill('SIGTERM');
  const [code, signal] = await ended;
  return { code, signal };
}

async function freePort(): Promise<string> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return String(port);
}

it('ends ztkit-controller start in order', async () => {
  const directory = await mkdtemp(join(home, 'controller-'));
  const identity = await generateIdentity();
  const planet = join(home, 'planet');
  await writeFile(
    planet,
    await createPrivateWorld({ roots: [{ identity, endpoints: [{ address: '127.0.0.1', port: 9 }] }] }),
  );
  const where = ['--port', '0', '--bind', '127.0.0.1', '--http', '127.0.0.1:0', '--planet', planet];
  const words = ['--home', directory, 'start', ...where, '--log-level', 'error'];
  expect(await interruptAt('authtoken.secret', directory, 'ztkit-controller', words)).toEqual({
    code: 0,
    signal: null,
  });
  // The node was closed: its identity is whole, and nothing of SQLite's journal is left.
  expect(await readFile(join(directory, 'identity.secret'), 'utf8')).toMatch(/^[0-9a-f]{10}:0:/);
  expect((await readdir(directory)).filter((name) => name.endsWith('-wal'))).toEqual([]);
});

it('ends ztkit root in order', async () => {
  const directory = await mkdtemp(join(home, 'root-'));
  const port = await freePort(); // a root has a fixed one, which its world names
  const where = ['--port', port, '--bind', '127.0.0.1', '--allow-loopback', '--endpoint', `127.0.0.1/${port}`];
  const words = ['root', '--home', directory, ...where, '--log-level', 'error'];
  expect(await interruptAt('identity.secret', directory, 'ztkit', words)).toEqual({ code: 0, signal: null });
});
