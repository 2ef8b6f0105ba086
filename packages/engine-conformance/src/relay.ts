/**
 * Paths: direct where possible, through the root where not, direct still when the root is gone. The events say
 * which.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { connection, digestOf, ping, receiveAll, sendAll } from './tcp-pipe.js';

/** Blocks the direct path to a member, as a firewall would. */
function blocked(host: string): string[] {
  return [`${host}/32`];
}

async function transfer(a: Member, b: Member, size: number): Promise<void> {
  const [client, server] = await connection(a, b);
  const [received] = await Promise.all([receiveAll(server), sendAll(client, size, 9)]);
  expect(received).toEqual({ bytes: size, digest: digestOf(size, 9) });
  for (const end of [client, server]) end.watched.node.socketClose(end.socket);
}

export function relaySuite(engines: EngineSet): void {
  describe(`paths, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());

    it('goes through the root when direct paths are blocked, and says PEER_RELAY', async () => {
      const [hostA, hostB] = [lab.host(), lab.host()];
      const bindA = [{ address: hostA, port: 0 }];
      const bindB = [{ address: hostB, port: 0 }];
      const [a, b] = await lab.pair(
        { bind: bindA, blacklist: blocked(hostB) },
        { bind: bindB, blacklist: blocked(hostA) },
      );
      expect(await ping(a, b.ipv4)).toBeLessThan(5000);
      await transfer(a, b, 1 << 20);
      await a.watched.next('PEER_RELAY', { where: ({ peer }) => peer.address === b.address });
      await b.watched.next('PEER_RELAY', { where: ({ peer }) => peer.address === a.address });
      const peer = a.watched.node.peers().find(({ address }) => address === b.address);
      expect(peer?.paths.filter(({ expired }) => !expired)).toEqual([]);
      const direct = a.watched.events.filter(
        (event) => event.type === 'PEER_DIRECT' && event.peer.address === b.address,
      );
      expect(direct).toEqual([]);
      await lab.stop(a.watched);
      await lab.stop(b.watched);
    });

    it('finds the direct path, says PEER_DIRECT with its endpoint, and keeps it when the root is gone', async () => {
      const [a, b] = await lab.pair();
      await ping(a, b.ipv4);
      const direct = await a.watched.next('PEER_DIRECT', { where: ({ peer }) => peer.address === b.address });
      expect(direct.peer.paths.map(({ endpoint }) => endpoint)).toContainEqual(b.physical);
      await b.watched.next('PEER_DIRECT', { where: ({ peer }) => peer.address === a.address });
      const discovered = await a.watched.next('PEER_PATH_DISCOVERED', {
        where: ({ peer }) => peer.address === b.address,
      });
      expect(discovered.path).toEqual(b.physical);
      await lab.stop(lab.root);
      const after = a.watched.mark();
      await transfer(a, b, 1 << 20);
      const offline = a.watched.next('NODE_OFFLINE', { after, ms: 50_000 });
      for (let second = 0; second < 5; second++) {
        expect(await ping(a, b.ipv4)).toBeLessThan(1000);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      await offline;
      expect(await ping(a, b.ipv4)).toBeLessThan(1000);
      await transfer(b, a, 1 << 20);
      expect(
        a.watched.events
          .slice(after)
          .filter((event) => event.type === 'PEER_RELAY' && event.peer.address === b.address),
      ).toEqual([]);
    });
  });
}
