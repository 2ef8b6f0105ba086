/** A caller's mistakes: typed, at once, without harm to the node. */
import { idToBigInt, type NetworkId, type ZtErrorCode } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { ping } from './tcp-pipe.js';

export function errorsSuite(engines: EngineSet): void {
  describe(`errors, ${engines.name}`, () => {
    let lab: Lab;
    let member: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      member = await lab.member(engines.a);
    });
    afterAll(() => lab?.close());
    const fails = (action: () => unknown, ...codes: ZtErrorCode[]) => {
      let caught: unknown;
      try {
        action();
      } catch (error) {
        caught = error;
      }
      expect(caught).toMatchObject({ name: 'ZtError' });
      expect(codes).toContain((caught as { code: ZtErrorCode }).code);
    };
    const any = { address: '', port: 0 };

    it('knows its sockets', () => {
      const { node } = member.watched;
      const bytes = new Uint8Array(8);
      fails(() => node.tcpRead(4_000_000, bytes), 'ERR_ZT_NOT_FOUND');
      fails(() => node.tcpWrite(4_000_000, bytes), 'ERR_ZT_NOT_FOUND');
      fails(() => node.udpSend(4_000_000, { address: '10.1.0.1', port: 1 }, bytes), 'ERR_ZT_NOT_FOUND');
      fails(() => node.udpReceive(4_000_000, bytes), 'ERR_ZT_NOT_FOUND');
      fails(() => node.tcpShutdown(4_000_000), 'ERR_ZT_NOT_FOUND');
      node.socketClose(4_000_000);
      expect(node.socketInfo(4_000_000)).toBeUndefined();
    });

    it('knows which kind a socket is', () => {
      const { node } = member.watched;
      const network = idToBigInt(lab.network);
      const listener = node.tcpListen(network, any, 8);
      const udp = node.udpBind(network, any);
      const wrong: ZtErrorCode[] = [
        'ERR_ZT_INVALID_ARGUMENT',
        'ERR_ZT_NOT_CONNECTED',
        'ERR_ZT_NOT_FOUND',
        'ERR_ZT_NOT_SUPPORTED',
      ];
      fails(() => node.tcpWrite(listener.socket, new Uint8Array(1)), ...wrong);
      fails(() => node.tcpWrite(udp.socket, new Uint8Array(1)), ...wrong);
      fails(() => node.udpSend(listener.socket, { address: '10.1.0.1', port: 1 }, new Uint8Array(1)), ...wrong);
      node.socketClose(listener.socket);
      node.socketClose(udp.socket);
      fails(() => node.tcpRead(listener.socket, new Uint8Array(1)), 'ERR_ZT_NOT_FOUND');
    });

    it('knows its networks and addresses', () => {
      const { node } = member.watched;
      const foreign = idToBigInt('8056c2e21c000001' as NetworkId);
      const remote = { address: '10.1.0.99', port: 80 };
      fails(
        () => node.tcpConnect(foreign, any, remote, 0),
        'ERR_ZT_NOT_FOUND',
        'ERR_ZT_NETWORK_UNREACHABLE',
        'ERR_ZT_NETWORK_DOWN',
      );
      fails(
        () => node.tcpListen(foreign, any, 8),
        'ERR_ZT_NOT_FOUND',
        'ERR_ZT_NETWORK_UNREACHABLE',
        'ERR_ZT_NETWORK_DOWN',
      );
      fails(() => node.tcpConnect(0n, any, { address: '192.0.2.7', port: 80 }, 0), 'ERR_ZT_NETWORK_UNREACHABLE');
      const notOurs = { address: '10.1.0.222', port: 0 };
      fails(() => node.tcpConnect(0n, notOurs, remote, 0), 'ERR_ZT_ADDRESS_NOT_AVAILABLE');
      fails(() => node.udpBind(0n, notOurs), 'ERR_ZT_ADDRESS_NOT_AVAILABLE');
      fails(() => node.leave('8056c2e21c000001' as NetworkId), 'ERR_ZT_NOT_FOUND');
    });

    it('works on after all of them', async () => {
      expect(await ping(member, member.ipv4)).toBeLessThan(1000);
    });
  });
}
