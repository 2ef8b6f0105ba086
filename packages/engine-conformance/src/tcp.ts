/** TCP between two members: handshake, data, ends, refusals. */
import { idToBigInt } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { connect, connection, digestOf, listen, read, receiveAll, sendAll, startConnect, write } from './tcp-pipe.js';

export function tcpSuite(engines: EngineSet): void {
  describe(`tcp, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
    });
    afterAll(() => lab?.close());

    it.each(['ipv4', 'sixPlane', 'rfc4193'] as const)('moves 8 MiB bit-exact over %s, each way', async (family) => {
      const [client, server] = await connection(a, b, b[family]);
      const size = 8 << 20;
      const [received] = await Promise.all([receiveAll(server), sendAll(client, size)]);
      expect(received).toEqual({ bytes: size, digest: digestOf(size) });
      // The other direction is still open: half-close.
      const [back] = await Promise.all([receiveAll(client), sendAll(server, size / 2, 2)]);
      expect(back).toEqual({ bytes: size / 2, digest: digestOf(size / 2, 2) });
      for (const end of [client, server]) {
        const closed = await end.watched.next('TCP_CLOSED', { where: ({ socket }) => socket === end.socket });
        expect(closed.status).toBe(0);
        end.watched.node.socketClose(end.socket);
      }
    });

    it('moves both ways at once', async () => {
      const [client, server] = await connection(a, b);
      const size = 2 << 20;
      const results = await Promise.all([
        receiveAll(server),
        receiveAll(client),
        sendAll(client, size, 3),
        sendAll(server, size, 4),
      ]);
      expect(results.slice(0, 2)).toEqual([
        { bytes: size, digest: digestOf(size, 3) },
        { bytes: size, digest: digestOf(size, 4) },
      ]);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('answers small requests without delay', async () => {
      const [client, server] = await connection(a, b);
      client.watched.node.setSocketOption(client.socket, 'TCP_NODELAY', 1);
      server.watched.node.setSocketOption(server.socket, 'TCP_NODELAY', 1);
      const started = performance.now();
      for (let round = 0; round < 100; round++) {
        await write(client, Uint8Array.of(round, 1, 2));
        expect([...(await read(server, 3))]).toEqual([round, 1, 2]);
        await write(server, Uint8Array.of(round));
        expect((await read(client, 1))[0]).toBe(round);
      }
      // A delayed acknowledgement or Nagle in the way would cost 40 ms and more per round.
      expect(performance.now() - started).toBeLessThan(3000);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('reads what arrived before an orderly end, after that end', async () => {
      const [client, server] = await connection(a, b);
      await write(client, new Uint8Array(5000).fill(9));
      client.watched.node.tcpShutdown(client.socket);
      server.watched.node.tcpShutdown(server.socket);
      await server.watched.next('TCP_CLOSED', { where: ({ socket }) => socket === server.socket });
      expect((await receiveAll(server)).bytes).toBe(5000);
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('says who is connected to whom', async () => {
      const [client, server] = await connection(a, b);
      const here = client.watched.node.socketInfo(client.socket);
      const there = server.watched.node.socketInfo(server.socket);
      expect(here).toMatchObject({
        kind: 'tcp',
        state: 'ESTABLISHED',
        local: { address: a.ipv4 },
        remote: { address: b.ipv4 },
      });
      expect(there).toMatchObject({ local: here?.remote, remote: here?.local, network: idToBigInt(lab.network) });
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('is refused where nobody listens', async () => {
      const { watched, socket } = startConnect(a, { address: b.ipv4, port: 9 });
      const closed = await watched.next('TCP_CLOSED', { where: (event) => event.socket === socket });
      expect(closed.status).toBe(10);
      watched.node.socketClose(socket);
    });

    it('gives up on a host that does not exist, after the time it was given', async () => {
      const started = performance.now();
      const { watched, socket } = startConnect(a, { address: '10.1.0.250', port: 9 }, 1500);
      const closed = await watched.next('TCP_CLOSED', { where: (event) => event.socket === socket });
      expect([9, 13]).toContain(closed.status);
      expect(performance.now() - started).toBeLessThan(6000);
      watched.node.socketClose(socket);
    });

    it('resets: the other side learns it at once', async () => {
      const [client, server] = await connection(a, b);
      client.watched.node.tcpAbort(client.socket);
      const closed = await server.watched.next('TCP_CLOSED', { where: ({ socket }) => socket === server.socket });
      expect(closed.status).toBe(11);
      expect(() => server.watched.node.tcpWrite(server.socket, new Uint8Array(1))).toThrow();
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });

    it('resets when bytes were left unread', async () => {
      const [client, server] = await connection(a, b);
      await write(client, new Uint8Array(1000));
      await server.watched.ready(server.socket);
      server.watched.node.socketClose(server.socket);
      const closed = await client.watched.next('TCP_CLOSED', { where: ({ socket }) => socket === client.socket });
      expect(closed.status).toBe(11);
      client.watched.node.socketClose(client.socket);
    });

    it('serves 64 connections at once', async () => {
      const { socket, port } = listen(b, 0, 128);
      const pairs = await Promise.all(Array.from({ length: 64 }, () => connect(a, b, port)));
      const size = 32 << 10;
      const results = await Promise.all(
        pairs.flatMap(([client, server], index) => [receiveAll(server), sendAll(client, size, index + 1)]),
      );
      results
        .filter((result) => result !== undefined)
        .forEach((result, index) => {
          expect(result).toEqual({ bytes: size, digest: digestOf(size, index + 1) });
        });
      for (const end of pairs.flat()) end.watched.node.socketClose(end.socket);
      b.watched.node.socketClose(socket);
    });

    it('does not give a listening port away twice', () => {
      const { socket, port } = listen(b);
      expect(() => listen(b, port)).toThrow(expect.objectContaining({ code: 'ERR_ZT_ADDRESS_IN_USE' }));
      b.watched.node.socketClose(socket);
      b.watched.node.socketClose(listen(b, port).socket);
    });

    it('connects a node to itself', async () => {
      const [client, server] = await connection(a, a);
      const [received] = await Promise.all([receiveAll(server), sendAll(client, 100_000, 5)]);
      expect(received).toEqual({ bytes: 100_000, digest: digestOf(100_000, 5) });
      for (const end of [client, server]) end.watched.node.socketClose(end.socket);
    });
  });
}
