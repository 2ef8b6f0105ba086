/** The TCP relay's server (vl1.md §10.2): what it carries, and what hostile clients cannot make it do. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isGlobal, mayReach, placeOf } from '../src/tcp-relay/destinations.js';
import { datagramRecord, parseDatagram, RecordReader } from '../src/tcp-relay/records.js';
import { RelayServer, type RelayServerOptions } from '../src/tcp-relay/relay-server.js';
import { TokenBucket } from '../src/tcp-relay/token-bucket.js';

const greeting = Buffer.from('1703030004010e0001', 'hex');
let relay: RelayServer;
let peer: UdpSocket;
let peerPort: number;
const heard: { bytes: Buffer; port: number }[] = [];
const streams: Socket[] = [];
let clock: number;

async function start(options: Partial<RelayServerOptions> = {}): Promise<void> {
  const listen = { address: '127.0.0.1', port: 0 };
  relay = await RelayServer.start({ listen, udpAddress: '127.0.0.1', anywhere: true, now: () => clock, ...options });
}

async function client(first: Buffer = greeting): Promise<Socket> {
  const { address, port } = relay.endpoint;
  const stream = connect({ host: address, port, noDelay: true });
  streams.push(stream);
  stream.on('error', () => undefined);
  await once(stream, 'connect');
  stream.write(first);
  return stream;
}

const toPeer = (size: number, fill = 1): Buffer =>
  datagramRecord({ address: '127.0.0.1', port: peerPort, bytes: Buffer.alloc(size, fill) });

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error(`not within 5 s: ${what}; ${JSON.stringify(relay.counters)}`);
    await sleep(10);
  }
}

beforeEach(async () => {
  clock = 1000;
  heard.length = 0;
  peer = createSocket('udp4').on('message', (bytes, { port }) => heard.push({ bytes, port }));
  peer.bind(0, '127.0.0.1');
  await once(peer, 'listening');
  peerPort = peer.address().port;
});

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  await relay?.close();
  await new Promise<void>((resolve) => peer.close(() => resolve()));
});

describe('records', () => {
  it('come out the same in pieces of any size', () => {
    const sizes = [16, 0, 1400, 1, 65_528, 20];
    const parts = sizes.map((n, i) =>
      datagramRecord({ address: '1.2.3.4', port: 5000 + i, bytes: Buffer.alloc(n, i) }),
    );
    const stream = Buffer.concat([greeting, ...parts, Buffer.from('1703030000', 'hex'), greeting]);
    for (const step of [1, 2, 3, 5, 7, 1000, 4096, 65_536, stream.length]) {
      const reader = new RecordReader();
      const got: string[] = [];
      for (let at = 0; at < stream.length; at += step) {
        reader.push(stream.subarray(at, at + step), (message) => {
          const datagram = parseDatagram(message);
          got.push(datagram === undefined ? `${message.length}` : `${datagram.port} ${datagram.bytes.length}`);
        });
      }
      expect(got).toEqual(['4', ...sizes.map((n, i) => `${5000 + i} ${n}`), '0', '4']);
      expect(reader.held).toBe(0);
    }
  });
});

describe('destinations', () => {
  it('are the internet, ports above 1024', () => {
    for (const address of ['8.8.8.8', '204.80.128.1', '100.128.0.0', '172.32.0.1', '223.255.255.255']) {
      expect(isGlobal(address), address).toBe(true);
    }
    for (const address of ['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.255.255']) {
      expect(isGlobal(address), address).toBe(false);
    }
    for (const address of ['192.168.0.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '255.255.255.255']) {
      expect(isGlobal(address), address).toBe(false);
    }
    expect(mayReach('8.8.8.8', 1024, true)).toBe(false);
    expect(mayReach('8.8.8.8', 1025, false)).toBe(true);
    expect(mayReach('10.0.0.1', 9993, true)).toBe(true);
    expect(mayReach('239.1.2.3', 9993, true)).toBe(false);
  });
});

describe('a rate', () => {
  it('lets a burst through and then as much as time earns', () => {
    const bucket = new TokenBucket(1000, 0);
    expect(bucket.take(1000, 0)).toBe(true);
    expect(bucket.take(1, 0)).toBe(false);
    expect(bucket.take(500, 500)).toBe(true);
    expect(bucket.take(1, 500)).toBe(false);
    expect(bucket.take(1001, 1_000_000)).toBe(false);
    expect(new TokenBucket(0, 0).take(1e9, 0)).toBe(true);
  });
});

describe('relaying', () => {
  it('carries datagrams both ways; each client has a UDP port of its own, above 1023', async () => {
    await start();
    const [a, b] = [await client(), await client()];
    a.write(toPeer(100, 1));
    b.write(toPeer(200, 2));
    await until(() => heard.length === 2, 'both at the peer');
    const ports = heard.map(({ port }) => port);
    expect(new Set(ports).size).toBe(2);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024);
    const answered = once(a, 'data');
    peer.send(Buffer.alloc(50, 7), heard.find(({ bytes }) => bytes.length === 100)?.port ?? 0, '127.0.0.1');
    const [record] = await answered;
    expect(record).toEqual(datagramRecord({ address: '127.0.0.1', port: peerPort, bytes: Buffer.alloc(50, 7) }));
  });

  it('drops what the rules drop, and keeps the client', async () => {
    await start({ anywhere: false });
    const stream = await client();
    stream.write(Buffer.from('17030300020405', 'hex')); // too short
    stream.write(Buffer.concat([Buffer.from('1703030023061234', 'hex'), Buffer.alloc(32)])); // IPv6
    stream.write(toPeer(15)); // no VL1
    stream.write(toPeer(16)); // loopback
    stream.write(datagramRecord({ address: '8.8.8.8', port: 53, bytes: Buffer.alloc(40) }));
    await until(() => relay.counters.malformed === 2 && relay.counters.refusedDestinations === 3, 'all counted');
    expect(relay.counters).toMatchObject({ clients: 1, datagramsOut: 0 });
  });

  it('gives a client only datagrams of 16 to 2047 bytes', async () => {
    await start();
    const stream = await client();
    stream.write(toPeer(100));
    await until(() => heard.length === 1, 'the peer knows the port');
    for (const size of [15, 16, 2047, 2048]) peer.send(Buffer.alloc(size), heard[0]?.port ?? 0, '127.0.0.1');
    await until(() => relay.counters.datagramsIn + relay.counters.malformed === 4, 'all counted');
    expect(relay.counters).toMatchObject({ datagramsIn: 2, malformed: 2 });
  });

  it('closes gracefully: streams end, ports are free again', async () => {
    await start();
    const stream = await client();
    stream.write(toPeer(100));
    await until(() => heard.length === 1, 'the peer heard it');
    const ended = once(stream, 'close');
    await relay.close();
    await ended;
    expect(relay.counters.clients).toBe(0);
    const again = createSocket('udp4');
    again.bind(heard[0]?.port ?? 0, '127.0.0.1');
    await once(again, 'listening');
    await new Promise<void>((resolve) => again.close(() => resolve()));
  });
});

describe('hostile clients', () => {
  it('are turned away when there are too many, altogether or from one address', async () => {
    await start({ maxClients: 3, maxClientsPerAddress: 2 });
    await Promise.all([client(), client()]);
    await until(() => relay.counters.clients === 2, 'two clients');
    const third = await client();
    await once(third, 'close');
    expect(relay.counters).toMatchObject({ accepted: 2, refused: 1, clients: 2 });
    streams[0]?.destroy();
    await until(() => relay.counters.clients === 1, 'one left');
    await client();
    await until(() => relay.counters.accepted === 3, 'its place is free');
  });

  it('that do not greet are ended', async () => {
    await start();
    const silent = await client(Buffer.alloc(0));
    const rude = await client(toPeer(100));
    await once(rude, 'close');
    expect(heard).toEqual([]);
    await until(() => relay.counters.clients === 1, 'one left');
    const closed = once(silent, 'close');
    clock += 10_000;
    relay.sweep();
    await closed;
  });

  it('that are idle for 300 s are ended, not before', async () => {
    await start();
    const stream = await client();
    stream.write(toPeer(100));
    await until(() => heard.length === 1, 'it works');
    clock += 299_999;
    relay.sweep();
    expect(relay.counters.idle).toBe(0);
    const closed = once(stream, 'close');
    clock += 1;
    relay.sweep();
    await closed;
    expect(relay.counters.idle).toBe(1);
  });

  it('that do not read cost 128 KiB and what the system buffers', async () => {
    await start();
    const stream = await client();
    stream.pause();
    stream.write(toPeer(100));
    await until(() => heard.length === 1, 'the peer knows the port');
    const port = heard[0]?.port ?? 0;
    for (let sent = 0; relay.counters.slowClient === 0 && sent < 200_000; sent += 50) {
      for (let i = 0; i < 50; i++) peer.send(Buffer.alloc(2000), port, '127.0.0.1');
      await sleep(1);
    }
    expect(relay.counters.slowClient).toBeGreaterThan(0);
    const before = relay.counters.datagramsIn;
    for (let i = 0; i < 100; i++) peer.send(Buffer.alloc(2000), port, '127.0.0.1');
    await sleep(50);
    expect(relay.counters.datagramsIn - before).toBeLessThan(100);
    expect(relay.counters.clients).toBe(1);
  });

  it('that send records byte by byte, or half of one, cost as much as they send', async () => {
    await start();
    const stream = await client();
    const record = toPeer(60_000);
    for (let at = 0; at < 30_000; at += 100) stream.write(record.subarray(at, at + 100));
    const other = await client();
    for (const byte of toPeer(100)) other.write(Buffer.of(byte));
    await until(() => heard.length === 1, 'the slow one arrives');
    expect(heard[0]?.bytes.length).toBe(100);
  });

  it('that flood are limited to their rate', async () => {
    await start({ bytesPerSecond: 10_000 });
    const stream = await client();
    for (let i = 0; i < 100; i++) stream.write(toPeer(1000));
    await until(() => relay.counters.overRate + relay.counters.datagramsOut === 100, 'all counted');
    expect(relay.counters.datagramsOut).toBe(10);
    expect(relay.counters.overRate).toBe(90);
  });
});

describe('a place of clients', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s belongs to %s', (address, place) => expect(placeOf(address)).toBe(place));
});
