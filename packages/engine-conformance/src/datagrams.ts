/** UDP and ICMP between two members. */
import { type Endpoint, idToBigInt, type SocketHandle } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { ping } from './tcp-pipe.js';

const buffer = new Uint8Array(65_536);

async function receive(
  member: Member,
  socket: SocketHandle,
): Promise<{ data: Uint8Array; from: Endpoint; to: Endpoint }> {
  for (;;) {
    const received = member.watched.node.udpReceive(socket, buffer);
    if (received !== undefined) return { data: buffer.slice(0, received.size), from: received.from, to: received.to };
    await member.watched.ready(socket, 5000);
  }
}

export function datagramsSuite(engines: EngineSet): void {
  describe(`udp and icmp, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
    });
    afterAll(() => lab?.close());
    const bind = (member: Member, port = 0) =>
      member.watched.node.udpBind(idToBigInt(member.network), { address: '', port });

    it.each(['ipv4', 'sixPlane', 'rfc4193'] as const)(
      'brings datagrams and their endpoints over %s',
      async (family) => {
        const here = bind(a);
        const there = bind(b);
        const to = { address: b[family], port: there.local.port };
        // 20 000 bytes take IP fragments and VL1 fragments.
        for (const size of [0, 1, 1400, 2700, 20_000]) {
          const data = new Uint8Array(size).map((_, index) => index * 7);
          expect(a.watched.node.udpSend(here.socket, to, data)).toBe(true);
          const question = await receive(b, there.socket);
          expect(question.data).toEqual(data);
          expect(question).toMatchObject({ from: { address: a[family], port: here.local.port }, to });
          b.watched.node.udpSend(there.socket, question.from, data.subarray(0, 10));
          expect((await receive(a, here.socket)).data).toEqual(data.slice(0, 10));
        }
        a.watched.node.socketClose(here.socket);
        b.watched.node.socketClose(there.socket);
      },
    );

    it('cuts a datagram to the buffer and keeps the next one whole', async () => {
      const there = bind(b);
      const here = bind(a);
      const to = { address: b.ipv4, port: there.local.port };
      for (const value of [1, 2]) a.watched.node.udpSend(here.socket, to, new Uint8Array(100).fill(value));
      await b.watched.ready(there.socket, 5000);
      const small = new Uint8Array(10);
      expect(b.watched.node.udpReceive(there.socket, small)?.size).toBe(10);
      expect((await receive(b, there.socket)).data).toEqual(new Uint8Array(100).fill(2));
      a.watched.node.socketClose(here.socket);
      b.watched.node.socketClose(there.socket);
    });

    it('refuses what cannot be a datagram', () => {
      const { socket } = bind(a);
      const to = { address: b.ipv4, port: 9 };
      expect(() => a.watched.node.udpSend(socket, to, new Uint8Array(65_508))).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_MESSAGE_TOO_BIG' }),
      );
      const nowhere = { address: '192.0.2.1', port: 9 };
      expect(() => a.watched.node.udpSend(socket, nowhere, new Uint8Array(1))).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_NETWORK_UNREACHABLE' }),
      );
      a.watched.node.socketClose(socket);
    });

    it('tells that nobody listens', async () => {
      const { socket } = bind(a);
      a.watched.node.udpSend(socket, { address: b.ipv4, port: 9 }, new Uint8Array(4));
      const error = await a.watched.next('UDP_ERROR', { where: (event) => event.socket === socket });
      expect(error).toMatchObject({ status: 10, remote: { address: b.ipv4, port: 9 } });
      a.watched.node.socketClose(socket);
    });

    it('brings a broadcast to the members that listen', async () => {
      const there = bind(b, 5353);
      const here = bind(a);
      const broadcast = { address: '10.1.0.255', port: 5353 };
      a.watched.node.udpSend(here.socket, broadcast, Uint8Array.of(42));
      const { data, to } = await receive(b, there.socket);
      expect([...data]).toEqual([42]);
      expect(to.address).toBe('10.1.0.255');
      a.watched.node.socketClose(here.socket);
      b.watched.node.socketClose(there.socket);
    });

    it('gives a port to one socket only', () => {
      const first = bind(a, 4444);
      expect(() => bind(a, 4444)).toThrow(expect.objectContaining({ code: 'ERR_ZT_ADDRESS_IN_USE' }));
      a.watched.node.socketClose(first.socket);
      a.watched.node.socketClose(bind(a, 4444).socket);
    });

    it.each(['ipv4', 'sixPlane', 'rfc4193'] as const)('answers pings over %s, small and large', async (family) => {
      for (const size of [0, 56, 1472, 8000]) expect(await ping(a, b[family], size)).toBeLessThan(2000);
      expect(await ping(b, a[family])).toBeLessThan(2000);
      expect(await ping(a, a[family])).toBeLessThan(200);
    });

    it('says when nobody answers a ping', async () => {
      await expect(ping(a, '10.1.0.251', 56, 1000)).rejects.toThrow(/status (9|13)/);
    });
  });
}
