/** Nodes in a network that lets no UDP out: the TCP relay carries them (vl1.md §10). */
import type { Endpoint } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { connection, digestOf, receiveAll, sendAll } from './tcp-pipe.js';
import { UdpGate } from './udp-gate.js';

/** A relay under test, which may send to loopback. */
export interface RelayUnderTest {
  readonly endpoint: Endpoint;
  readonly counters: { clients: number; datagramsIn: number; datagramsOut: number; slowClient: number };
  close(): Promise<void>;
}

const ENGAGE_AFTER_MS = 1000;
const SIZE = 1 << 20;

async function transfer(a: Member, b: Member, port: number): Promise<void> {
  const [client, server] = await connection(a, b);
  const [received] = await Promise.all([receiveAll(server), sendAll(client, SIZE, port)]);
  expect(received).toEqual({ bytes: SIZE, digest: digestOf(SIZE, port) });
  for (const end of [client, server]) end.watched.node.socketClose(end.socket);
}

export function tcpRelaySuite(engines: EngineSet, startRelay: () => Promise<RelayUnderTest>): void {
  describe(`TCP relay, ${engines.name}`, () => {
    let lab: Lab;
    let relay: RelayUnderTest;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      relay = await startRelay();
    });
    afterAll(async () => {
      await lab?.close();
      await relay?.close();
    });

    it('forced: opens no UDP socket, and moves 1 MiB each way through the relay', async () => {
      const tcpRelay = { server: relay.endpoint, mode: 'forced' } as const;
      const [a, b] = await lab.pair({ tcpRelay }, { tcpRelay });
      for (const { watched } of [a, b]) {
        expect(watched.node.info().bound).toEqual([]);
        expect((await watched.next('TUNNEL_UP')).server).toEqual(relay.endpoint);
      }
      expect(relay.counters.clients).toBe(2);
      await transfer(a, b, 1);
      await transfer(b, a, 2);
      expect(relay.counters.datagramsOut).toBeGreaterThan((2 * SIZE) / 2800);
      await lab.stop(a.watched);
      expect(a.watched.types()).toContain('TUNNEL_DOWN');
      await lab.stop(b.watched);
    });

    it('automatic: carries on while UDP is blocked, and ends when it is not any more', async () => {
      const gate = await UdpGate.open('127.0.0.2', lab.rootEndpoint);
      const [hostA, hostB] = [lab.host(), lab.host()];
      gate.blocked.add(hostA);
      const root = lab.root.node.info().identity;
      const planet = await engines.infrastructure.makePlanet({
        id: 0x1234567890n,
        timestamp: BigInt(Date.now()),
        roots: [{ identity: root, endpoints: [gate.endpoint] }],
      });
      const tcpRelay = { server: relay.endpoint, engageAfterMs: ENGAGE_AFTER_MS };
      // They meet at the root only: no other way to A would be blocked, and the first packet by UDP ends the tunnel.
      const [controller] = lab.controllerNode.node.info().bound;
      const [a, b] = await lab.pair(
        {
          planet,
          tcpRelay,
          bind: [{ address: hostA, port: 0 }],
          blacklist: [`${hostB}/32`, `${controller?.address}/32`],
        },
        { bind: [{ address: hostB, port: 0 }], blacklist: [`${hostA}/32`] },
      );
      await a.watched.next('TUNNEL_UP');
      expect(gate.passed.get(hostA)).toBe(undefined);
      await transfer(a, b, 3);
      await transfer(b, a, 4);
      expect(a.watched.types()).not.toContain('TUNNEL_DOWN');

      gate.blocked.clear();
      await a.watched.next('TUNNEL_DOWN', { ms: 60_000 });
      // Before anything else: with so short a time to engage, a pause of the transfers may bring the tunnel back.
      await expect.poll(() => relay.counters.clients).toBe(0);
      await transfer(a, b, 5);
      await transfer(b, a, 6);
      expect(gate.passed.get(hostA)).toBeGreaterThan(SIZE / 2800);
      await lab.stop(a.watched);
      await lab.stop(b.watched);
      await gate.close();
    }, 150_000);
  });
}
