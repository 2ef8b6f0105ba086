/** Ports for Ethernet frames: what every engine must move, refuse and count. */
import { type EngineNode, type FramePortHandle, type NodeEvent, Status } from '@ztkit/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { ping } from './tcp-pipe.js';

const queueBytes = 1 << 20;
/** IEEE 802 local experimental: no stack answers it. */
const experimental = 0x88b5;
const broadcast = 'ff:ff:ff:ff:ff:ff';

interface Parts {
  to: string;
  from: string;
  type?: number;
  payload: Uint8Array;
}

const macBytes = (mac: string) => mac.split(':').map((byte) => Number.parseInt(byte, 16));

function frameOf({ to, from, type = experimental, payload }: Parts): Uint8Array {
  return Uint8Array.of(...macBytes(to), ...macBytes(from), type >> 8, type & 0xff, ...payload);
}

function records(frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(frames.flatMap((frame) => [Uint8Array.of(frame.length >> 8, frame.length & 0xff), frame]));
}

function split(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    frames.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return frames;
}

/** Frames of the experimental type that wait: what stacks say beside them is not ours. */
function take(node: EngineNode, port: FramePortHandle): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const into = new Uint8Array(100_000);
  for (;;) {
    const size = node.framesReceive(port, into);
    if (size === undefined) break;
    frames.push(...split(into.subarray(0, size)));
  }
  return frames.filter((frame) => ((frame[12] ?? 0) << 8) + (frame[13] ?? 0) === experimental);
}

/** Waits until so many came. */
async function receive(member: Member, port: FramePortHandle, count: number): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const end = Date.now() + 20_000;
  for (;;) {
    const mark = member.watched.mark();
    frames.push(...take(member.watched.node, port));
    if (frames.length >= count) return frames;
    if (Date.now() > end) throw new Error(`${frames.length} of ${count} frames came`);
    const ours = (event: NodeEvent & { type: 'FRAMES_READABLE' }) => event.port === port;
    await member.watched.next('FRAMES_READABLE', { after: mark, ms: 20_000, where: ours });
  }
}

const hex = (frames: readonly Uint8Array[]) => frames.map((frame) => Buffer.from(frame).toString('hex'));
const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });

export function framesSuite(engines: EngineSet): void {
  describe(`frames, ${engines.name}`, () => {
    let lab: Lab;
    let a: Member;
    let b: Member;
    let macA: string;
    let macB: string;
    const open: (() => void)[] = [];
    const macOf = ({ watched, network }: Member) =>
      watched.node.networks().find(({ id }) => id === network)?.mac ?? 'no network';
    const openPort = (member: Member, exclusive: boolean, bytes = queueBytes): FramePortHandle => {
      const port = member.watched.node.framesOpen(member.network, exclusive, bytes);
      open.push(() => member.watched.node.framesClose(port));
      return port;
    };
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = await lab.pair();
      [macA, macB] = [macOf(a), macOf(b)];
      await ping(a, b.ipv4);
    });
    afterEach(() => {
      for (const close of open.splice(0)) close();
    });
    afterAll(() => lab?.close());

    it('exchanges frames of a type no stack knows, in order, both ways, without the stacks', async () => {
      const [from, to] = [openPort(a, true), openPort(b, true)];
      const there = Array.from({ length: 100 }, (_, i) =>
        frameOf({ to: macB, from: macA, payload: new Uint8Array(1 + i * 27).fill(i) }),
      );
      const batch = records(there);
      expect(a.watched.node.framesSend(from, batch)).toBe(batch.length);
      expect(hex(await receive(b, to, 100))).toEqual(hex(there));
      const back = [frameOf({ to: macA, from: macB, payload: Uint8Array.of(1, 2, 3) })];
      b.watched.node.framesSend(to, records(back));
      expect(hex(await receive(a, from, 1))).toEqual(hex(back));
      const { sent, sentBytes, received } = a.watched.node.framesInfo(from);
      expect([sent, sentBytes]).toEqual([100, batch.length - 200]);
      expect(received).toBeGreaterThanOrEqual(1);
    });

    it('carries a broadcast to everybody', async () => {
      const [from, to] = [openPort(a, true), openPort(b, false)];
      const frame = frameOf({ to: broadcast, from: macA, payload: new Uint8Array(46).fill(7) });
      a.watched.node.framesSend(from, records([frame]));
      expect(hex(await receive(b, to, 1))).toEqual(hex([frame]));
    });

    it('refuses a foreign source MAC, a frame beyond the MTU, and counts both', async () => {
      const [from, to] = [openPort(a, true), openPort(b, true)];
      const payload = new Uint8Array(46);
      const good = frameOf({ to: macB, from: macA, payload });
      const foreign = frameOf({ to: macB, from: '0a:00:00:00:00:01', payload });
      const long = frameOf({ to: macB, from: macA, payload: new Uint8Array(2801) });
      a.watched.node.framesSend(from, records([foreign, long, good]));
      expect(hex(await receive(b, to, 1))).toEqual(hex([good]));
      expect(a.watched.node.framesInfo(from)).toMatchObject({ notABridge: 1, tooBig: 1, sent: 1, badSource: 0 });
    });

    it('drops and counts what the application does not take; what it kept is whole and in order', async () => {
      const [from, to] = [openPort(a, true), openPort(b, true, 65_536)];
      const count = 200;
      for (let i = 0; i < count; i++) {
        const payload = new Uint8Array(1000).fill(i);
        const frame = records([frameOf({ to: macB, from: macA, payload })]);
        expect(a.watched.node.framesSend(from, frame)).toBe(frame.length);
        if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { node } = b.watched;
      const end = Date.now() + 20_000;
      while (node.framesInfo(to).received + node.framesInfo(to).dropped < count && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { received, dropped, receiveQueue } = node.framesInfo(to);
      expect(received + dropped).toBeGreaterThanOrEqual(count); // None is lost unseen.
      expect(dropped).toBeGreaterThan(100);
      expect(receiveQueue).toBeLessThanOrEqual(65_536);
      const fills = take(node, to).map((frame) => frame[14] ?? -1);
      expect(fills.length).toBeGreaterThan(50);
      expect(fills).toEqual([...fills].sort((x, y) => x - y));
    });

    it('stops a sender that is too fast and wakes it when there is room', async () => {
      const from = openPort(a, true, 65_536);
      const frame = frameOf({ to: macB, from: macA, payload: new Uint8Array(1000) });
      const batch = records(Array.from({ length: 200 }, () => frame));
      const after = a.watched.mark();
      const taken = a.watched.node.framesSend(from, batch);
      expect(taken).toBe(Math.floor(65_536 / (frame.length + 2)) * (frame.length + 2));
      await a.watched.next('FRAMES_WRITABLE', { after, where: ({ port }) => port === from });
      expect(a.watched.node.framesSend(from, batch.subarray(0, frame.length + 2))).toBe(frame.length + 2);
    });

    it('leaves the stack its network beside the port, and takes it away without', async () => {
      const beside = openPort(b, false);
      await ping(a, b.ipv4);
      expect(b.watched.node.framesInfo(beside).received).toBeGreaterThan(0);
      b.watched.node.framesClose(beside);
      const alone = openPort(b, true);
      const refused = () => b.watched.node.tcpConnect(0n, { address: '', port: 0 }, { address: a.ipv4, port: 9 }, 1000);
      expect(refused).toThrow(code('NETWORK_UNREACHABLE'));
      b.watched.node.framesClose(alone);
      await ping(b, a.ipv4);
      await ping(a, b.ipv4);
    });

    it('may be closed while frames arrive', async () => {
      const from = openPort(a, true);
      const frame = records([frameOf({ to: macB, from: macA, payload: new Uint8Array(500) })]);
      for (let i = 0; i < 10; i++) {
        const to = openPort(b, i % 2 === 0);
        for (let n = 0; n < 20; n++) a.watched.node.framesSend(from, frame);
        await receive(b, to, 1);
        b.watched.node.framesClose(to);
        expect(() => b.watched.node.framesReceive(to, new Uint8Array(2000))).toThrow(code('NOT_FOUND'));
        expect(() => b.watched.node.framesSend(to, frame)).toThrow(code('NOT_FOUND'));
        b.watched.node.framesClose(to);
      }
    });

    it('has one port for each network it is in, with a queue within the limits', () => {
      const { node } = a.watched;
      openPort(a, false);
      expect(() => node.framesOpen(a.network, false, queueBytes)).toThrow(code('ALREADY_EXISTS'));
      const other = 'ff00160016000000' as Member['network'];
      expect(() => node.framesOpen(other, false, queueBytes)).toThrow(code('NOT_FOUND'));
      for (const bytes of [65_535, (64 << 20) + 1]) {
        expect(() => node.framesOpen(a.network, false, bytes)).toThrow(code('INVALID_ARGUMENT'));
      }
    });

    it('ends with its network and with its node', async () => {
      const member = await lab.member(engines.a);
      const port = openPort(member, true);
      open.pop();
      member.watched.node.leave(member.network);
      const left = await member.watched.next('FRAMES_CLOSED', { where: (event) => event.port === port });
      expect(left.status).toBe(Status.NETWORK_DOWN);
      member.watched.node.join(member.network);
      const second = member.watched.node.framesOpen(member.network, true, queueBytes);
      await lab.stop(member.watched);
      const closed = member.watched.events.filter((event) => event.type === 'FRAMES_CLOSED');
      expect(closed.map((event) => [event.port, event.status])).toEqual([
        [port, Status.NETWORK_DOWN],
        [second, Status.CLOSED],
      ]);
      expect(() => member.watched.node.framesSend(second, new Uint8Array(0))).toThrow(code('CLOSED'));
    });
  });
}
