import { Command, type Endpoint, type NodeEvent, Status, ZtError } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { EncodedEngine } from './encoded-engine.js';
import { EncodedNode } from './encoded-node.js';
import { writeEndpoint } from './fields.js';
import type { RawEngine, RawNode, RawNodeOptions } from './raw-node.js';

/** A raw node that records requests and answers as told. */
class FakeRaw implements RawNode {
  readonly bound = [{ address: '127.0.0.1', port: 1 }];
  readonly requests: Uint8Array[] = [];
  external: readonly Endpoint[] = [];
  reply = new ByteWriter().u32(0).written;
  hot = 0;
  closes = 0;
  command(request: Uint8Array): Uint8Array {
    this.requests.push(request.slice());
    return this.reply;
  }
  tcpWrite = (): number => this.hot;
  tcpRead = (): number => this.hot;
  udpSend = (): number => this.hot;
  udpReceive = (_s: number, _into: Uint8Array, endpoints: Uint8Array): number => {
    const out = new ByteWriter();
    writeEndpoint(out, { address: '10.0.0.2', port: 7 });
    writeEndpoint(out, { address: '10.0.0.1', port: 8 });
    endpoints.set(out.written);
    return this.hot;
  };
  framesSend = (): number => this.hot;
  framesReceive = (): number => this.hot;
  setExternalEndpoints(endpoints: readonly Endpoint[]): void {
    this.external = endpoints;
  }
  ref(): void {}
  unref(): void {}
  async close(): Promise<void> {
    this.closes++;
  }
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ZtError) return error.code;
    throw error;
  }
  return 'none';
}

describe('an encoded node', () => {
  it('orbits, leaves and lists moons, and reads the counters of the node', () => {
    const raw = new FakeRaw();
    const node = new EncodedNode(raw);
    node.orbit('000000a09acf0233', 'a09acf0233' as NodeAddress);
    node.orbit('000000a09acf0233', undefined);
    node.orbit('000000a09acf0233', undefined, new Uint8Array([127, 1]));
    node.deorbit('000000a09acf0233');
    expect(raw.requests.map((request) => Buffer.from(request).toString('hex'))).toEqual([
      '000f000000a09acf0233a09acf0233',
      '000f000000a09acf02330000000000',
      '000f000000a09acf023300000000007f01',
      '0010000000a09acf0233',
    ]);
    const moons = new ByteWriter().u32(0).u16(2);
    moons
      .u64(0xa09acf0233n)
      .i64(1000n)
      .put(new Uint8Array(5))
      .u16(1)
      .put(Uint8Array.of(1, 2, 3, 4, 5));
    moons
      .u64(7n)
      .i64(0n)
      .put(Uint8Array.of(9, 9, 9, 9, 9))
      .u16(0);
    raw.reply = moons.written;
    expect(node.moons()).toEqual([
      { id: '000000a09acf0233', timestamp: 1000n, roots: ['0102030405'] },
      { id: '0000000000000007', seed: '0909090909', roots: [] },
    ]);
    raw.reply = new ByteWriter().u32(0).u16(2).u16(10).u64(5n).u16(9999).u64(1n).written;
    expect(node.nodeCounters()).toEqual({ PACKETS_RELAYED: 5n }); // one that we do not know is left out
  });

  it('joins with permissions when there are any', () => {
    const raw = new FakeRaw();
    raw.reply = new ByteWriter().u32(0).written;
    const node = new EncodedNode(raw);
    node.join('a09acf0233000001' as never);
    node.join('a09acf0233000001' as never, { allowGlobal: true });
    expect(raw.requests.map((request) => Buffer.from(request.subarray(2)).toString('hex'))).toEqual([
      'a09acf0233000001',
      'a09acf0233000001030000',
    ]);
  });

  it('writes a connect request field by field', () => {
    const raw = new FakeRaw();
    const answer = new ByteWriter().u32(0).u32(42);
    writeEndpoint(answer, { address: '10.0.0.1', port: 50000 });
    raw.reply = answer.written;
    const opened = new EncodedNode(raw).tcpConnect(
      0x11n,
      { address: '', port: 0 },
      { address: '10.0.0.9', port: 80 },
      1500,
    );
    expect(opened).toEqual({ socket: 42, local: { address: '10.0.0.1', port: 50000 } });
    const request = new ByteReader(raw.requests[0] as Uint8Array);
    expect([request.u16(), request.u64(), request.u8(), request.u16()]).toEqual([Command.TCP_CONNECT, 0x11n, 0, 0]);
    expect([request.u8(), ...request.view(4), request.u16(), request.u32()]).toEqual([4, 10, 0, 0, 9, 80, 1500]);
    expect(request.remaining).toBe(0);
  });

  it('turns every status into its error, naming the operation', () => {
    const raw = new FakeRaw();
    const node = new EncodedNode(raw);
    for (const [name, status] of Object.entries(Status)) {
      if (status === Status.OK) continue;
      raw.reply = new ByteWriter().u32(status).written;
      expect(codeOf(() => node.join('a09acf0233000001' as never))).toBe(`ERR_ZT_${name}`);
    }
    expect(() => node.join('a09acf0233000001' as never)).toThrow(/cannot join network a09acf0233000001/);
  });

  it('tells would-block, end of stream and failure apart on the hot paths', () => {
    const raw = new FakeRaw();
    const node = new EncodedNode(raw);
    const into = new Uint8Array(4);
    raw.hot = -Status.WOULD_BLOCK;
    expect([node.tcpWrite(1, into), node.tcpRead(1, into), node.udpSend(1, { address: '::1', port: 1 }, into)]).toEqual(
      [0, undefined, false],
    );
    expect(node.udpReceive(1, into)).toBeUndefined();
    raw.hot = 0;
    expect(node.tcpRead(1, into)).toBe(0);
    raw.hot = 3;
    expect(node.udpReceive(1, into)).toEqual({
      size: 3,
      from: { address: '10.0.0.2', port: 7 },
      to: { address: '10.0.0.1', port: 8 },
    });
    raw.hot = -Status.CONNECTION_RESET;
    expect(codeOf(() => node.tcpWrite(1, into))).toBe('ERR_ZT_CONNECTION_RESET');
  });

  it('ignores closing an unknown socket and closes itself once', async () => {
    const raw = new FakeRaw();
    const node = new EncodedNode(raw);
    raw.reply = new ByteWriter().u32(Status.NOT_FOUND).written;
    node.socketClose(9);
    await Promise.all([node.close(), node.close()]);
    expect(raw.closes).toBe(1);
  });

  it('hands external endpoints to its engine, a bounded number', () => {
    const raw = new FakeRaw();
    const many = Array.from({ length: 40 }, (_, port) => ({ address: '44.0.0.1', port }));
    new EncodedNode(raw).setExternalEndpoints(many);
    expect(raw.external).toEqual(many.slice(0, 16));
  });

  it('refuses text that is no address before it reaches the core', () => {
    const raw = new FakeRaw();
    expect(codeOf(() => new EncodedNode(raw).ping(0n, 'example.org', 1, 0, 0))).toBe('ERR_ZT_INVALID_ARGUMENT');
    expect(raw.requests).toEqual([]);
  });
});

describe('an encoded engine', () => {
  const options = { planet: new Uint8Array(), bind: [], onEvents: () => undefined };
  function engineOf(create: (options: RawNodeOptions) => Promise<RawNode>): EncodedEngine {
    const raw = { name: 'wasm', create } as unknown as RawEngine;
    return new EncodedEngine(raw, 'test/test');
  }

  it('resolves after NODE_UP was delivered', async () => {
    const seen: NodeEvent[] = [];
    const fake = new FakeRaw();
    const engine = engineOf(async ({ onEvents }) => {
      setTimeout(() => onEvents(new ByteWriter().u16(200).u32(5).put(new Uint8Array(5)).written), 5);
      return fake;
    });
    await engine.createNode({ ...options, onEvents: (events) => void seen.push(...events) });
    expect(seen.map((e) => e.type)).toEqual(['NODE_UP']);
  });

  it('completes a binding that follows the interfaces by what else decides which addresses are used', async () => {
    const binds: unknown[] = [];
    const engine = engineOf(({ bind }) => {
      binds.push(bind);
      return Promise.reject(new Error('enough'));
    });
    const more = { allowLoopbackPaths: true, blacklist: ['10.0.0.0/8'] };
    const bind = { primaryPort: 9993, secondaryPort: 0, exclude: ['docker*'] };
    await expect(engine.createNode({ ...options, ...more, bind })).rejects.toThrow('enough');
    await expect(engine.createNode({ ...options, bind: { primaryPort: 0 } })).rejects.toThrow('enough');
    expect(binds).toEqual([
      { ...bind, loopback: true, blacklist: ['10.0.0.0/8'] },
      { primaryPort: 0, exclude: [], loopback: false, blacklist: [] },
    ]);
  });

  it.each([
    [{ code: 'EADDRINUSE' }, 'ERR_ZT_ADDRESS_IN_USE'],
    [{ code: 'EADDRNOTAVAIL' }, 'ERR_ZT_ADDRESS_NOT_AVAILABLE'],
    [{ code: 'EACCES' }, 'ERR_ZT_ACCESS_DENIED'],
    [{ status: Status.INVALID_PLANET }, 'ERR_ZT_INVALID_PLANET'],
    [{ code: 'EIO' }, 'ERR_ZT_INTERNAL'],
  ])('turns %o of the raw engine into %s', async (cause, code) => {
    const engine = engineOf(() => Promise.reject(Object.assign(new Error('x'), cause)));
    await expect(engine.createNode(options)).rejects.toMatchObject({ code });
  });

  it('rejects and closes when the start ends in a fatal error', async () => {
    const raw = new FakeRaw();
    const engine = engineOf(async ({ onEvents }) => {
      setTimeout(() => onEvents(new ByteWriter().u16(204).u32(4).u8(3).str16('x').written), 1);
      return raw;
    });
    await expect(engine.createNode(options)).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_PLANET' });
    expect(raw.closes).toBe(1);
  });
});
