import { once } from 'node:events';
import { get, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Node } from '@ztkit/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createHttpServer, createNet, HttpAgent, type Net } from '../../src/index.js';
import { loneNode } from '../parity/stacks.js';

const HOST = '127.0.0.1';

describe.each(['native', 'wasm'] as const)('over the %s engine', (engine) => {
  let node: Node;
  let net: Net;
  beforeAll(async () => {
    node = await loneNode(engine);
    net = createNet(node);
  });
  afterAll(() => node.close());

  it('node:http serves and fetches unmodified, with keep-alive', async () => {
    const server = createHttpServer(net, async (incoming, response) => {
      response.setHeader('x-path', incoming.url ?? '');
      response.end(`${incoming.method} ${await text(incoming)}`);
    }).listen(0, HOST);
    await once(server.net, 'listening');
    const port = server.net.address()?.port ?? 0;
    const agent = new HttpAgent(net, { keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 5; i += 1) {
      const outgoing = request({ host: HOST, port, path: `/item/${i}`, method: 'POST', agent });
      outgoing.end(`body ${i}`);
      const [response] = await once(outgoing, 'response');
      ports.add(outgoing.socket?.localPort);
      expect(response.headers['x-path']).toBe(`/item/${i}`);
      expect(await text(response)).toBe(`POST body ${i}`);
    }
    expect(ports.size).toBe(1);
    agent.destroy();
    await server.close();
  });

  it('close() ends idle keep-alive connections at once, and slow requests are cut off', async () => {
    const server = createHttpServer(net, (_, response) => response.end('x'), {
      headersTimeout: 50,
      requestTimeout: 50,
      connectionsCheckingInterval: 20,
    }).listen(0, HOST);
    await once(server.net, 'listening');
    const port = server.net.address()?.port ?? 0;
    const slow = net.connect(port, HOST);
    slow.write('GET / HT');
    expect(String((await once(slow, 'data'))[0])).toMatch(/^HTTP\/1.1 408 /);
    slow.destroy();
    const idle = net.connect(port, HOST);
    idle.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(idle, 'data');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = performance.now();
    await server.close();
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('node:http streams a large body', async () => {
    const body = Buffer.alloc(4 << 20, 'abcdefgh');
    const server = createHttpServer(net, (_, response) => response.end(body)).listen(0, HOST);
    await once(server.net, 'listening');
    const agent = new HttpAgent(net);
    const outgoing = get({ host: HOST, port: server.net.address()?.port, agent });
    const [response] = await once(outgoing, 'response');
    expect((await text(response)).length).toBe(body.length);
    agent.destroy();
    await server.close();
  });

  it('ws upgrades and talks both ways unmodified', async () => {
    const server = createHttpServer(net).listen(0, HOST);
    await once(server.net, 'listening');
    const sockets = new WebSocketServer({ server: server.http });
    sockets.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
    const client = new WebSocket(`ws://${HOST}:${server.net.address()?.port}/chat`, { agent: new HttpAgent(net) });
    await once(client, 'open');
    client.send('hello');
    const [reply] = await once(client, 'message');
    expect(String(reply)).toBe('hello');
    client.send(Buffer.alloc(200_000, 1));
    const [large] = await once(client, 'message');
    expect((large as Buffer).length).toBe(200_000);
    client.close();
    await once(client, 'close');
    sockets.close();
    await server.close();
  });
});
