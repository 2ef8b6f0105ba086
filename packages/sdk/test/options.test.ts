import { afterEach, describe, expect, it } from 'vitest';
import type { Node, UdpSocket } from '../src/index.js';
import { lab, networkId } from './lab.js';

const opened: Node[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

async function pair() {
  const here = lab();
  const nodes = await here.pair();
  opened.push(nodes.nodeA, nodes.nodeB);
  return { ...here, ...nodes };
}

async function tcp() {
  const { a, b, world } = await pair();
  const listener = await b.listen({ port: 80 });
  const address = b.addresses[0]?.address ?? '';
  const [client, server] = await Promise.all([a.connect({ address, port: 80 }), listener.accept()]);
  return { listener, client, server, world };
}

async function udp() {
  const here = await pair();
  return { ...here, socket: await here.a.udp({ port: 700 }), address: here.b.addresses[0]?.address ?? '' };
}

describe('options of sockets', () => {
  it('are set and read with values of their own types', async () => {
    const { client, listener } = await tcp();
    client.setOption('TCP_NODELAY', true);
    expect(client.getOption('TCP_NODELAY')).toBe(true);
    client.setOption('SO_LINGER', false);
    expect(client.getOption('SO_LINGER')).toBe(false);
    client.setOption('SO_LINGER', 0);
    expect(client.getOption('SO_LINGER')).toBe(0);
    client.setOption('TCP_CONGESTION', 'reno');
    expect(client.getOption('TCP_CONGESTION')).toBe('reno');
    client.setOption('TCP_KEEPIDLE', 2 ** 32);
    expect(client.getOption('TCP_KEEPIDLE')).toBe(2 ** 32);
    listener.setOption('IPV6_V6ONLY', true);
    expect(listener.getOption('IPV6_V6ONLY')).toBe(true);
  });

  it('of keep-alive are what Node.js sets', async () => {
    const { client } = await tcp();
    client.setKeepAlive(5000);
    const names = ['SO_KEEPALIVE', 'TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT'] as const;
    expect(names.map((name) => client.getOption(name))).toEqual([true, 5000, 1000, 10]);
    client.setKeepAlive(false);
    expect(client.getOption('SO_KEEPALIVE')).toBe(false);
  });

  it.each([
    ['IP_TTL', 0],
    ['IP_TTL', 256],
    ['IP_TTL', 1.5],
    ['IP_TTL', '64'],
    ['IP_TOS', -1],
    ['SO_RCVBUF', 2047],
    ['SO_RCVBUF', 2 ** 24 + 1],
    ['SO_SNDBUF', Number.NaN],
    ['SO_BROADCAST', 1],
    ['TCP_NODELAY', true],
    ['toString', 1],
    [undefined, 1],
  ])('refuse %s = %s on a UDP socket before the engine is asked', async (name, value) => {
    const { socket } = await udp();
    const error = expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' });
    expect(() => socket.setOption(name as 'IP_TTL', value as number)).toThrow(error);
  });

  it('are refused on a TCP connection that has none of that name, with those it has', async () => {
    const { client } = await tcp();
    expect(() => client.setOption('SO_BROADCAST' as 'TCP_NODELAY', true)).toThrow(/TCP connection .*TCP_USER_TIMEOUT/);
    expect(() => client.setOption('TCP_CONGESTION', 'bbr' as 'reno')).toThrow(/cubic/);
    expect(() => client.getOption('IP_MULTICAST_TTL' as 'IP_TTL')).toThrow(/must be an option/);
  });

  it('end with their socket', async () => {
    const { client, listener } = await tcp();
    const { socket } = await udp();
    await client.close();
    listener.close();
    socket.close();
    const closed = expect.objectContaining({ code: 'ERR_ZT_CLOSED' });
    expect(() => client.getOption('IP_TTL')).toThrow(closed);
    expect(() => listener.getOption('IP_TTL')).toThrow(closed);
    expect(() => socket.setTTL(1)).toThrow(closed);
    client.setKeepAlive(true);
    client.setNoDelay(true);
    expect(client.info()).toBeUndefined();
  });

  it('have names of node:dgram too', async () => {
    const { socket } = await udp();
    socket.setTTL(9);
    socket.setMulticastTTL(3);
    socket.setMulticastLoopback(false);
    socket.setBroadcast(false);
    const names = ['IP_TTL', 'IP_MULTICAST_TTL', 'IP_MULTICAST_LOOP', 'SO_BROADCAST'] as const;
    expect(names.map((name) => socket.getOption(name))).toEqual([9, 3, false, false]);
  });
});

describe('a connected UDP socket', () => {
  it('needs no address, and says whom it talks to', async () => {
    const { socket, b, address } = await udp();
    const peer: UdpSocket = await b.udp({ port: 7 });
    expect(() => socket.send(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'ERR_ZT_NOT_CONNECTED' }));
    socket.connect({ address, port: 7 });
    expect(socket.remoteEndpoint).toEqual({ address, port: 7 });
    expect(socket.address).toEqual({ address: '10.0.0.2', port: 700 });
    socket.send(Uint8Array.of(1, 2, 3));
    expect([...(await peer.receive()).data]).toEqual([1, 2, 3]);
    socket.disconnect();
    expect([socket.remoteEndpoint, socket.address]).toEqual([undefined, { address: '', port: 700 }]);
    expect(() => socket.connect({ address: 'x', port: 7 })).toThrow(/remote\.address/);
    expect(() => socket.connect({ address, port: 0 })).toThrow(/remote\.port/);
  });
});

describe('multicast', () => {
  it.each(['239.1.2.3', 'ff15::1', 'FF02::1'])('joins and leaves %s', async (group) => {
    const { socket } = await udp();
    socket.join(group);
    expect(() => socket.join(group)).toThrow(expect.objectContaining({ code: 'ERR_ZT_ALREADY_EXISTS' }));
    socket.join(group, { networkId });
    socket.leave(group, { networkId });
    socket.leave(group);
    expect(() => socket.leave(group)).toThrow(expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }));
  });

  it.each(['10.0.0.1', '223.255.255.255', '240.0.0.1', '::1', 'fe80::1', 'f::1', 'x', '', undefined, 5])(
    'knows that %s is no group',
    async (group) => {
      const { socket } = await udp();
      expect(() => socket.join(group as string)).toThrow(/multicast address/);
    },
  );

  it('refuses a network id that is none', async () => {
    const { socket } = await udp();
    expect(() => socket.join('239.1.2.3', { networkId: 'xyz' })).toThrow(
      expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' }),
    );
  });
});

describe('node.stats()', () => {
  it('adds the errors up, and ends with the node', async () => {
    const { nodeA } = await pair();
    const { UDP } = nodeA.stats();
    expect(UDP).toMatchObject({ xmit: 1n, recv: 2n, chkerr: 5n, cachehit: 12n });
    expect(UDP.errors).toBe(5n + 6n + 7n + 8n + 9n + 10n + 11n);
    await nodeA.close();
    expect(() => nodeA.stats()).toThrow(expect.objectContaining({ code: 'ERR_ZT_CLOSED' }));
  });
});
