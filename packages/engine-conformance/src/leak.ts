/** Starting, joining, moving data and closing, again and again, leaves nothing: no handle, no thread, no memory. */
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Endpoint, NetworkId } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, freePort, Lab, type Member } from './lab.js';
import { connection, digestOf, receiveAll, sendAll } from './tcp-pipe.js';

const cycles = 200;
/** A controller answers one request per second for one member of one network (controller.md §3): so cycles rotate. */
const identityCount = 8;
const networkCount = 8;
/** The second half may grow by this much: garbage that waits, not 100 nodes. */
const maxGrowthBytes = 12 << 20;
const transferBytes = 64 << 10;

interface Usage {
  descriptors: number;
  threads: number;
  resources: number;
  rss: number;
}

function usage(): Usage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const count = (path: string) => readdirSync(path).length;
  return {
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
    resources: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
    rss: process.memoryUsage.rss(),
  };
}

export function leakSuite(engines: EngineSet): void {
  describe.skipIf(process.platform !== 'linux')(`leaks, ${engines.name}`, () => {
    let lab: Lab;
    const networks: NetworkId[] = [];
    const partners: Member[] = [];
    const residents: { identitySecret: string; bind: Endpoint[] }[] = [];
    beforeAll(async () => {
      lab = await Lab.start(engines);
      const first = await lab.member(engines.b);
      networks.push(lab.network);
      partners.push(first);
      while (networks.length < networkCount) {
        const network = lab.controller.createNetwork(true);
        first.watched.node.join(network);
        networks.push(network);
        partners.push(await lab.whenReady(first.watched, network));
      }
      for (let index = 0; index < identityCount; index++) {
        const address = lab.host();
        residents.push({ identitySecret: await lab.identity(), bind: [{ address, port: await freePort(address) }] });
      }
    });
    afterAll(() => lab?.close());

    async function cycle(number: number): Promise<void> {
      const which = Math.floor(number / identityCount) % networkCount;
      const network = networks[which] ?? lab.network;
      const member = await lab.member(engines.a, residents[number % identityCount], network);
      const [client, server] = await connection(member, partners[which] ?? member);
      const [received] = await Promise.all([receiveAll(server), sendAll(client, transferBytes)]);
      expect(received).toEqual({ bytes: transferBytes, digest: digestOf(transferBytes) });
      server.watched.node.socketClose(server.socket);
      await lab.stop(member.watched);
    }

    it(`${cycles} cycles leave no handle, no thread and no memory`, { timeout: 150_000 }, async () => {
      for (let number = 0; number < 10; number++) await cycle(number);
      const start = usage();
      for (let number = 10; number < cycles / 2; number++) await cycle(number);
      const middle = usage();
      for (let number = cycles / 2; number < cycles; number++) await cycle(number);
      const end = usage();
      const { rss: _, ...countsAtStart } = start;
      expect(end).toMatchObject(countsAtStart);
      expect(end.rss - middle.rss).toBeLessThan(maxGrowthBytes);
    });
  });
}
