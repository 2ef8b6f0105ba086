import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabError } from './lab.ts';
import { requireKernel } from './namespaces.ts';
import { directions, families, join, leave, openStage, type Stage } from './stage.ts';

const KIB = 1 << 10;

/** The status a request ended with. */
const statusOf = (request: Promise<unknown>) =>
  request.then(
    () => 'ok',
    (error: LabError) => error.status,
  );

describe.runIf(requireKernel())('how connections with the kernel end', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.end());

  describe.each(families)('%s', (family) => {
    describe.each(directions)('%s', (direction) => {
      test('half-close by the client: the server still sends', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        await client.call('write', 'c', 10 * KIB, 1);
        await client.call('shutdown', 'c');
        expect((await server.call('read-all', 's', 1)).bytes).toBe(String(10 * KIB));
        const reading = client.call('read-all', 'c', 2);
        await server.call('write', 's', 300 * KIB, 2);
        await sleep(50);
        await server.call('write', 's', 300 * KIB, 2);
        await server.call('shutdown', 's');
        expect((await reading).bytes).toBe(String(600 * KIB));
        await leave(joined);
      });

      test('half-close by the server: the client still sends', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        await server.call('shutdown', 's');
        expect((await client.call('read-all', 'c', 1)).bytes).toBe('0');
        const reading = server.call('read-all', 's', 1);
        await client.call('write', 'c', 500 * KIB, 1);
        await client.call('shutdown', 'c');
        expect((await reading).bytes).toBe(String(500 * KIB));
        await leave(joined);
      });

      test('abort by the client is a reset at the server', async () => {
        const joined = await join(stage, direction, family);
        const reading = statusOf(joined.server.call('read', 's', 1, 1));
        await joined.client.call('abort', 'c');
        expect(await reading).toBe('connection_reset');
      });

      test('abort by the server is a reset at the client', async () => {
        const joined = await join(stage, direction, family);
        const reading = statusOf(joined.client.call('read', 'c', 1, 1));
        await joined.server.call('abort', 's');
        expect(await reading).toBe('connection_reset');
      });

      test('nobody listens: refused', async () => {
        const client = direction === 'we connect' ? stage.ours : stage.kernel;
        const ip = stage.address[direction === 'we connect' ? 'kernel' : 'ours'][family];
        expect(await statusOf(client.call('connect', 'refused', `${ip}/9`))).toBe('connection_refused');
      });

      test('a window that closes and opens again: the slow reader gets everything', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        const total = 40 * KIB * KIB;
        const writing = client.call('write', 'c', total, 1);
        let written = false;
        void writing.then(() => {
          written = true;
        });
        await sleep(700); // both buffers are full, the window is closed and was probed
        expect(written).toBe(false);
        const info = await client.call('info', 'c');
        for (let i = 0; i < 8; ++i) {
          await server.call('read', 's', total / 16, 1);
          await sleep(20);
        }
        const rest = server.call('read-all', 's', 1);
        await Promise.all([writing, client.call('shutdown', 'c')]);
        expect((await rest).bytes).toBe(String(total / 2));
        expect(Number(info['not-sent'])).toBeGreaterThan(0);
        await leave(joined);
      });
    });
  });
});
