import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireKernel } from './namespaces.ts';
import { directions, families, join, leave, openStage, type Stage } from './stage.ts';

const MIB = 1 << 20;

describe.runIf(requireKernel())('streams between our stack and the kernel', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.end());

  describe.each(families)('%s', (family) => {
    describe.each(directions)('%s', (direction) => {
      test('64 MiB each way, every byte compared, an orderly end', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        for (const [from, out, to, into] of [
          [client, 'c', server, 's'],
          [server, 's', client, 'c'],
        ] as const) {
          const [, , read] = await Promise.all([
            from.call('write', out, 64 * MIB, 1),
            from.call('shutdown', out),
            to.call('read-all', into, 1),
          ]);
          expect(read?.bytes).toBe(String(64 * MIB));
        }
        await leave(joined);
      });

      test('16 MiB both ways at once', async () => {
        const joined = await join(stage, direction, family);
        const { client, server } = joined;
        const [, , one, , , other] = await Promise.all([
          client.call('write', 'c', 16 * MIB, 2),
          client.call('shutdown', 'c'),
          client.call('read-all', 'c', 3),
          server.call('write', 's', 16 * MIB, 3),
          server.call('shutdown', 's'),
          server.call('read-all', 's', 2),
        ]);
        expect([one?.bytes, other?.bytes]).toEqual([String(16 * MIB), String(16 * MIB)]);
        await leave(joined);
      });

      test.each([1, 100, 1448, 5000])('2000 round trips of %i bytes', async (size) => {
        const joined = await join(stage, direction, family);
        const echo = joined.server.call('echo', 's');
        const { ms } = await joined.client.call('ping-pong', 'c', size, 4, 2000);
        // A delayed ACK in every round would be 40 ms; the machine may be busy.
        expect(Number(ms) / 2000).toBeLessThan(10);
        await joined.client.call('shutdown', 'c');
        expect((await echo).bytes).toBe(String(size * 2000));
        await leave(joined);
      });
    });
  });
});
