/** Packet captures: what crosses the border to the stack and to the physical network, as a pcapng file. */
import type { CaptureHandle, EngineCaptureOptions, NetworkId } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { type CaptureFile, readPcapng } from './pcapng.js';
import { connection, digestOf, ping, receiveAll, sendAll } from './tcp-pipe.js';
import type { EventOf } from './watched-node.js';

const snaplen = 262_144;

/** The `CAPTURE_DATA` events of a capture so far. */
function dataOf(member: Member, capture: CaptureHandle): EventOf<'CAPTURE_DATA'>[] {
  const events = member.watched.events.filter((event) => event.type === 'CAPTURE_DATA');
  return events.filter((event) => event.capture === capture);
}

const sizeOf = (events: readonly { data: Uint8Array }[]): number =>
  events.reduce((sum, { data }) => sum + data.length, 0);

/** Acknowledges everything as it comes, like an application that keeps up. */
function start(member: Member, options: Partial<EngineCaptureOptions> = {}): CaptureHandle {
  const { node } = member.watched;
  const capture = node.captureStart({ points: 'virtual', snaplen, filter: [], ...options });
  member.watched.onEvent = (event) => {
    if (event.type === 'CAPTURE_DATA' && event.capture === capture) node.captureAck(capture, event.data.length);
  };
  return capture;
}

async function stop(member: Member, capture: CaptureHandle): Promise<CaptureFile> {
  member.watched.node.captureStop(capture);
  await member.watched.next('CAPTURE_DATA', { where: (event) => event.capture === capture && event.last });
  return readPcapng(Buffer.concat(dataOf(member, capture).map(({ data }) => data)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const ipv4 = (text: string): string => hex(Uint8Array.from(text.split('.'), Number));

export function capturesSuite(engines: EngineSet): void {
  describe(`captures, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
      await ping(a, b.ipv4);
    });
    afterAll(() => lab?.close());

    it('shows a ping as Ethernet frames, both directions, in order', async () => {
      const before = BigInt(Date.now()) * 1000n;
      const capture = start(a, { filter: [{ network: a.network, protocol: 1, host: { address: b.ipv4, bits: 32 } }] });
      await ping(a, b.ipv4, 200);
      const { interfaces, packets } = await stop(a, capture);
      expect(interfaces).toEqual([{ name: a.network, link: 1, snaplen, received: 2n, dropped: 0n }]);
      expect(packets.map(({ direction, data }) => [direction, data.length, data[34]])).toEqual([
        [2, 14 + 20 + 8 + 200, 8],
        [1, 14 + 20 + 8 + 200, 0],
      ]);
      for (const { data, direction, time } of packets) {
        expect(hex(data.subarray(12, 14))).toBe('0800');
        const [source, destination] = direction === 2 ? [a, b] : [b, a];
        expect(hex(data.subarray(26, 34))).toBe(ipv4(source.ipv4) + ipv4(destination.ipv4));
        expect(time).toBeGreaterThanOrEqual(before);
        expect(time).toBeLessThanOrEqual(BigInt(Date.now()) * 1000n);
      }
    });

    it('shows the datagrams that carry it, with the physical addresses', async () => {
      const peer = { address: b.physical.address, bits: 32 };
      const capture = start(a, { points: 'outer', filter: [{ host: peer }] });
      await ping(a, b.ipv4, 200);
      const { interfaces, packets } = await stop(a, capture);
      expect(interfaces).toMatchObject([{ name: 'outer', link: 101 }]);
      expect(new Set(packets.map(({ direction }) => direction))).toEqual(new Set([1, 2]));
      for (const { data, direction } of packets) {
        const [source, destination] = direction === 2 ? [a, b] : [b, a];
        expect(hex(data.subarray(12, 20))).toBe(ipv4(source.physical.address) + ipv4(destination.physical.address));
        const view = new DataView(data.buffer, data.byteOffset);
        expect([view.getUint16(20), view.getUint16(22)]).toEqual([source.physical.port, destination.physical.port]);
        expect([view.getUint16(2), view.getUint16(24)]).toEqual([data.length, data.length - 20]);
      }
    });

    it('cuts packets at the snap length, in several captures at once', async () => {
      const captures = [60, 100, snaplen].map((length) =>
        a.watched.node.captureStart({ points: 'virtual', snaplen: length, filter: [{ protocol: 1 }] }),
      );
      await ping(a, b.ipv4, 1000);
      for (const [index, length] of [60, 100, 1042].entries()) {
        const { packets } = await stop(a, captures[index] ?? 0);
        expect(packets.map(({ data, originalLength }) => [data.length, originalLength])).toEqual([
          [length, 1042],
          [length, 1042],
        ]);
      }
    });

    it('brings what comes before the capture ends', async () => {
      const after = a.watched.mark();
      const capture = start(a, { filter: [{ protocol: 1 }] });
      await ping(a, b.ipv4);
      await a.watched.next('CAPTURE_DATA', { after, ms: 5000, where: ({ packets }) => packets === 2 });
      expect(readPcapng(Buffer.concat(dataOf(a, capture).map(({ data }) => data))).packets).toHaveLength(2);
      expect((await stop(a, capture)).packets).toHaveLength(2);
    });

    it('waits for acknowledgements, drops what it cannot keep and says how much; the stream does not notice', async () => {
      const capture = a.watched.node.captureStart({ points: 'virtual', snaplen, filter: [] });
      a.watched.onEvent = undefined;
      const size = 16 << 20;
      const [client, server] = await connection(a, b);
      const [there] = await Promise.all([receiveAll(server), sendAll(client, size, 3)]);
      expect(there).toEqual({ bytes: size, digest: digestOf(size, 3) });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(sizeOf(dataOf(a, capture))).toBeLessThan(1.2 * (1 << 20));
      const { interfaces, packets } = await stop(a, capture);
      expect(sizeOf(dataOf(a, capture))).toBeLessThan(5.3 * (1 << 20));
      const last = dataOf(a, capture).at(-1);
      expect(last?.dropped).toBeGreaterThan(1000);
      expect([last?.packets, last?.dropped]).toEqual([Number(interfaces[0]?.received), Number(interfaces[0]?.dropped)]);
      expect(packets.length).toBe((last?.packets ?? 0) - (last?.dropped ?? 0));
    });

    it('keeps every packet of a transfer for an application that keeps up', async () => {
      const filter = [{ protocol: 6 }];
      const captures = [start(a, { filter, snaplen: 128 })];
      const [client, server] = await connection(a, b);
      const size = 8 << 20;
      await Promise.all([receiveAll(server), sendAll(client, size, 3)]);
      const { interfaces, packets } = await stop(a, captures[0] ?? 0);
      expect(interfaces[0]?.dropped).toBe(0n);
      const sent = packets.filter(({ direction }) => direction === 2);
      expect(sent.reduce((sum, { originalLength }) => sum + originalLength, 0)).toBeGreaterThan(size);
    });

    it('allows four at once and refuses what is wrong', async () => {
      const { node } = a.watched;
      const options = { points: 'virtual', snaplen, filter: [{ network: 'ffffffffffffffff' as NetworkId }] } as const;
      const captures = Array.from({ length: 4 }, () => node.captureStart(options));
      expect(() => node.captureStart(options)).toThrow(expect.objectContaining({ code: 'ERR_ZT_LIMIT_REACHED' }));
      for (const capture of captures) expect((await stop(a, capture)).packets).toEqual([]);
      expect(() => node.captureStop(captures[0] ?? 0)).toThrow(expect.objectContaining({ code: 'ERR_ZT_NOT_FOUND' }));
      node.captureAck(captures[0] ?? 0, 1);
      for (const wrong of [0, snaplen + 1]) {
        expect(() => node.captureStart({ ...options, snaplen: wrong })).toThrow(
          expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' }),
        );
      }
    });

    it('ends with the node, before NODE_DOWN', async () => {
      const member = await lab.member(engines.a);
      const capture = start(member, { points: 'both' });
      await ping(member, b.ipv4);
      await lab.stop(member.watched);
      const events = dataOf(member, capture);
      expect(events.at(-1)?.last).toBe(true);
      const order = member.watched.types();
      expect(order.lastIndexOf('CAPTURE_DATA')).toBeLessThan(order.indexOf('NODE_DOWN'));
      const file = readPcapng(Buffer.concat(events.map(({ data }) => data)));
      expect(new Set(file.interfaces.map(({ name }) => name))).toEqual(new Set(['outer', member.network]));
      expect(file.packets.length).toBeGreaterThan(4);
    });
  });
}
