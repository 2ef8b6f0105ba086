/** A node's life: start, refusal to start, end at any moment, many in one process. */
import { networkInterfaces } from 'node:os';
import type { Engine } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, freePort, Lab } from './lab.js';
import { WatchedNode } from './watched-node.js';

export function lifecycleSuite(engines: EngineSet): void {
  describe(`lifecycle, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());
    const engine: Engine = engines.a;

    it('says NODE_UP first, NODE_ONLINE when a root answered, NODE_DOWN last, then nothing', async () => {
      const watched = await lab.startNode(engine);
      const online = await watched.next('NODE_ONLINE');
      expect(online.address).toBe(watched.node.info().address);
      expect(watched.node.info()).toMatchObject({ online: true, planetId: 0x1234567890n });
      expect(watched.node.info().bound[0]?.port).toBeGreaterThan(0);
      const peers = watched.node.peers();
      expect(peers.map(({ address, role }) => [address, role])).toEqual([[lab.root.node.info().address, 'PLANET']]);
      await lab.stop(watched);
      const types = watched.types();
      // What must be stored is told before (sdk-api.md §3.3).
      expect(types.find((type) => !type.startsWith('STORE_'))).toBe('NODE_UP');
      expect(types.at(-1)).toBe('NODE_DOWN');
      expect(types).toContain('STORE_PEER');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(watched.events.length).toBe(types.length);
    });

    it('tells its addresses as the root sees them', async () => {
      const watched = await lab.startNode(engine);
      const { endpoints } = await watched.next('SURFACE_CHANGED');
      expect(endpoints.length).toBeGreaterThan(0);
      expect(watched.node.info().surface).toEqual(endpoints);
      await lab.stop(watched);
    });

    it('makes an identity when it gets none, and tells it to the store', async () => {
      const watched = await lab.startNode(engine, { identitySecret: undefined });
      const { text } = await watched.next('STORE_IDENTITY_SECRET');
      expect(text).toMatch(/^[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}$/);
      expect((await watched.next('STORE_IDENTITY_PUBLIC')).text).toBe(text.slice(0, 141));
      expect(watched.node.info().address).toBe(text.slice(0, 10));
      await watched.next('NODE_ONLINE');
      const again = await lab.startNode(engine, { identitySecret: text, bind: [{ address: lab.host(), port: 0 }] });
      expect(again.node.info().identity).toBe(text.slice(0, 141));
      expect(again.types()).not.toContain('STORE_IDENTITY_SECRET');
      await lab.stop(again);
      await lab.stop(watched);
    });

    const start = async (options: object) => {
      const watched = new WatchedNode();
      const identitySecret = await lab.identity();
      const bind = [{ address: '127.0.0.1', port: 0 }];
      const common = { planet: lab.planet, bind, identitySecret, allowLoopbackPaths: true, onEvents: watched.onEvents };
      const node = await engine.createNode({ ...common, ...options });
      await node.close();
      return 'started';
    };

    it('refuses an identity whose parts do not belong together', async () => {
      const secret = await lab.identity();
      // The address must follow from the public key (vl1.md §2.5).
      const digit = secret[3] === '1' ? '2' : '1';
      const wrongAddress = `${secret.slice(0, 3)}${digit}${secret.slice(4)}`;
      await expect(start({ identitySecret: wrongAddress })).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_IDENTITY' });
      await expect(start({ identitySecret: 'nonsense' })).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_IDENTITY' });
    });

    it('refuses a planet that is none', async () => {
      const planet = lab.planet.slice(0, 100);
      await expect(start({ planet })).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_PLANET' });
      await expect(start({ planet: new Uint8Array() })).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_PLANET' });
    });

    it('says when a local address is taken or not ours, and leaves nothing bound', async () => {
      const port = await freePort('127.0.0.1');
      const taken = lab.rootEndpoint;
      const bind = [{ address: '127.0.0.1', port }, taken];
      await expect(start({ bind })).rejects.toMatchObject({ code: 'ERR_ZT_ADDRESS_IN_USE' });
      expect(await start({ bind: [{ address: '127.0.0.1', port }] })).toBe('started');
      const foreign = [{ address: '192.0.2.1', port: 0 }];
      await expect(start({ bind: foreign })).rejects.toMatchObject({ code: 'ERR_ZT_ADDRESS_NOT_AVAILABLE' });
    });

    it('binds every usable address to its ports, and refuses one that is taken', async () => {
      // Loopback only, of IPv4 only.
      const exclude = Object.keys(networkInterfaces()).filter((name) => !name.startsWith('lo'));
      const blacklist = ['::1/128'];
      const watched = await lab.startNode(engine, {
        bind: { primaryPort: 0, secondaryPort: 0, exclude },
        blacklist,
      });
      const { bound } = watched.node.info();
      expect(bound.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1']);
      expect(bound.every(({ port }) => port >= 20_000)).toBe(true);
      expect(bound[0]?.port).not.toBe(bound[1]?.port);
      await watched.next('NODE_ONLINE');
      const primaryPort = bound[1]?.port ?? 0;
      await expect(start({ bind: { primaryPort, exclude }, blacklist })).rejects.toMatchObject({
        code: 'ERR_ZT_ADDRESS_IN_USE',
      });
      await lab.stop(watched);
    });

    it('warns when no root answers', async () => {
      const silent = { address: '127.0.0.1', port: await freePort('127.0.0.1') };
      const identity = lab.root.node.info().identity;
      const planet = await engine.makePlanet({ id: 9n, timestamp: 1n, roots: [{ identity, endpoints: [silent] }] });
      const watched = await lab.startNode(engine, { planet });
      const warning = await watched.next('WARNING', { ms: 20_000 });
      expect(warning.kind).toBe('ROOT_UNREACHABLE');
      expect(watched.node.info().online).toBe(false);
      expect(watched.types()).not.toContain('NODE_ONLINE');
      await lab.stop(watched);
    });

    it('warns when a packet of another node with the same identity arrives', async () => {
      const identitySecret = await lab.identity();
      const twinHost = { address: lab.host(), port: await freePort('127.0.0.1') };
      const first = await lab.startNode(engine, { identitySecret, bind: [twinHost] });
      await first.next('NODE_ONLINE');
      // The twin takes the first one's place for the root, so it says HELLO there.
      const roots = [{ identity: lab.root.node.info().identity, endpoints: [twinHost] }];
      const planet = await engine.makePlanet({ id: 11n, timestamp: 1n, roots });
      const second = await lab.startNode(engine, { identitySecret, planet });
      const warning = await first.next('WARNING');
      expect(warning.kind).toBe('OWN_ADDRESS_SEEN');
      expect(warning.detail).toContain(second.node.info().bound[0]?.address);
      await lab.stop(second);
      await lab.stop(first);
    });

    it('warns when two ordinary members have the same identity', async () => {
      const identitySecret = await lab.identity();
      const twins = [await lab.startNode(engine, { identitySecret }), await lab.startNode(engine, { identitySecret })];
      await Promise.all(twins.map((twin) => twin.next('NODE_ONLINE')));
      for (const { node } of twins) node.join(lab.network);
      const warning = await Promise.any(twins.map((twin) => twin.next('WARNING', { ms: 45_000 })));
      expect(warning.kind).toBe('OWN_ADDRESS_SEEN');
      expect(warning.detail).toContain('another node with our identity');
      await Promise.all(twins.map((twin) => lab.stop(twin)));
    }, 60_000);

    it('runs many nodes in one process, each by itself', async () => {
      const nodes = await Promise.all(Array.from({ length: 8 }, () => lab.startNode(engine)));
      await Promise.all(nodes.map((watched) => watched.next('NODE_ONLINE')));
      expect(new Set(nodes.map(({ node }) => node.info().address)).size).toBe(8);
      await lab.stop(nodes[3] as WatchedNode);
      expect(nodes[4]?.node.info().online).toBe(true);
      expect(() => nodes[3]?.node.peers()).toThrow(expect.objectContaining({ code: 'ERR_ZT_CLOSED' }));
      await Promise.all(nodes.filter((_, index) => index !== 3).map((watched) => lab.stop(watched)));
    });

    it('closes at any moment, as often as asked', async () => {
      for (const delay of [0, 0, 1, 2, 5, 10, 20, 40]) {
        const watched = await lab.startNode(engine);
        watched.node.join(lab.network);
        const listener = watched.node.tcpListen(0n, { address: '', port: 0 }, 8);
        watched.node.udpBind(0n, { address: '', port: 0 });
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
        await Promise.all([watched.node.close(), watched.node.close()]);
        await lab.stop(watched);
        expect(() => watched.node.tcpRead(listener.socket, new Uint8Array(1))).toThrow();
        expect(watched.types().filter((type) => type === 'NODE_DOWN')).toHaveLength(1);
      }
    });
  });
}
