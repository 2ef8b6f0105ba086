/** Processes that share or lose a state directory: races for the lock, kill -9 while storing. Linux and macOS. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../src/index.js';

let home: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ztkit-killed-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

/** A process of the built package; `program` has `home` and the store. */
function run(program: string): ChildProcess {
  const entry = new URL('../dist/file-store.js', import.meta.url).href;
  const script = `import { fileStore } from ${JSON.stringify(entry)};
    const home = ${JSON.stringify(home)};
    const store = fileStore(home);
    ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
}

describe('many processes that find one stale lock', () => {
  it.each(['999999999\n', '999999999 5 0123456789abcdef\n', 'not a lock', ''])(
    '%j: one gets it',
    async (stale) => {
      await writeFile(join(home, 'ztkit.lock'), stale);
      const at = Date.now() + 2_500;
      const contender = `
      while (Date.now() < ${at});
      try { await store.open(); console.log('held'); setTimeout(() => store.close(), 3000); }
      catch (error) { console.log(error.code, /in use|others keep/.test(error.message)); }`;
      const texts = await Promise.all(Array.from({ length: 8 }, () => output(run(contender))));
      expect(texts.map((text) => text.trim()).sort()).toEqual([...Array(7).fill('ERR_ZT_STORE true'), 'held']);
      expect(await readdir(home)).toEqual([]);
    },
    60_000,
  );
});

it('a lock of a killed process is taken, also when its number is in use again', async () => {
  const child = run('await store.open(); console.log("open"); setInterval(() => {}, 1000);');
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const lock = await readFile(join(home, 'ztkit.lock'), 'utf8');
  const store = fileStore(home);
  await expect(store.open?.()).rejects.toThrow(`in use by process ${child.pid} `);
  child.kill('SIGKILL');
  await once(child, 'close');
  await store.open?.();
  await store.close?.();
  if (process.platform !== 'linux') return;
  // The same number, started at another time: our parent is alive.
  await writeFile(join(home, 'ztkit.lock'), lock.replace(`${child.pid} `, `${process.ppid} `));
  await store.open?.();
  await store.close?.();
}, 30_000);

it.skipIf(process.platform !== 'linux')(
  'a thread of the process that has the lock does not get it',
  async () => {
    const worker = `
    import { parentPort, workerData } from 'node:worker_threads';
    import(workerData.entry).then(({ fileStore }) => fileStore(workerData.home).open())
      .then(() => 'held', (error) => error.code).then((outcome) => parentPort.postMessage(outcome));`;
    const child = run(`
    const { Worker } = await import('node:worker_threads');
    const entry = ${JSON.stringify(new URL('../dist/file-store.js', import.meta.url).href)};
    await store.open();
    const worker = new Worker(${JSON.stringify(worker)}, { eval: true, workerData: { home, entry } });
    worker.on('message', (outcome) => { console.log(outcome); store.close(); });`);
    expect((await output(child)).trim()).toBe('ERR_ZT_STORE');
  },
  30_000,
);

it('closing leaves the lock of another that took its place', async () => {
  const store = fileStore(home);
  await store.open?.();
  await writeFile(join(home, 'ztkit.lock'), '999999999 5 0123456789abcdef\n');
  await store.close?.();
  expect(await readdir(home)).toEqual(['ztkit.lock']);
});

it('a process killed again and again while it stores leaves whole objects', async () => {
  const storing = `
    await store.open();
    console.log('open');
    for (let i = 0; ; i++) {
      const byte = i % 256, size = 1000 + (i % 7) * 5000;
      await store.put('planet', new Uint8Array(size).fill(byte));
      await Promise.all([0, 1, 2, 3].map((n) =>
        store.put('peers.d/000000000' + n + '.peer', new Uint8Array(size).fill(byte))));
      if (i % 5 === 0) await store.delete('peers.d/0000000000.peer');
    }`;
  for (let round = 0; round < 8; round++) {
    const child = run(storing);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    child.kill('SIGKILL');
    await once(child, 'close');
    const store = fileStore(home);
    await store.open?.();
    for (const name of ['planet', ...(await store.list('peers.d'))]) {
      const data = await store.get(name);
      if (data === undefined) continue;
      expect(data.length).toBeGreaterThanOrEqual(1000);
      expect(new Set(data).size).toBe(1);
    }
    const names = [...(await readdir(home)), ...(await readdir(join(home, 'peers.d')).catch(() => []))];
    expect(names.filter((name) => name.includes('tmp'))).toEqual([]);
    await store.close?.();
  }
}, 60_000);

it.skipIf(process.platform !== 'linux')(
  'a disk without room refuses the new object and keeps the old one',
  async () => {
    const program = `
    await store.open();
    await store.put('planet', new Uint8Array(100).fill(1));
    const outcome = await store.put('planet', new Uint8Array(1 << 20).fill(2)).catch((error) => error.code);
    const kept = await store.get('planet');
    console.log(outcome, kept.length, kept[0]);
    await store.close();`;
    const entry = new URL('../dist/file-store.js', import.meta.url).href;
    const script = `import { fileStore } from ${JSON.stringify(entry)}; const store = fileStore(${JSON.stringify(home)}); ${program}`;
    // Files of this process may not grow beyond 64 KiB; without the signal that is an error of the write.
    const shell = `trap '' XFSZ; ulimit -f 64; exec "$0" --input-type=module -e "$1"`;
    const child = spawn('bash', ['-c', shell, process.execPath, script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    expect((await output(child)).trim()).toBe('ERR_ZT_STORE 100 1');
    expect(await readdir(home)).toEqual(['planet']);
  },
);
