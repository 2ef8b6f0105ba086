/** Joining, being refused, being readdressed, leaving. */
import { idToBigInt, type NetworkId } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab } from './lab.js';
import { ping } from './tcp-pipe.js';

export function networksSuite(engines: EngineSet): void {
  describe(`networks, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());
    const engine = engines.a;

    it('assigns IPv4, 6PLANE and RFC 4193 addresses, with the events in order', async () => {
      const member = await lab.member(engine);
      const [info] = member.watched.node.networks();
      expect(info).toMatchObject({
        id: lab.network,
        status: 'OK',
        config: { name: 'conformance', mtu: 2800, type: 'public' },
      });
      expect(info?.mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      expect(info?.config?.addresses.map(({ bits }) => bits).sort()).toEqual([24, 40, 88]);
      expect(member.sixPlane).toMatch(/^fc/);
      expect(member.rfc4193).toMatch(/^fd/);
      const types = member.watched.types();
      for (const type of [
        'STACK_UP',
        'NETIF_UP',
        'ADDR_ADDED_IP4',
        'ADDR_ADDED_IP6',
        'NETWORK_READY_IP4',
        'NETWORK_READY_IP6',
      ]) {
        expect(types).toContain(type);
        expect(types.indexOf(type)).toBeLessThan(types.indexOf('NETWORK_OK'));
      }
      expect(types.indexOf('NODE_ONLINE')).toBeLessThan(types.indexOf('NETWORK_OK'));
      await member.watched.next('STORE_NETWORK');
      await lab.stop(member.watched);
    });

    it('tells a denied member, and lets it in once it is authorised', async () => {
      const network = lab.controller.createNetwork(false);
      const watched = await lab.startNode(engine);
      watched.node.join(network);
      const denied = await watched.next('NETWORK_ACCESS_DENIED');
      expect(denied.network).toMatchObject({ id: network, status: 'ACCESS_DENIED' });
      expect(watched.node.networks()[0]?.config).toBeUndefined();
      lab.controller.authorize(network, watched.node.info().address);
      const member = await lab.whenReady(watched, network);
      expect(member.ipv4).toMatch(/^10\./);
      await lab.stop(watched);
    });

    it('tells that the controller does not know a network', async () => {
      const watched = await lab.startNode(engine);
      watched.node.join(lab.controller.unknownNetwork());
      expect((await watched.next('NETWORK_NOT_FOUND')).network.status).toBe('NOT_FOUND');
      await lab.stop(watched);
    });

    it('takes a pushed configuration: addresses and routes come and go as events', async () => {
      const member = await lab.member(engine);
      const after = member.watched.mark();
      lab.controller.push(lab.network, member.address, [{ address: '10.1.0.200', bits: 24 }]);
      const added = await member.watched.next('ADDR_ADDED_IP4', { after });
      expect(added.address).toEqual({ address: '10.1.0.200', bits: 24 });
      await member.watched.next('ADDR_REMOVED_IP6', { after });
      await member.watched.next('NETWORK_UPDATE', { after });
      expect(member.watched.node.networks()[0]?.config?.addresses).toEqual([{ address: '10.1.0.200', bits: 24 }]);
      await lab.stop(member.watched);
    });

    it('takes of what the controller manages what the machine permits, and more when it permits more', async () => {
      const watched = await lab.startNode(engine);
      watched.node.join(lab.network, { allowManaged: ['fc00::/8'] });
      await lab.whenReady(watched, lab.network);
      const taken = (after = 0) => watched.types(after).filter((type) => type.startsWith('ADDR_ADDED'));
      expect(taken()).toEqual(['ADDR_ADDED_IP6']);
      expect(watched.types()).not.toContain('NETWORK_READY_IP4');
      const after = watched.mark();
      watched.node.join(lab.network, {});
      await watched.next('NETWORK_READY_IP4', { after });
      expect(taken(after).sort()).toEqual(['ADDR_ADDED_IP4', 'ADDR_ADDED_IP6']);
      await lab.stop(watched);
    });

    it('starts with the networks it is given, before the controller answers', async () => {
      const member = await lab.member(engine);
      const stored = await member.watched.next('STORE_NETWORK', { where: ({ data }) => data.length > 1 });
      const identitySecret = await lab.identity();
      await lab.stop(member.watched);
      const cachedNetworks = [{ id: lab.network, dictionary: stored.data }];
      const other = await lab.startNode(engine, { cachedNetworks, identitySecret });
      expect(other.node.networks().map(({ id }) => id)).toEqual([lab.network]);
      // The stored configuration was for another member, so it must come from the controller.
      await lab.whenReady(other, lab.network);
      await lab.stop(other);
    });

    it('leaves: its addresses, interface and sockets are gone', async () => {
      const member = await lab.member(engine);
      const { node } = member.watched;
      const { socket } = node.tcpListen(idToBigInt(lab.network), { address: '', port: 7 }, 8);
      node.leave(lab.network);
      await member.watched.next('NETWORK_DOWN');
      await member.watched.next('NETIF_DOWN');
      expect(node.networks()).toEqual([]);
      expect(() => node.leave(lab.network)).toThrow(expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }));
      node.socketClose(socket);
      node.join(lab.network);
      const after = member.watched.mark();
      await member.watched.next('NETWORK_OK', { after });
      await lab.stop(member.watched);
    });

    it('keeps networks apart', async () => {
      const second = lab.controller.createNetwork(true);
      const a = await lab.member(engine);
      const b = await lab.member(engines.b, {}, second);
      expect(() => a.watched.node.ping(0n, b.ipv4, 1, 56, 1500)).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_NETWORK_UNREACHABLE' }),
      );
      // Also where the address would fit: 10.1.0.77 is in the other network's range only.
      await expect(ping(a, '10.1.0.77', 56, 1500)).rejects.toThrow(/status/);
      b.watched.node.join(lab.network);
      const both = await lab.whenReady(b.watched, lab.network);
      expect(await ping(a, both.ipv4)).toBeLessThan(5000);
      await lab.stop(a.watched);
      await lab.stop(b.watched);
    });

    it('joins an ad-hoc network without any controller', async () => {
      const adHoc = 'ff00160016000000' as NetworkId;
      const watched = await lab.startNode(engine);
      watched.node.join(adHoc);
      const ok = await watched.next('NETWORK_OK', { where: ({ network }) => network.id === adHoc });
      expect(ok.network.config?.addresses[0]?.address).toMatch(/^fc/);
      await lab.stop(watched);
    });
  });
}
