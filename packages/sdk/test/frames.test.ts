import { Event, Status, ZtError } from '@ztkit/types';
import { describe, expect, it, vi } from 'vitest';
import type { Node } from '../src/index.js';
import type { FakeFrames } from './fake-frames.js';
import { lab, networkId } from './lab.js';

async function started(): Promise<{ node: Node; fake: FakeFrames }> {
  const { start, world } = lab();
  const node = await start();
  await node.join(networkId).ready();
  const [engine] = world.nodes;
  if (engine === undefined) throw new Error('no node');
  return { node, fake: engine.frames };
}

const network = (node: Node) => {
  const found = node.network(networkId);
  if (found === undefined) throw new Error('not joined');
  return found;
};
const frame = (fill: number, size = 60) => new Uint8Array(size).fill(fill);
const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });

describe('frames of a network', () => {
  it('opens beside the stack with 2 MiB, or as told', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    expect(fake.opened).toEqual({ network: networkId, exclusive: false, queueBytes: 2 << 20 });
    expect(() => network(node).frames()).toThrow(code('ALREADY_EXISTS'));
    port.close();
    port.close();
    expect([port.closed, fake.opened]).toEqual([true, undefined]);
    network(node).frames({ stack: 'none', queueBytes: 65_536 });
    expect(fake.opened).toEqual({ network: networkId, exclusive: true, queueBytes: 65_536 });
    await node.close();
    expect(fake.opened).toBeUndefined();
  });

  it.each([
    { queueBytes: 65_535 },
    { queueBytes: 67_108_865 },
    { stack: 'some' },
    { onFrames: 1 },
    { signal: 1 },
    null,
  ])('refuses %o before anything is opened', async (options) => {
    const { node, fake } = await started();
    expect(() => network(node).frames(options as never)).toThrow(code('INVALID_ARGUMENT'));
    expect(fake.opened).toBeUndefined();
    await node.close();
  });

  it('iterates over batches that stay what they were', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    const batches: Uint8Array[][] = [];
    const done = (async () => {
      for await (const batch of port) batches.push(batch);
    })();
    fake.feed(frame(1), frame(2, 14));
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let i = 3; i < 60; i++) fake.feed(frame(i, 10_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    port.close();
    await done;
    const all = batches.flat();
    const seen = new Set(all.map((f) => f[0]));
    expect(all.every((f) => f.every((byte) => byte === f[0]))).toBe(true);
    expect(batches.length).toBeGreaterThan(2); // A batch is 256 KiB at most,
    expect(batches.length).toBeLessThan(10); // and not one frame.
    expect([...seen]).toEqual(Array.from({ length: 59 }, (_, i) => i + 1));
    await node.close();
  });

  it('calls onFrames with all that came, and cannot be iterated then', async () => {
    const { node, fake } = await started();
    const got: number[] = [];
    const port = network(node).frames({ onFrames: (frames) => got.push(...frames.map((f) => f[0] ?? 0)) });
    fake.feed(frame(1), frame(2));
    fake.feed(frame(3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(got).toEqual([1, 2, 3]);
    fake.feed(frame(4));
    await expect(port[Symbol.asyncIterator]().next()).rejects.toThrow(code('INVALID_ARGUMENT'));
    await expect(port.receive({ signal: AbortSignal.timeout(100) })).rejects.toThrow(code('INVALID_ARGUMENT'));
    expect(() => port.take()).toThrow(code('INVALID_ARGUMENT'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(got).toEqual([1, 2, 3, 4]);
    await node.close();
  });

  it('sends what there is room for, and says when there is more', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    const frames = [1, 2, 3, 4, 5].map((fill) => frame(fill));
    fake.room = 3;
    expect(port.send(frames)).toBe(3);
    let writable = false;
    const waiting = port.writable().then(() => {
      writable = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(writable).toBe(false);
    fake.makeRoom(10);
    await waiting;
    expect(port.send(frames.slice(3))).toBe(2);
    await port.writable();
    expect(fake.sent.map((f) => f[0])).toEqual([1, 2, 3, 4, 5]);
    expect(port.counters().sent).toBe(5);
    await node.close();
  });

  it('splits a long list over several crossings and loses none', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    const frames = Array.from({ length: 300 }, (_, i) => frame(i & 0xff, 1000 + i));
    expect(port.send(frames)).toBe(300);
    expect(fake.sent.map((f) => f.length)).toEqual(frames.map((f) => f.length));
    await node.close();
  });

  it('refuses frames of a wrong length as a whole', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    for (const size of [0, 13, 10_001]) {
      expect(() => port.send([frame(1), frame(2, size)])).toThrow(code('INVALID_ARGUMENT'));
    }
    expect(() => port.send(frame(1) as never)).toThrow(code('INVALID_ARGUMENT'));
    expect(fake.sent).toEqual([]);
    expect(port.send([])).toBe(0);
    await node.close();
  });

  it('keeps the set of groups', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    const shown = () => fake.groups.map(({ mac, adi }) => [Buffer.from(mac).toString('hex'), adi]);
    port.subscribe('01:00:5E:01:02:03');
    port.subscribe('01:00:5e:01:02:03');
    port.subscribe('ff:ff:ff:ff:ff:ff', { ipv4: '10.1.2.200' });
    expect(shown()).toEqual([
      ['01005e010203', 0],
      ['ffffffffffff', 0x0a0102c8],
    ]);
    port.unsubscribe('01:00:5e:01:02:03');
    expect(shown()).toEqual([['ffffffffffff', 0x0a0102c8]]);
    for (const mac of ['02:00:00:00:00:01', '01:00:5e:01:02', 'x', 1]) {
      expect(() => port.subscribe(mac as string)).toThrow(code('INVALID_ARGUMENT'));
    }
    for (const ipv4 of ['fd00::1', 'x']) {
      expect(() => port.subscribe('ff:ff:ff:ff:ff:ff', { ipv4 })).toThrow(code('INVALID_ARGUMENT'));
    }
    expect(() => port.subscribe('01:00:5e:01:02:03', { ipv4: '10.1.2.3' })).toThrow(code('INVALID_ARGUMENT'));
    await node.close();
  });

  it('tells everybody who waits that it ended, and why', async () => {
    const { node, fake } = await started();
    const port = network(node).frames();
    fake.room = 0;
    port.send([frame(1)]);
    const waiting = [port.receive(), port.writable(), port[Symbol.asyncIterator]().next()];
    const outcomes = Promise.allSettled(waiting);
    fake.end(Status.NETWORK_DOWN);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: code('NETWORK_DOWN') });
    expect(() => port.send([frame(1)])).toThrow(code('NETWORK_DOWN'));
    await node.close();
  });

  it('ends with its network, with its node and by a signal', async () => {
    const { node } = await started();
    const left = network(node).frames();
    await node.leave(networkId);
    expect(() => left.take()).toThrow(code('NETWORK_DOWN'));
    await node.join(networkId).ready();
    const abort = new AbortController();
    const aborted = network(node).frames({ signal: abort.signal });
    abort.abort(new ZtError('ERR_ZT_TIMED_OUT', 'enough'));
    expect(aborted.closed).toBe(true);
    await expect(aborted.receive()).rejects.toThrow(code('TIMED_OUT'));
    const last = network(node).frames();
    await node.close();
    expect(() => last.take()).toThrow(code('CLOSED'));
    expect(last.counters().sent).toBe(0);
  });

  describe.each([
    { what: 'the node failed', fatal: true, reason: 'INVALID_IDENTITY' },
    { what: 'nothing else says why', fatal: false, reason: 'CLOSED' },
  ])('an engine that refuses to give frames ($what)', ({ fatal, reason }) => {
    async function failed(onFrames?: () => void) {
      const { start, world } = lab();
      const node = await start();
      await node.join(networkId).ready();
      const [engine] = world.nodes;
      if (engine === undefined) throw new Error('no node');
      const port = network(node).frames(onFrames === undefined ? {} : { onFrames });
      const fail = () => {
        engine.frames.failure = new ZtError('ERR_ZT_CLOSED', 'The engine is closed');
        engine.frames.feed(frame(1));
        // An engine's own thread is a little later than its refusal.
        const event = { type: 'NODE_FATAL_ERROR', code: Event.NODE_FATAL_ERROR } as const;
        if (!fatal) return;
        setTimeout(() => {
          engine.emit({ ...event, reason: 'INVALID_IDENTITY', detail: 'gone' });
          engine.flush();
        }, 20);
      };
      return { node, port, fail };
    }

    it('ends a port with onFrames, and nothing is unhandled', async () => {
      const unhandled: unknown[] = [];
      const listener = (error: unknown) => unhandled.push(error);
      process.on('unhandledRejection', listener);
      try {
        const { node, port, fail } = await failed(() => undefined);
        fail();
        await vi.waitFor(() => expect(port.closed).toBe(true), { timeout: 10_000 });
        expect(() => port.send([frame(1)])).toThrow(code(reason));
        await node.close();
        expect(unhandled).toEqual([]);
      } finally {
        process.off('unhandledRejection', listener);
      }
    });

    it('tells those who receive and iterate the same', async () => {
      const { node, port, fail } = await failed();
      const outcomes = Promise.allSettled([port.receive(), port[Symbol.asyncIterator]().next()]);
      fail();
      for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: code(reason) });
      await expect(port.receive()).rejects.toThrow(code(reason));
      expect(() => port.take()).toThrow(code(reason));
      await node.close();
    });

    it('ends the port for one who takes', async () => {
      const { node, port, fail } = await failed();
      fail();
      expect(() => port.take()).toThrow(code('CLOSED'));
      await vi.waitFor(() => expect(port.closed).toBe(true), { timeout: 10_000 });
      expect(() => port.take()).toThrow(code(reason));
      await node.close();
    });
  });

  it('keeps the counters of a network that was left', async () => {
    const { node } = await started();
    const port = network(node).frames();
    port.send([frame(1), frame(2)]);
    await node.leave(networkId);
    expect(port.counters().sent).toBe(2);
    await node.close();
  });

  it.each([[null], [1], [[]], ['x']])('refuses %j as options', async (options) => {
    const { node } = await started();
    const port = network(node).frames();
    const given = options as never;
    const group = 'ff:ff:ff:ff:ff:ff';
    await expect(port.writable(given)).rejects.toThrow(code('INVALID_ARGUMENT'));
    await expect(port.receive(given)).rejects.toThrow(code('INVALID_ARGUMENT'));
    expect(() => port.subscribe(group, given)).toThrow(code('INVALID_ARGUMENT'));
    expect(() => port.unsubscribe(group, given)).toThrow(code('INVALID_ARGUMENT'));
    await node.close();
  });

  it('gives up waiting when asked to, and stays open', async () => {
    const { node, fake } = await started();
    await using port = network(node).frames();
    const reason = new Error('no time');
    await expect(port.receive({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    fake.feed(frame(9));
    expect((await port.receive()).map((f) => f[0])).toEqual([9]);
    await node.close();
  });
});
