import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Server, Socket } from '../../src/index.js';
import { stacks } from './stacks.js';

const HOST = '127.0.0.1';

describe.each(stacks)('$name', (stack) => {
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  async function listening(
    onConnection: (socket: Socket) => void,
    options = {},
  ): Promise<{ server: Server; port: number }> {
    const server = stack.net().createServer(options, onConnection);
    server.listen(0, HOST);
    await once(server, 'listening');
    return { server, port: server.address()?.port ?? 0 };
  }

  async function closed(server: Server): Promise<void> {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  it('emits connect, ready, data, end, close in that order and echoes what was written', async () => {
    const { server, port } = await listening((socket) => socket.pipe(socket));
    const events: string[] = [];
    const socket = stack.net().connect(port, HOST);
    for (const name of ['connect', 'ready', 'data', 'end', 'close']) socket.once(name, () => events.push(name));
    expect(socket.connecting).toBe(true);
    expect(socket.pending).toBe(true);
    expect(socket.readyState).toBe('opening');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.end('hello');
    await once(socket, 'close');
    expect(text).toBe('hello');
    expect(events).toEqual(['connect', 'ready', 'data', 'end', 'close']);
    expect(socket.bytesRead).toBe(5);
    expect(socket.bytesWritten).toBe(5);
    expect(socket.readyState).toBe('closed');
    await closed(server);
  });

  it('knows both ends of a connection', async () => {
    const { server, port } = await listening(() => {});
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const socket = stack.net().connect({ port, host: HOST });
    await once(socket, 'connect');
    const [peer] = await accepted;
    expect(socket.remoteAddress).toBe(HOST);
    expect(socket.remotePort).toBe(port);
    expect(socket.remoteFamily).toBe('IPv4');
    expect(socket.localAddress).toBe(HOST);
    expect(peer.remotePort).toBe(socket.localPort);
    expect(peer.localPort).toBe(port);
    expect(socket.address()).toEqual({ address: HOST, family: 'IPv4', port: socket.localPort });
    peer.destroy();
    socket.destroy();
    await closed(server);
  });

  it('refuses with ECONNREFUSED, errno, syscall, address and port', async () => {
    const { server, port } = await listening(() => {});
    await closed(server);
    const socket = stack.net().connect(port, HOST);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException & { address: string; port: number }];
    expect(error.message).toBe(`connect ECONNREFUSED ${HOST}:${port}`);
    expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: -111, syscall: 'connect', address: HOST, port });
    const [hadError] = await once(socket, 'close');
    expect(hadError).toBe(true);
  });

  it('reports EADDRINUSE on the server', async () => {
    const { server, port } = await listening(() => {});
    const second = stack.net().createServer();
    second.listen(port, HOST);
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
    await closed(server);
  });

  it('throws ERR_SOCKET_BAD_PORT for a port that is none', () => {
    expect(() => stack.net().connect(65536, HOST)).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }));
    expect(() => stack.net().createServer().listen(-1)).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }),
    );
  });

  it('keeps the other direction open after a half-close when allowHalfOpen', async () => {
    const { server, port } = await listening(
      (socket) => {
        let received = '';
        socket.on('data', (chunk: Buffer) => {
          received += chunk.toString();
        });
        socket.on('end', () => socket.end(`got ${received}`));
      },
      { allowHalfOpen: true },
    );
    const socket = stack.net().connect(port, HOST);
    socket.end('request');
    let reply = '';
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString();
    });
    await once(socket, 'close');
    expect(reply).toBe('got request');
    await closed(server);
  });

  it('gives ECONNRESET to the peer of resetAndDestroy', async () => {
    const { server, port } = await listening((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const socket = stack.net().connect(port, HOST);
    socket.write('x');
    socket.resume();
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    await closed(server);
  });

  it('emits timeout after inactivity and leaves the socket open', async () => {
    const { server, port } = await listening(() => {});
    const socket = stack.net().connect(port, HOST);
    await once(socket, 'connect');
    socket.setTimeout(30);
    expect(socket.timeout).toBe(30);
    await once(socket, 'timeout');
    expect(socket.destroyed).toBe(false);
    socket.setTimeout(0);
    expect(socket.timeout).toBe(0);
    socket.destroy();
    await closed(server);
  });

  it('tells drop beyond maxConnections', async () => {
    const peers: Socket[] = [];
    const { server, port } = await listening((socket) => peers.push(socket));
    server.maxConnections = 1;
    const first = stack.net().connect(port, HOST);
    await once(first, 'connect');
    const second = stack.net().connect(port, HOST);
    second.on('error', () => {});
    const [dropped] = await once(server, 'drop');
    expect(dropped).toMatchObject({ localPort: port, remoteAddress: HOST });
    first.destroy();
    second.destroy();
    for (const peer of peers) peer.destroy();
    await closed(server);
  });

  it('destroys with the reason of an AbortSignal while connecting', async () => {
    const { server, port } = await listening(() => {});
    const abort = new AbortController();
    const socket = new (stack.net().Socket)({ signal: abort.signal });
    socket.connect(port, HOST);
    abort.abort();
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.name).toBe('AbortError');
    await closed(server);
  });

  it('fails a write after end with ERR_STREAM_WRITE_AFTER_END', async () => {
    const { server, port } = await listening((socket) => socket.resume());
    const socket = stack.net().connect(port, HOST);
    socket.resume();
    socket.end('done');
    socket.write('more');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_STREAM_WRITE_AFTER_END');
    await closed(server);
  });

  it('counts every written byte once, also those that wait', async () => {
    const { server, port } = await listening((socket) => socket.resume());
    const socket = stack.net().connect(port, HOST);
    socket.write('0123456789');
    socket.write('abc');
    expect(socket.bytesWritten).toBe(13);
    await once(socket, 'connect');
    socket.end();
    await once(socket.resume(), 'close');
    expect(socket.bytesWritten).toBe(13);
    await closed(server);
  });

  it('a write on a socket that was never connected fails', async () => {
    const socket = new (stack.net().Socket)();
    const failed = once(socket, 'error');
    socket.write('x');
    expect((await failed)[0]).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  it('refuses impossible timeouts and keeps long ones; none runs on a destroyed socket', async () => {
    const { server, port } = await listening((socket) => socket.resume());
    const socket = stack.net().connect(port, HOST);
    await once(socket, 'connect');
    expect(() => socket.setTimeout(-1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    expect(() => socket.setTimeout(Number.NaN)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    let timeouts = 0;
    socket.on('timeout', () => {
      timeouts += 1;
    });
    socket.setTimeout(2 ** 31);
    socket.setKeepAlive(true, 1500.5);
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.destroy();
    socket.setTimeout(1);
    await once(socket, 'close');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(timeouts).toBe(0);
    await closed(server);
  });

  it('a signal closes the server it was given for, also when it is aborted already', async () => {
    const late = stack.net().createServer();
    late.listen({ port: 0, host: HOST, signal: AbortSignal.abort() });
    await once(late, 'close');
    expect(late.listening).toBe(false);
  });
});
