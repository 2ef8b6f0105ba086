import { afterEach, describe, expect, it } from 'vitest';
import type { TcpConnection } from '../src/index.js';
import { lab, networkId, pattern, readAll } from './lab.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

async function connected() {
  const here = lab();
  const { a, b, nodeA, nodeB } = await here.pair();
  opened.push(nodeA, nodeB);
  const listener = await b.listen({ port: 80 });
  const address = b.addresses[0]?.address ?? '';
  const [client, server] = await Promise.all([a.connect({ address, port: 80 }), listener.accept()]);
  return { ...here, a, b, nodeA, nodeB, listener, client, server, address };
}

async function send(connection: TcpConnection, data: Uint8Array): Promise<void> {
  const writer = connection.writable.getWriter();
  await writer.write(data);
  await writer.close();
}

describe('connections', () => {
  it('move bytes both ways, each way ending by itself', async () => {
    const { client, server, world, listener } = await connected();
    const data = pattern(1_000_003);
    const [received] = await Promise.all([readAll(server.readable), send(client, data)]);
    expect(Buffer.compare(received, data)).toBe(0);
    const [answer] = await Promise.all([readAll(client.readable), send(server, pattern(99))]);
    expect(answer).toEqual(pattern(99));
    await Promise.all([client.closed, server.closed]);
    listener.close();
    expect(world.sockets.open).toBe(0);
    expect(client.remoteEndpoint.port).toBe(80);
    expect(server.remoteEndpoint).toEqual(client.localEndpoint);
  });

  it('fill a BYOB reader without another buffer', async () => {
    const { client, server } = await connected();
    void send(client, pattern(3000));
    const reader = server.readable.getReader({ mode: 'byob' });
    const parts: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(1024));
      if (done) break;
      parts.push(value);
      expect(value.buffer.byteLength).toBe(1024);
    }
    expect(new Uint8Array(Buffer.concat(parts))).toEqual(pattern(3000));
  });

  it('hold the writer back while nobody reads', async () => {
    const { client, server } = await connected();
    const writer = client.writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (let index = 0; index < 20; index++) {
        await writer.write(pattern(16 * 1024));
        written += 16 * 1024;
      }
      await writer.close();
    })();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(written).toBe(64 * 1024);
    expect((await readAll(server.readable)).length).toBe(20 * 16 * 1024);
    await writing;
  });

  it('interrupt a blocked write when aborted, and the peer sees a reset', async () => {
    const { client, server } = await connected();
    const writer = client.writable.getWriter();
    const blocked = writer.write(pattern(1 << 20));
    const closed = expect(client.closed).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_ABORTED' });
    await Promise.all([expect(blocked).rejects.toThrow(), writer.abort(new Error('stop')), closed]);
    await expect(server.closed).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_RESET' });
    await expect(readAll(server.readable)).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_RESET' });
  });

  it('let the peer finish after the reader was cancelled', async () => {
    const { client, server } = await connected();
    await server.readable.cancel();
    await send(client, pattern(500_000));
    await server.writable.close();
    await Promise.all([server.closed, readAll(client.readable)]);
  });

  it('close with await using, waking a pending read', async () => {
    const { client } = await connected();
    const reading = readAll(client.readable);
    {
      await using inner = client;
      expect(inner.networkId).toBe(networkId);
    }
    await expect(reading).rejects.toMatchObject({ code: 'ERR_ZT_CLOSED' });
    await client.closed;
  });

  it('refuse chunks that are not bytes', async () => {
    const { client } = await connected();
    const writer = client.writable.getWriter();
    await expect(writer.write('text' as never)).rejects.toMatchObject({ code: 'ERR_ZT_INVALID_ARGUMENT' });
  });
});

describe('connecting', () => {
  it('fails with a code', async () => {
    const { a, address } = await connected();
    await expect(a.connect({ address, port: 81 })).rejects.toMatchObject({
      code: 'ERR_ZT_CONNECTION_REFUSED',
      message: expect.stringContaining(`${address}:81`),
    });
  });

  it('is ended by its signal', async () => {
    const { a, world } = await connected();
    const before = world.sockets.open;
    const reason = new Error('too slow');
    const controller = new AbortController();
    const connecting = a.connect({ address: '10.99.0.1', port: 1, signal: controller.signal });
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    expect(world.sockets.open).toBe(before);
    await expect(a.connect({ address: '10.0.0.1', port: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each([
    [{ port: 80 }, /"remote.address" must be an IPv4 or IPv6 address, not ""/],
    [{ address: 'example.org', port: 80 }, /not "example.org"/],
    [{ address: '10.0.0.1', port: 0 }, /"remote.port" must be an integer in 1..65535, not 0/],
    [{ address: '10.0.0.1', port: 80.5 }, /not 80.5/],
    [{ address: '10.0.0.1', port: 80, localPort: -1 }, /"localPort"/],
    [{ address: '10.0.0.1', port: 80, timeoutMs: Number.NaN }, /"timeoutMs"/],
    [{ address: '10.0.0.1', port: 80, keepAlive: -5 }, /"keepAlive"/],
  ])('refuses %j', async (options, message) => {
    const { a } = await connected();
    await expect(a.connect(options as never)).rejects.toThrow(message);
  });
});

describe('listeners', () => {
  it('iterate until closed and reset what nobody took', async () => {
    const { a, listener, address } = await connected();
    const late = await a.connect({ address, port: 80 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    listener.close();
    await expect(late.closed).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_RESET' });
    for await (const connection of listener) throw new Error(`unexpected ${connection.remoteEndpoint.port}`);
    await expect(listener.accept()).rejects.toMatchObject({ code: 'ERR_ZT_CLOSED' });
  });

  it('reset connections beyond the backlog and count them', async () => {
    const { a, b, address } = await connected();
    const small = await b.listen({ port: 81, backlog: 2 });
    const clients = await Promise.all([1, 2, 3].map(() => a.connect({ address, port: 81 })));
    await expect(clients[2]?.closed).rejects.toMatchObject({ code: 'ERR_ZT_CONNECTION_RESET' });
    expect(small.refused).toBe(1);
    await small.accept();
    await small.accept();
  });

  it('say when the port is taken', async () => {
    const { b } = await connected();
    await expect(b.listen({ port: 80 })).rejects.toMatchObject({ code: 'ERR_ZT_ADDRESS_IN_USE' });
  });

  it('end with the reason of their signal', async () => {
    const { b } = await connected();
    const controller = new AbortController();
    const listener = await b.listen({ port: 0, signal: controller.signal });
    expect(listener.address.port).toBeGreaterThan(0);
    const accepting = listener.accept();
    controller.abort(new Error('shop closed'));
    await expect(accepting).rejects.toThrow('shop closed');
  });
});

describe('leaving a network', () => {
  it('ends its sockets with ERR_ZT_NETWORK_DOWN and keeps the node', async () => {
    const { client, server, b, nodeB, listener } = await connected();
    const udp = await b.udp();
    const waits = [server.closed, listener.accept(), udp.receive()];
    await b.leave();
    for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: 'ERR_ZT_NETWORK_DOWN' });
    await expect(b.ready()).rejects.toMatchObject({ code: 'ERR_ZT_NETWORK_DOWN' });
    await expect(nodeB.leave(networkId)).rejects.toMatchObject({ code: 'ERR_ZT_NOT_FOUND' });
    expect(nodeB.networks).toEqual([]);
    await (await nodeB.join(networkId).ready()).udp();
    await client.close();
  });
});
