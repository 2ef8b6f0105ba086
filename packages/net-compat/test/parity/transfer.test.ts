import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket } from '../../src/index.js';
import { stacks } from './stacks.js';

const HOST = '127.0.0.1';
const MIB = 1 << 20;

describe.each(stacks)('$name', (stack) => {
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('moves 8 MiB bit-exact through a slow reader', async () => {
    const data = randomBytes(8 * MIB);
    const server = stack.net().createServer((socket) => {
      socket.end(data);
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    const socket = stack.net().connect(server.address()?.port, HOST);
    const hash = createHash('sha256');
    let chunks = 0;
    for await (const chunk of socket) {
      hash.update(chunk as Buffer);
      chunks += 1;
      if (chunks % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
    expect(socket.bytesRead).toBe(data.length);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('holds a writer back until the reader reads', async () => {
    const peers: Socket[] = [];
    const server = stack.net().createServer({ pauseOnConnect: true }, (socket) => peers.push(socket));
    server.listen(0, HOST);
    await once(server, 'listening');
    const socket = stack.net().connect(server.address()?.port, HOST);
    await once(socket, 'connect');
    const block = Buffer.alloc(MIB, 7);
    let written = 0;
    while (written < 64 && socket.write(block)) written += 1;
    expect(socket.writableNeedDrain).toBe(true);
    for (let i = 0; i < 40; i += 1) socket.write(block);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(socket.writableLength).toBeGreaterThan(0);
    const total = (written + 41) * MIB;
    socket.end();
    let received = 0;
    const [peer] = peers;
    if (peer === undefined) throw new Error('no connection was accepted');
    for await (const chunk of peer) received += (chunk as Buffer).length;
    expect(received).toBe(total);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('serves as both ends of stream.pipeline', async () => {
    const server = stack.net().createServer((socket) => {
      pipeline(socket, socket).catch(() => socket.destroy());
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    const socket = stack.net().connect(server.address()?.port, HOST);
    const data = randomBytes(300_000);
    const back: Buffer[] = [];
    await Promise.all([
      pipeline([data], socket, { end: true }).catch((error: Error) => {
        throw error;
      }),
      (async () => {
        for await (const chunk of socket) back.push(chunk as Buffer);
      })(),
    ]);
    expect(Buffer.concat(back).equals(data)).toBe(true);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
