import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { UdpTransport } from '../src/transport/udp-transport.js';

it('sends nothing to port 0, which dgram refuses, and goes on', async () => {
  const peer = createSocket('udp4').bind(0, '127.0.0.1');
  await once(peer, 'listening');
  const transport = await UdpTransport.bind([{ address: '127.0.0.1', port: 0 }]);
  const bytes = Uint8Array.of(1, 2, 3);
  transport.send({ socket: -1, to: { address: '127.0.0.1', port: 0 }, bytes, ttl: 0 });
  const arrived = once(peer, 'message');
  transport.send({ socket: -1, to: { address: '127.0.0.1', port: peer.address().port }, bytes, ttl: 0 });
  const [message] = await arrived;
  expect([...message]).toEqual([1, 2, 3]);
  await transport.close();
  peer.close();
});
