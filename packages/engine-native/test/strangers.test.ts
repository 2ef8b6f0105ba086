import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNativeEngine } from '../src/index.js';
import { Lab } from './lab.js';
import { ping, transfer } from './traffic.js';

const engine = createNativeEngine();

/** Sends datagrams too short to be anything, as fast as it can, until it is killed. */
const FLOOD = `
  const [, address, port] = process.argv;
  const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  const junk = Buffer.alloc(20, 1);
  const go = () => {
    for (let i = 0; i < 200; i++) socket.send(junk, () => {});
    setImmediate(go);
  };
  socket.connect(Number(port), address, go);
`;

/** How many datagrams the kernel refused for the socket at this port (proc(5), the last column). */
function refused(address: string, port: number): number {
  const table = readFileSync(address.includes(':') ? '/proc/net/udp6' : '/proc/net/udp', 'latin1');
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const row = table.split('\n').find((line) => line.trim().split(/\s+/)[1]?.endsWith(local));
  return Number(row?.trim().split(/\s+/).at(-1));
}

describe.each(['127.0.0.1', '::1'])('a node at %s under a flood of strangers', (address) => {
  let lab: Lab;
  let peer: Awaited<ReturnType<Lab['member']>>;
  let victim: Awaited<ReturnType<Lab['member']>>;
  let port: number;
  let flood: ChildProcess | undefined;
  const read = (): number => Number(victim.node.counters().TOO_SHORT ?? 0n);
  const stop = async (): Promise<void> => {
    if (flood === undefined || flood.exitCode !== null || flood.signalCode !== null) return;
    flood.kill('SIGKILL');
    await once(flood, 'exit');
  };

  beforeAll(async () => {
    lab = await Lab.start(engine, address);
    peer = await lab.member();
    victim = await lab.member();
    port = victim.node.info().bound[0]?.port ?? 0;
    await transfer(peer.lab, victim.lab, victim.ip, 5000, 1 << 20);
    const known = victim.node.peers().find((p) => p.address === peer.node.info().address);
    expect(known?.paths.map((path) => path.endpoint.address)).toContain(address);
    flood = spawn(process.execPath, ['-e', FLOOD, address, `${port}`], { stdio: 'inherit' });
  });
  afterAll(async () => {
    await stop();
    await lab?.close();
  });

  it('has most of it refused before it reads it', async () => {
    await expect.poll(() => refused(address, port), { timeout: 20_000 }).toBeGreaterThan(20_000);
    const [seen, gone] = [read(), refused(address, port)];
    await expect.poll(() => refused(address, port) - gone, { timeout: 20_000 }).toBeGreaterThan(50_000);
    expect(read() - seen).toBeGreaterThan(0);
    expect(read() - seen).toBeLessThan(refused(address, port) - gone);
  });

  it('keeps its peers, and is found by newcomers', async () => {
    await transfer(peer.lab, victim.lab, victim.ip, 5001, 16 << 20);
    const newcomer = await lab.member();
    expect(await ping(newcomer.lab, victim.ip, 1)).toBeLessThan(10_000);
  });

  it('reads everything again once it is over', async () => {
    expect(flood?.exitCode).toBeNull();
    await stop();
    const stranger = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    await expect
      .poll(
        async () => {
          const before = read();
          for (let i = 0; i < 50; i++) stranger.send(Buffer.alloc(20, 1), port, address);
          await sleep(100);
          return read() - before;
        },
        { timeout: 20_000 },
      )
      .toBe(50);
    stranger.close();
  });
});
