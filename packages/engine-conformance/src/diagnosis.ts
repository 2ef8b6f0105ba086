/** Why a node is not online: each reason that real nodes on loopback can be brought to, as event and as diagnosis. */
import { createSocket } from 'node:dgram';
import type { Endpoint, OfflineCause } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicPart } from './identities.js';
import { type EngineSet, freePort, Lab, type NodeExtras } from './lab.js';
import type { WatchedNode } from './watched-node.js';

/** Longer than a node takes to call itself offline. */
const patienceMs = 25_000;

/** A peer cache record with one endpoint (vl1.md §9.2). */
function peerRecord(identity: string, { address, port }: Endpoint): Uint8Array {
  const [node = '', , key = ''] = identity.split(':');
  const head = [2, ...Buffer.from(node, 'hex'), 0, ...Buffer.from(key, 'hex'), 0];
  const versions = [0, 12, 0, 1, 0, 14, 0, 1];
  return Uint8Array.from([...head, ...versions, 0, 1, 4, ...address.split('.').map(Number), port >> 8, port & 0xff]);
}

/** One datagram of garbage. */
function sendGarbage(to: Endpoint): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.send(new Uint8Array(100), to.port, to.address, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}

export function diagnosisSuite(engines: EngineSet): void {
  describe(`diagnosis, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());

    const planetAt = async (endpoints: Endpoint[]) => {
      const roots = [{ identity: lab.root.node.info().identity, endpoints }];
      return engines.a.makePlanet({ id: 0x77n, timestamp: 1n, roots });
    };
    const nobody = async () => ({ address: '127.0.0.1', port: await freePort('127.0.0.1') });
    const start = (extras: NodeExtras) => lab.startNode(engines.a, extras);
    /** Waits until exactly these reasons are told, and compares with what `diagnose` answers. */
    const expectOffline = async (watched: WatchedNode, reasons: OfflineCause[]) => {
      const where = ({ connectivity }: { connectivity: { reasons: readonly OfflineCause[] } }) =>
        connectivity.reasons.join() === reasons.join();
      const { connectivity } = await watched.next('NODE_CONNECTIVITY', { where, ms: patienceMs });
      expect(connectivity.state).toBe('OFFLINE');
      expect(watched.node.diagnose()).toMatchObject({ state: 'OFFLINE', reasons });
      expect(watched.types()).not.toContain('NODE_ONLINE');
      return connectivity;
    };

    it('of a node that is online: ONLINE after NODE_ONLINE, the root heard where it is', async () => {
      const watched = await start({});
      const { connectivity } = await watched.next('NODE_CONNECTIVITY');
      expect(connectivity).toMatchObject({ state: 'ONLINE', reasons: [] });
      const types = watched.types();
      expect(types.indexOf('NODE_CONNECTIVITY')).toBeGreaterThan(types.indexOf('NODE_ONLINE'));
      const { roots, sinceRootHeardMs } = watched.node.diagnose();
      expect(sinceRootHeardMs).toBeLessThan(20_000);
      expect(roots).toMatchObject([
        {
          address: lab.root.node.info().address,
          role: 'PLANET',
          endpoints: [{ endpoint: lab.rootEndpoint, tries: 0 }],
        },
      ]);
      expect(types.filter((type) => type === 'NODE_CONNECTIVITY')).toHaveLength(1);
      await lab.stop(watched);
    });

    it('nothing comes back: UDP_BLOCKED, with what was tried; something else does: NO_ROOT_REACHABLE', async () => {
      const silent = await nobody();
      const [unanswered, mute] = await Promise.all([
        start({ planet: await planetAt([silent]) }),
        start({ impairment: { loss: 1 } }),
      ]);
      expect(unanswered.node.diagnose().state).toBe('STARTING');
      const [told] = await Promise.all([unanswered, mute].map((node) => expectOffline(node, ['UDP_BLOCKED'])));
      const endpoint = told?.roots[0]?.endpoints[0];
      expect(endpoint).toMatchObject({ endpoint: silent, refused: false });
      expect(endpoint?.tries).toBeGreaterThan(2);
      expect(endpoint?.sinceTryMs).toBeLessThan(10_000);
      expect(told).not.toHaveProperty('sinceRootHeardMs');
      await sendGarbage(unanswered.node.info().bound[0] as Endpoint);
      await expectOffline(unanswered, ['NO_ROOT_REACHABLE']);
      await Promise.all([unanswered, mute].map((node) => lab.stop(node)));
    }, 60_000);

    it('nothing may be tried: ROOT_PATHS_REFUSED, NO_LOCAL_SOCKET, NO_ROOTS, at once', async () => {
      const started = Date.now();
      const refused = await start({ blacklist: ['127.0.0.1/32'] });
      const loopback = await start({ allowLoopbackPaths: false });
      const otherFamily = await start({ planet: await planetAt([{ address: '::1', port: 9993 }]) });
      const rootless = await start({ planet: await planetAt([]) });
      const told = await expectOffline(refused, ['ROOT_PATHS_REFUSED']);
      expect(told.roots[0]?.endpoints).toEqual([{ endpoint: lab.rootEndpoint, refused: true, tries: 0 }]);
      await expectOffline(loopback, ['ROOT_PATHS_REFUSED']);
      await expectOffline(otherFamily, ['NO_LOCAL_SOCKET']);
      await expectOffline(rootless, ['NO_ROOTS']);
      expect(Date.now() - started).toBeLessThan(9_000); // without the time others are given
      await Promise.all([refused, loopback, otherFamily, rootless].map((node) => lab.stop(node)));
    });

    it('the TCP relay is the only way, and is not there: TCP_RELAY_UNREACHABLE', async () => {
      const watched = await start({ tcpRelay: { server: await nobody(), mode: 'forced' } });
      await expectOffline(watched, ['TCP_RELAY_UNREACHABLE']);
      await lab.stop(watched);
    }, 60_000);

    it('the planet was lost: NO_ROOTS, at once', async () => {
      const watched = await start({ planet: null });
      const { roots } = await expectOffline(watched, ['NO_ROOTS']);
      expect(roots).toEqual([]);
      await lab.stop(watched);
    });

    it('another node is where the planet says the root is: ROOT_KEY_MISMATCH', async () => {
      const endpoint = await nobody();
      const watched = await start({ planet: await planetAt([endpoint]) });
      const usurper = await lab.identity();
      const roots = [{ identity: publicPart(usurper), endpoints: [endpoint] }];
      const planet = await engines.a.makePlanet({ id: 0x78n, timestamp: 1n, roots });
      const { identity, bound } = watched.node.info();
      const cachedPeers = [peerRecord(identity, bound[0] as Endpoint)];
      const other = await start({ identitySecret: usurper, planet, bind: [endpoint], cachedPeers });
      await expectOffline(watched, ['ROOT_KEY_MISMATCH', 'NO_ROOT_REACHABLE']);
      await lab.stop(other);
      await lab.stop(watched);
    }, 60_000);
  });
}
