import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { ZtError } from '@ztkit/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CaptureTarget, Node, NodeOptions } from '../src/index.js';
import type { FakeCaptures } from './fake-captures.js';
import { lab, networkId } from './lab.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const later = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

/** A node and the captures of its engine. */
async function started(options: NodeOptions = {}): Promise<{ node: Node; captures: FakeCaptures }> {
  const { start, world } = lab();
  const node = await start(options);
  const [fake] = world.nodes;
  if (fake === undefined) throw new Error('no node');
  return { node, captures: fake.captures };
}

/** A Node stream that keeps what it gets and takes it when told. */
class Slow extends Writable {
  readonly got: Buffer[] = [];
  release: (() => void) | undefined;
  held = false;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.got.push(chunk);
    if (this.held) this.release = done;
    else done();
  }
  get text(): string {
    return text(Buffer.concat(this.got));
  }
}

describe('captures to a file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'zt-capture-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it.each(['path', 'url'])('writes all bytes in order to a %s and closes it', async (kind) => {
    const { node, captures } = await started();
    const path = join(directory, 'a b.pcapng');
    const capture = await node.capture(kind === 'path' ? path : pathToFileURL(path));
    for (const part of ['one ', 'two ', 'three ']) captures.feed(1, bytes(part), 2, 1);
    await capture.stop();
    expect(await readFile(path, 'utf8')).toBe('one two three end');
    expect([capture.packets, capture.dropped]).toEqual([6, 3]);
    await expect(capture.finished).resolves.toBeUndefined();
    await capture.stop();
    await node.close();
  });

  it('hands filter, points and snap length to the engine', async () => {
    const { node, captures } = await started();
    await node.capture(join(directory, 'a'));
    await node.capture(join(directory, 'b'), { filter: 'tcp port 443', points: 'both', snaplen: 96 });
    expect(captures.all.map(({ options }) => options)).toEqual([
      { points: 'virtual', snaplen: 262_144, filter: [] },
      { points: 'both', snaplen: 96, filter: [{ protocol: 6, port: 443 }] },
    ]);
    await node.close();
  });

  it('says that the file cannot be opened, and starts nothing', async () => {
    const { node, captures } = await started();
    await expect(node.capture(join(directory, 'no', 'such'))).rejects.toMatchObject({
      code: 'ERR_ZT_CAPTURE',
      message: expect.stringMatching(/ENOENT.*no such file/),
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
    expect(captures.all).toEqual([]);
    await node.close();
  });

  it('tells of a disk that is full', async () => {
    const error = vi.fn();
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error };
    const { node, captures } = await started({ logger });
    const capture = await node.capture('/dev/full');
    captures.feed(1, bytes('data'));
    await expect(capture.finished).rejects.toMatchObject({
      code: 'ERR_ZT_CAPTURE',
      message: expect.stringContaining('ENOSPC'),
    });
    await expect(capture.stop()).rejects.toMatchObject({ code: 'ERR_ZT_CAPTURE' });
    expect(captures.all[0]?.ended).toBe(true);
    expect(error).toHaveBeenCalledWith(expect.stringContaining('ENOSPC'));
    await node.close();
  });

  it('leaves nothing when the engine refuses', async () => {
    const { node, captures } = await started();
    captures.refuse = new ZtError('ERR_ZT_LIMIT_REACHED', 'Too many captures');
    await expect(node.capture(join(directory, 'a'))).rejects.toMatchObject({ code: 'ERR_ZT_LIMIT_REACHED' });
    const stream = new Slow();
    await expect(node.capture(stream)).rejects.toMatchObject({ code: 'ERR_ZT_LIMIT_REACHED' });
    expect(stream.listenerCount('error')).toBe(0);
    await node.close();
  });

  it('is finished by the end of the node', async () => {
    const { node, captures } = await started();
    const path = join(directory, 'a');
    const capture = await node.capture(path);
    captures.feed(1, bytes('data '));
    await node.close();
    await expect(capture.finished).resolves.toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe('data end');
    await expect(node.capture(path)).rejects.toMatchObject({ code: 'ERR_ZT_CLOSED' });
    expect(await readFile(path, 'utf8')).toBe('data end');
  });

  it('is finished by its signal, and not started by an aborted one', async () => {
    const { node, captures } = await started();
    const path = join(directory, 'a');
    const abort = new AbortController();
    const capture = await node.capture(path, { signal: abort.signal });
    captures.feed(1, bytes('data '));
    abort.abort(new Error('enough'));
    await capture.finished;
    expect(await readFile(path, 'utf8')).toBe('data end');
    const none = join(directory, 'none');
    await expect(node.capture(none, { signal: abort.signal })).rejects.toThrow('enough');
    await expect(readFile(none)).rejects.toThrow('ENOENT');
    await node.close();
  });

  it('is finished by the end of its scope', async () => {
    const { node, captures } = await started();
    const path = join(directory, 'a');
    {
      await using _capture = await node.capture(path);
      captures.feed(1, bytes('data '));
    }
    expect(await readFile(path, 'utf8')).toBe('data end');
    await node.close();
  });

  it('runs beside others, each with its own bytes', async () => {
    const { node, captures } = await started();
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    const [first, second] = await Promise.all([node.capture(a), node.capture(b)]);
    captures.feed(1, bytes('1 '));
    captures.feed(2, bytes('2 '));
    await Promise.all([first.stop(), second.stop()]);
    expect([await readFile(a, 'utf8'), await readFile(b, 'utf8')].sort()).toEqual(['1 end', '2 end']);
    await node.close();
  });
});

describe('captures to a stream', () => {
  it('acknowledges what a Node stream took, no sooner', async () => {
    const { node, captures } = await started();
    const stream = new Slow();
    stream.held = true;
    const capture = await node.capture(stream);
    captures.feed(1, bytes('12345'));
    captures.feed(1, bytes('678'));
    await later();
    expect([stream.text, captures.all[0]?.acknowledged]).toEqual(['12345', 0]);
    stream.release?.();
    await later();
    expect([stream.text, captures.all[0]?.acknowledged]).toEqual(['12345678', 5]);
    stream.held = false;
    stream.release?.();
    await later();
    expect(captures.all[0]?.acknowledged).toBe(8);
    await capture.stop();
    expect([stream.text, stream.writableFinished, stream.listenerCount('error')]).toEqual(['12345678end', true, 0]);
    await node.close();
  });

  it('acknowledges what a web stream took, no sooner', async () => {
    const { node, captures } = await started();
    let release = (): void => undefined;
    const got: string[] = [];
    let closed = false;
    const stream = new WritableStream<Uint8Array>({
      async write(chunk) {
        got.push(text(chunk));
        if (got.length === 1) await new Promise<void>((resolve) => (release = resolve));
      },
      close() {
        closed = true;
      },
    });
    const capture = await node.capture(stream);
    captures.feed(1, bytes('12345'));
    captures.feed(1, bytes('678'));
    await later();
    expect([got, captures.all[0]?.acknowledged]).toEqual([['12345'], 0]);
    release();
    await capture.stop();
    expect([got, closed, stream.locked]).toEqual([['12345', '678', 'end'], true, false]);
    await node.close();
  });

  it('leaves a stream open when asked to', async () => {
    const { node } = await started();
    const slow = new Slow();
    await (await node.capture(slow, { preventClose: true })).stop();
    expect([slow.writableEnded, slow.text]).toEqual([false, 'end']);
    const web = new WritableStream<Uint8Array>();
    await (await node.capture(web, { preventClose: true })).stop();
    const writer = web.getWriter();
    await writer.close();
    await node.close();
  });

  it('never closes standard output', async () => {
    const { node } = await started();
    const stdout = Object.assign(new Slow(), { fd: 1 });
    await (await node.capture(stdout)).stop();
    expect(stdout.writableEnded).toBe(false);
    await node.close();
  });

  it.each([
    ['a Node stream', () => new Writable({ write: (_c, _e, done) => done(new Error('wire cut')) })],
    ['a web stream', () => new WritableStream<Uint8Array>({ write: () => Promise.reject(new Error('wire cut')) })],
  ])('tells that %s failed, and ends', async (_name, make: () => CaptureTarget) => {
    const { node, captures } = await started({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
    const capture = await node.capture(make());
    captures.feed(1, bytes('data'));
    await expect(capture.finished).rejects.toMatchObject({
      code: 'ERR_ZT_CAPTURE',
      message: expect.stringContaining('wire cut'),
    });
    expect(captures.all[0]?.ended).toBe(true);
    await later();
    await node.close();
  });

  it('tells at the next write that a Node stream broke in between', async () => {
    const { node, captures } = await started({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
    const stream = new Slow();
    const capture = await node.capture(stream);
    stream.destroy(new Error('peer went away'));
    await later();
    captures.feed(1, bytes('data'));
    await expect(capture.finished).rejects.toThrow('peer went away');
    await node.close();
  });

  it.each([
    ['with an error', new Error('peer went away'), /peer went away/],
    ['without one', undefined, /closed before it took everything/],
  ])('ends when a Node stream is destroyed during a write, %s', async (_how, reason, message) => {
    const { node, captures } = await started({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
    const stream = new Slow();
    stream.held = true;
    const capture = await node.capture(stream);
    captures.feed(1, bytes('data'));
    await later();
    stream.destroy(reason);
    const patience = later(1000).then(() => 'never');
    await expect(Promise.race([capture.finished, patience])).rejects.toMatchObject({
      code: 'ERR_ZT_CAPTURE',
      message: expect.stringMatching(message),
    });
    expect([captures.all[0]?.ended, stream.listenerCount('close')]).toEqual([true, 0]);
    await node.close();
  });

  it('does not hold up the end of the node for ever', async () => {
    const { node, captures } = await started({ logger: { debug() {}, info() {}, warn() {}, error() {} } });
    const stream = new Slow();
    stream.held = true;
    const capture = await node.capture(stream);
    captures.feed(1, bytes('data'));
    await later();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const closed = node.close();
      await vi.advanceTimersByTimeAsync(6000);
      await closed;
      await expect(capture.finished).rejects.toMatchObject({ code: 'ERR_ZT_TIMED_OUT' });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [5, {}, /"target" must be a path/],
    ['', {}, /"target" must be a path/],
    ['a\0b', {}, /"target" must be a path/],
    [null, {}, /"target" must be a path/],
    [{ write() {} }, {}, /"target" must be a path/],
    [new URL('https://example.org/x'), {}, /"target" must be a file: URL/],
    [new Slow(), { snaplen: 0 }, /"snaplen" must be an integer in 1..262144, not 0/],
    [new Slow(), { snaplen: 262_145 }, /"snaplen" must be/],
    [new Slow(), { points: 'inner' }, /"points" must be one of virtual, outer, both/],
    [new Slow(), { filter: 'tcp port x' }, /"filter" column 10: expected a port/],
    [new Slow(), { signal: 1 }, /"signal" must be an AbortSignal/],
    [new Slow(), null, /"options" must be an object/],
  ])('refuses %o with %o', async (target, options, message) => {
    const { node, captures } = await started();
    await expect(node.capture(target as never, options as never)).rejects.toMatchObject({
      code: 'ERR_ZT_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
    expect(captures.all).toEqual([]);
    await node.close();
  });

  it('refuses a web stream that belongs to somebody else', async () => {
    const { node } = await started();
    const stream = new WritableStream<Uint8Array>();
    stream.getWriter();
    await expect(node.capture(stream)).rejects.toThrow(/locked to another writer/);
    await node.close();
  });

  it('has no files where there is no Node, and says what to do', async () => {
    const { node, captures } = await started();
    vi.stubGlobal('process', undefined);
    try {
      await expect(node.capture('a.pcapng')).rejects.toMatchObject({
        code: 'ERR_ZT_NOT_SUPPORTED',
        message: expect.stringContaining('give it a WritableStream'),
      });
    } finally {
      vi.unstubAllGlobals();
    }
    expect(captures.all).toEqual([]);
    await node.close();
  });

  it('does not show its data to listeners of events', async () => {
    const seen: string[] = [];
    const { node, captures } = await started();
    node.on('event', (event) => seen.push(event.type));
    const stream = new Slow();
    const capture = await node.capture(stream, { filter: { network: networkId } });
    captures.feed(1, bytes('data'));
    await capture.stop();
    expect(seen).not.toContain('CAPTURE_DATA');
    expect(() => node.on('CAPTURE_DATA' as never, () => undefined)).toThrow(/no event named/);
    await node.close();
  });
});
