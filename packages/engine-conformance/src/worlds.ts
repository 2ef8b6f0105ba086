/** Moons and what a root counts, as an engine shows them. */
import type { MoonInfo, NodeAddress, ZtErrorCode } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicPart } from './identities.js';
import { type EngineSet, Lab } from './lab.js';

const failing = (code: ZtErrorCode) => expect.objectContaining({ code });

export function worldsSuite(engines: EngineSet): void {
  describe(`worlds, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());

    it('gets a moon from its seed, stores it, takes it back, and drops it', async () => {
      const identity = await lab.identity();
      const id = identity.slice(0, 10).padStart(16, '0');
      const seed = identity.slice(0, 10) as NodeAddress;
      const roots = [{ identity: publicPart(identity), endpoints: [] }];
      const made = await engines.a.makeWorld({ type: 'moon', id: BigInt(`0x${id}`), timestamp: 5n, roots });
      expect(made.signingKey).toHaveLength(128);
      const luna = await lab.startNode(engines.a, { identitySecret: identity, moons: [made.bytes] });
      expect(luna.node.moons()).toEqual([{ id, timestamp: 5n, roots: [seed] }]);

      const orbiting = await lab.startNode(engines.b, { orbits: [{ id, seed }] });
      expect(orbiting.node.moons()).toMatchObject([{ id, seed }]);
      const stored = await orbiting.next('STORE_MOON', { ms: 30_000 });
      expect(stored).toMatchObject({ moon: id, data: made.bytes });
      const held: MoonInfo[] = [{ id, timestamp: 5n, roots: [seed] }];
      expect(orbiting.node.moons()).toEqual(held);
      expect(orbiting.node.peers().find(({ address }) => address === seed)?.role).toBe('MOON');

      const restarted = await lab.startNode(engines.b, { moons: [stored.data] });
      expect(restarted.node.moons()).toEqual(held);
      restarted.node.orbit(id, undefined);
      const mark = restarted.mark();
      restarted.node.deorbit(id);
      expect((await restarted.next('STORE_MOON', { after: mark })).data).toHaveLength(0);
      expect(restarted.node.moons()).toEqual([]);
      expect(() => restarted.node.deorbit(id)).toThrowError(failing('ERR_ZT_NOT_FOUND'));
      expect(() => restarted.node.orbit(id, undefined)).toThrowError(failing('ERR_ZT_NOT_FOUND'));
      restarted.node.orbit(id, undefined, stored.data);
      expect(restarted.node.moons()).toEqual(held);
      const other = '00000000000000aa';
      expect(() => restarted.node.orbit(other, seed, stored.data)).toThrowError(failing('ERR_ZT_INVALID_ARGUMENT'));
      expect(() => restarted.node.orbit('0000000000000000', seed)).toThrowError(failing('ERR_ZT_INVALID_ARGUMENT'));
    });

    it('says that a stored moon is damaged, and goes on', async () => {
      const node = await lab.startNode(engines.a, { moons: [new Uint8Array(50)] });
      expect((await node.next('WARNING')).kind).toBe('MOON_REJECTED');
      await node.next('NODE_ONLINE');
    });

    it('counts what a root does, and takes the options of a root', async () => {
      const node = await lab.startNode(engines.a, { maxPeers: 64, relayLimits: { total: 1_000_000, perSource: 0 } });
      await node.next('NODE_ONLINE');
      const counters = lab.root.node.nodeCounters();
      expect(counters.HELLOS_ANSWERED).toBeGreaterThan(0n);
      expect(counters.PEERS).toBeGreaterThan(0n);
      expect(counters.BYTES_RECEIVED).toBeGreaterThan(counters.DATAGRAMS_RECEIVED);
      const refused = lab.startNode(engines.a, { maxPeers: 63 });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
    });
  });
}
