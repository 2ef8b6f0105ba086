/** Options, facts and counters of sockets; connected UDP; multicast. */
import { idToBigInt, type SocketHandle, type SocketOptionKey, Status } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { connection, digestOf, listen, ping, receiveAll, sendAll } from './tcp-pipe.js';

const udpOptions: readonly [SocketOptionKey, number, number][] = [
  ['SO_RCVBUF', 1 << 20, 2048],
  ['SO_SNDBUF', 212_992, 1 << 24],
  ['SO_BROADCAST', 1, 0],
  ['IP_TOS', 0, 0xb8],
  ['IP_TTL', 64, 255],
  ['IP_MTU_DISCOVER', 0, 1],
  ['IP_MULTICAST_TTL', 1, 0],
  ['IP_MULTICAST_LOOP', 1, 0],
  ['IPV6_V6ONLY', 0, 1],
];
const tcpOptions: readonly [SocketOptionKey, number][] = [
  ['SO_KEEPALIVE', 1],
  ['SO_LINGER', 2500],
  ['SO_LINGER', -1],
  ['SO_RCVBUF', 1 << 20],
  ['SO_SNDBUF', 1 << 20],
  ['IP_TOS', 0x28],
  ['IP_TTL', 9],
  ['TCP_NODELAY', 1],
  ['TCP_KEEPIDLE', 2 ** 32],
  ['TCP_KEEPINTVL', 1],
  ['TCP_KEEPCNT', 127],
  ['TCP_USER_TIMEOUT', 30_000],
  ['TCP_CONGESTION', 1],
];
const invalid = expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' });

export function socketFactsSuite(engines: EngineSet): void {
  describe(`facts about sockets, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
    });
    afterAll(() => lab?.close());
    const bind = (member: Member, port = 0, address = '') =>
      member.watched.node.udpBind(idToBigInt(member.network), { address, port });

    it('gives UDP options back as they were set, and refuses others', () => {
      const { node } = a.watched;
      const { socket } = bind(a);
      for (const [option, initial, value] of udpOptions) {
        expect([option, node.getSocketOption(socket, option)]).toEqual([option, initial]);
        node.setSocketOption(socket, option, value);
        expect([option, node.getSocketOption(socket, option)]).toEqual([option, value]);
        expect(() => node.setSocketOption(socket, option, 2 ** 40)).toThrow(invalid);
        expect(() => node.setSocketOption(socket, option, -2)).toThrow(invalid);
      }
      expect(() => node.setSocketOption(socket, 'TCP_NODELAY', 1)).toThrow(invalid);
      expect(() => node.getSocketOption(socket, 'SO_LINGER')).toThrow(invalid);
      node.socketClose(socket);
      expect(() => node.getSocketOption(socket, 'IP_TTL')).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }),
      );
    });

    it('gives TCP options back as they were set, on connections and listeners', async () => {
      const [client, server] = await connection(a, b);
      const listener = listen(a);
      for (const socket of [client.socket, listener.socket]) {
        for (const [option, value] of tcpOptions) {
          a.watched.node.setSocketOption(socket, option, value);
          expect([option, a.watched.node.getSocketOption(socket, option)]).toEqual([option, value]);
        }
        expect(() => a.watched.node.setSocketOption(socket, 'SO_BROADCAST', 1)).toThrow(invalid);
        expect(() => a.watched.node.setSocketOption(socket, 'TCP_KEEPCNT', 128)).toThrow(invalid);
      }
      for (const end of [client, server]) end.watched.node.tcpAbort(end.socket);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
      a.watched.node.socketClose(listener.socket);
    });

    it('tells after a transfer what went over a connection', async () => {
      const [client, server] = await connection(a, b);
      const size = 1 << 20;
      const [received] = await Promise.all([receiveAll(server), sendAll(client, size)]);
      expect(received).toEqual({ bytes: size, digest: digestOf(size) });
      const sent = client.watched.node.tcpInfo(client.socket);
      const taken = server.watched.node.tcpInfo(server.socket);
      expect(sent).toMatchObject({ timestamps: true, sack: true, windowScaling: true, congestion: 'cubic' });
      expect(sent?.state).toMatch(/^FIN-WAIT-/);
      expect(taken?.state).toBe('CLOSE-WAIT');
      expect(sent?.bytesSent).toBeGreaterThanOrEqual(size);
      expect(taken?.bytesReceived).toBeGreaterThanOrEqual(size);
      expect(sent?.rttUs).toBeGreaterThan(0);
      expect(sent?.rtoUs).toBeGreaterThanOrEqual(sent?.rttUs ?? Number.NaN);
      expect(sent?.sendMss).toBeGreaterThan(500);
      expect(sent?.pathMtu).toBeGreaterThan(sent?.sendMss ?? Number.NaN);
      expect(sent?.segmentsSent).toBeGreaterThanOrEqual(size / (sent?.sendMss ?? 1));
      expect(sent?.congestionWindow).toBeGreaterThan(0);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
      expect(client.watched.node.tcpInfo(1_000_000)).toBeUndefined();
    });

    it('connects UDP to one peer, and tells when that peer is not there', async () => {
      const { node } = a.watched;
      const { socket, local } = bind(a);
      const nobody = { address: '', port: 0 };
      const peer = { address: b.ipv4, port: 9 };
      expect(() => node.udpSend(socket, nobody, new Uint8Array(1))).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_NOT_CONNECTED' }),
      );
      expect(node.udpConnect(socket, peer)).toEqual({ address: a.ipv4, port: local.port });
      expect(node.socketInfo(socket)).toMatchObject({ local: { address: a.ipv4, port: local.port }, remote: peer });
      expect(() => node.udpSend(socket, { ...peer, port: 10 }, new Uint8Array(1))).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_ALREADY_CONNECTED' }),
      );
      expect(node.udpSend(socket, nobody, new Uint8Array(1))).toBe(true);
      const error = await a.watched.next('UDP_ERROR', { where: (event) => event.socket === socket });
      expect(error).toMatchObject({ status: Status.CONNECTION_REFUSED, remote: peer });
      // Another of b's sockets is no peer.
      const stranger = bind(b, 10);
      b.watched.node.udpSend(stranger.socket, { address: a.ipv4, port: local.port }, new Uint8Array(1));
      await b.watched.next('UDP_ERROR', { where: (event) => event.socket === stranger.socket });
      expect(node.udpReceive(socket, new Uint8Array(1))).toBeUndefined();
      expect(node.udpConnect(socket, nobody)).toEqual(local);
      b.watched.node.udpSend(stranger.socket, { address: a.ipv4, port: local.port }, Uint8Array.of(7));
      await a.watched.ready(socket, 10_000);
      expect(node.udpReceive(socket, new Uint8Array(1))?.from).toEqual({ address: b.ipv4, port: 10 });
      node.socketClose(socket);
      b.watched.node.socketClose(stranger.socket);
    });

    it.each([
      ['239.1.2.3', 'ipv4'],
      ['ff15::1234', 'rfc4193'],
    ] as const)('brings a datagram to %s to the member that joined', async (group, family) => {
      const from = bind(a);
      const to = bind(b, 5454);
      const address = { address: group, port: 5454 };
      b.watched.node.groupJoin(to.socket, 0n, group);
      expect(() => b.watched.node.groupJoin(to.socket, 0n, group)).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_ALREADY_EXISTS' }),
      );
      const received = await sendUntilHeard(a, from.socket, b, to.socket, address);
      expect(received.to).toEqual(address);
      expect(received.from.port).toBe(from.local.port);
      if (family === 'ipv4') expect(received.from.address).toBe(a.ipv4);
      b.watched.node.groupLeave(to.socket, 0n, group);
      expect(() => b.watched.node.groupLeave(to.socket, 0n, group)).toThrow(
        expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }),
      );
      await expectSilence(a, from.socket, b, to.socket, address, family);
      a.watched.node.socketClose(from.socket);
      b.watched.node.socketClose(to.socket);
    });

    it('counts what each protocol does', async () => {
      const before = [a.watched.node.stackCounters(), b.watched.node.stackCounters()] as const;
      for (const address of [b.ipv4, b.rfc4193]) await ping(a, address);
      const { socket } = bind(a);
      a.watched.node.udpSend(socket, { address: b.rfc4193, port: 9 }, new Uint8Array(4));
      await a.watched.next('UDP_ERROR', { where: (event) => event.socket === socket });
      const [client, server] = await connection(a, b);
      for (const end of [client, server]) end.watched.node.tcpAbort(end.socket);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
      const after = [a.watched.node.stackCounters(), b.watched.node.stackCounters()] as const;
      expect(after[0].UDP.xmit - before[0].UDP.xmit).toBe(1n);
      expect(after[1].UDP.recv - before[1].UDP.recv).toBeGreaterThanOrEqual(1n);
      expect(after[1].UDP.proterr - before[1].UDP.proterr).toBeGreaterThanOrEqual(1n);
      for (const protocol of ['LINK', 'IP4', 'IP6', 'TCP', 'ICMP4', 'ICMP6'] as const) {
        expect([protocol, after[0][protocol].xmit > before[0][protocol].xmit]).toEqual([protocol, true]);
        expect([protocol, after[1][protocol].recv > before[1][protocol].recv]).toEqual([protocol, true]);
      }
      a.watched.node.socketClose(socket);
    });
  });
}

/** What goes to the group no longer arrives, while what goes to the member itself does. */
async function expectSilence(
  a: Member,
  from: SocketHandle,
  b: Member,
  to: SocketHandle,
  group: { address: string; port: number },
  family: 'ipv4' | 'rfc4193',
) {
  const buffer = new Uint8Array(16);
  while (b.watched.node.udpReceive(to, buffer) !== undefined);
  for (let attempt = 0; attempt < 5; attempt++) {
    a.watched.node.udpSend(from, group, Uint8Array.of(200));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const received = await sendUntilHeard(a, from, b, to, { address: b[family], port: group.port });
  expect(received.to.address).toBe(b[family]);
}

/** A subscription takes a moment to be known to the others: sends until the first datagram comes. */
async function sendUntilHeard(
  a: Member,
  from: SocketHandle,
  b: Member,
  to: SocketHandle,
  address: { address: string; port: number },
) {
  const buffer = new Uint8Array(16);
  for (let attempt = 0; attempt < 80; attempt++) {
    a.watched.node.udpSend(from, address, Uint8Array.of(attempt));
    await new Promise((resolve) => setTimeout(resolve, 250));
    const received = b.watched.node.udpReceive(to, buffer);
    if (received !== undefined) return received;
  }
  throw new Error(`nothing to ${address.address} arrived within 20 s`);
}
