/** The link to a TCP relay over real sockets, with a core that is a few lines of JavaScript. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ByteWriter, writeEndpoint } from '@ztkit/engine-codec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bridge } from '../src/bridge.js';
import { Memory } from '../src/memory.js';
import { RelayLink } from '../src/relay-link.js';
import { connectRelay } from '../src/transport/relay-socket.js';

const serverAt = 64;
const outputAt = 1024;

/** What the link calls of a core: it wants `port`, has `output` to write, keeps what it gets. */
class FakeCore {
  readonly memory = new WebAssembly.Memory({ initial: 8 });
  port: number | undefined;
  output: Uint8Array = new Uint8Array();
  got = '';
  calls: string[] = [];

  zt_alloc = () => 256 * 1024;
  zt_free = () => undefined;
  zt_relay_wanted = () => {
    if (this.port === undefined) return 0;
    const out = new ByteWriter(32);
    writeEndpoint(out, { address: '127.0.0.1', port: this.port });
    new Uint8Array(this.memory.buffer).set(out.written, serverAt);
    return out.written.length;
  };
  zt_relay_server = () => serverAt;
  zt_relay_opened = () => void this.calls.push('opened');
  zt_relay_closed = () => void this.calls.push('closed');
  zt_relay_data = (_handle: number, _mono: number, _wall: number, at: number, size: number) => {
    this.got += Buffer.from(this.memory.buffer, at, size).toString();
  };
  zt_relay_output_size = () => this.output.length;
  zt_relay_output = () => {
    new Uint8Array(this.memory.buffer).set(this.output, outputAt);
    return outputAt;
  };
  zt_relay_consumed = (_handle: number, size: number) => {
    this.output = this.output.subarray(size);
  };
}

let server: Server;
let core: FakeCore;
let link: RelayLink;
const accepted: Socket[] = [];

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error(`not within 5 s; calls: ${core.calls.join(' ')}`);
    await sleep(10);
  }
}

beforeEach(async () => {
  accepted.length = 0;
  server = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  core = new FakeCore();
  const bridge = core as unknown as Bridge;
  const memory = new Memory(bridge);
  const drain = () => {
    while (link.serve());
  };
  link = new RelayLink(bridge, 1, { memory, mono: 0, wall: 0, drain }, connectRelay);
});

afterEach(async () => {
  core.port = undefined;
  link.serve();
  for (const socket of accepted) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('the link to a TCP relay', () => {
  it('connects when the core wants it, moves bytes both ways, ends when it does not', async () => {
    expect(link.serve()).toBe(false);
    core.port = (server.address() as AddressInfo).port;
    core.output = Buffer.from('hello');
    link.serve();
    await until(() => accepted.length === 1 && core.calls.includes('opened'));
    const [first] = await once(accepted[0] as Socket, 'data');
    expect(String(first)).toBe('hello');
    accepted[0]?.write('answer');
    await until(() => core.got === 'answer');
    core.output = Buffer.from('last words');
    core.port = undefined;
    const ended = once(accepted[0] as Socket, 'end');
    accepted[0]?.resume();
    link.serve();
    await ended;
    expect(core.calls).toEqual(['opened']); // what the core ended it is not told
  });

  it('says once that a connection could not be made, and tries no more by itself', async () => {
    core.port = 1;
    link.serve();
    core.zt_relay_closed = () => {
      core.calls.push('closed');
      core.port = undefined;
    };
    await until(() => core.calls.length > 0);
    await sleep(50);
    expect(core.calls).toEqual(['closed']);
  });

  it('says that the relay ended', async () => {
    core.port = (server.address() as AddressInfo).port;
    link.serve();
    await until(() => core.calls.includes('opened'));
    core.zt_relay_closed = () => {
      core.calls.push('closed');
      core.port = undefined;
    };
    accepted[0]?.end();
    await until(() => core.calls.length === 2);
    expect(core.calls).toEqual(['opened', 'closed']);
  });

  it('writes no more than the stream takes to a relay that does not read', async () => {
    core.port = (server.address() as AddressInfo).port;
    link.serve();
    await until(() => core.calls.includes('opened') && accepted.length === 1);
    let written = 0;
    core.zt_relay_consumed = (_handle, size) => {
      written += size;
    };
    core.output = Buffer.alloc(60_000, 1); // and it never gets less
    for (let quiet = 0, last = -1; quiet < 10; quiet = written === last ? quiet + 1 : 0) {
      last = written;
      for (let i = 0; i < 100 && link.serve(); i++);
      await sleep(10);
    }
    expect(written).toBeGreaterThan(60_000);
    expect(link.serve()).toBe(false);
    let read = 0;
    accepted[0]?.on('data', (bytes) => {
      read += bytes.length;
    });
    core.zt_relay_consumed = (_handle, size) => {
      written += size;
      core.output = new Uint8Array();
    };
    await until(() => read === written && core.output.length === 0); // it went on by itself
  });

  it('lets the last bytes leave at the end', async () => {
    core.port = (server.address() as AddressInfo).port;
    link.serve();
    await until(() => core.calls.includes('opened') && accepted.length === 1);
    core.output = Buffer.from('goodbye');
    const heard = once(accepted[0] as Socket, 'data');
    link.finish();
    expect(String((await heard)[0])).toBe('goodbye');
  });
});
