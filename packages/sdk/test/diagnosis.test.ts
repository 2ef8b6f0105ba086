import { type OfflineCause, OfflineReason } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { lastReservedMessageType, type Message, maxMessageBytes } from '../src/index.js';
import type { FakeNode } from './fake-engine.js';
import { lab } from './lab.js';

const root = {
  address: 'a09acf0233' as never,
  role: 'PLANET' as const,
  endpoints: [
    { endpoint: { address: '192.0.2.1', port: 9993 }, refused: false, tries: 4, sinceTryMs: 1200 },
    { endpoint: { address: '2001:db8::1', port: 9993 }, refused: true, tries: 0 },
  ],
};
const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe('a diagnosis', () => {
  it.each(Object.keys(OfflineReason) as OfflineCause[])('says what %s means and what to do', async (reason) => {
    const { start, world } = lab();
    world.online = false;
    const node = await start({});
    const [fake] = world.nodes as unknown as [FakeNode];
    fake.connectivity = { state: 'OFFLINE', reasons: [reason], roots: [root] };
    const { online, state, reasons, text } = node.diagnose();
    expect({ online, state }).toEqual({ online: false, state: 'OFFLINE' });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatchObject({ reason });
    expect(reasons[0]?.meaning).toMatch(/^[A-Z].*[^.]$/);
    expect(reasons[0]?.whatToDo).toMatch(/^[A-Z].*\.$/);
    for (const part of [reason, reasons[0]?.whatToDo, '192.0.2.1:9993 tried 4 times', '[2001:db8::1]:9993 must not']) {
      expect(text).toContain(part);
    }
    await node.close();
  });

  it('is the message of whenOnline that waited in vain', async () => {
    const { start, world } = lab();
    world.online = false;
    const node = await start({});
    const [fake] = world.nodes as unknown as [FakeNode];
    fake.connectivity = { state: 'OFFLINE', reasons: ['UDP_BLOCKED'], roots: [root] };
    const error = await node.whenOnline({ timeoutMs: 20 }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'ERR_ZT_ROOT_UNREACHABLE' });
    expect(error.message).toContain('UDP_BLOCKED');
    expect(error.message).toContain('192.0.2.1:9993 tried 4 times, last HELLO 1.2 s ago');
    await node.close();
  });

  it('stays when the node has ended', async () => {
    const { start, world } = lab();
    const node = await start({ logger: silent });
    const [fake] = world.nodes as unknown as [FakeNode];
    const connectivity = { state: 'OFFLINE', reasons: ['IDENTITY_COLLISION'], roots: [root] } as const;
    fake.emit({ type: 'NODE_CONNECTIVITY', code: 205, connectivity });
    fake.emit({ type: 'NODE_FATAL_ERROR', code: 204, reason: 'IDENTITY_COLLISION', detail: '' });
    const event = await node.once('NODE_CONNECTIVITY');
    expect(event.connectivity).toEqual(connectivity);
    await node.close();
    expect(node.diagnose().reasons.map(({ reason }) => reason)).toEqual(['IDENTITY_COLLISION']);
    expect(node.diagnose().online).toBe(false);
  });
});

describe('messages', () => {
  it('go to listeners of their type and of any, until these stop', async () => {
    const { nodeA, nodeB } = await lab().pair();
    const type = lastReservedMessageType + 1n;
    const [typed, any]: [Message[], Message[]] = [[], []];
    const stop = nodeB.messages.on(type, (message) => typed.push(message));
    nodeB.messages.on('any', (message) => any.push(message));
    nodeA.messages.send(nodeB.address, type, new Uint8Array([1]));
    nodeA.messages.send(nodeB.address, type + 1n, new Uint8Array(maxMessageBytes));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(typed).toEqual([{ from: nodeA.address, type, data: new Uint8Array([1]) }]);
    expect(any.map((message) => message.type)).toEqual([type, type + 1n]);
    stop();
    nodeA.messages.send(nodeB.address, type, new Uint8Array());
    await nodeB.once('USER_MESSAGE');
    expect(typed).toHaveLength(1);
    await Promise.all([nodeA.close(), nodeB.close()]);
  });

  it('are checked before they leave', async () => {
    const { nodeA, nodeB } = await lab().pair();
    const send = (type: unknown, size: number) => () =>
      nodeA.messages.send(nodeB.address, type as bigint, new Uint8Array(size));
    expect(send(1, 1)).toThrow(/bigint of 64 bits/);
    expect(send(-1n, 1)).toThrow(/bigint of 64 bits/);
    expect(send(1n << 64n, 1)).toThrow(/bigint of 64 bits/);
    expect(send(1n, maxMessageBytes + 1)).toThrow(expect.objectContaining({ code: 'ERR_ZT_MESSAGE_TOO_BIG' }));
    expect(() => nodeA.messages.on(1 as never, () => {})).toThrow(/bigint of 64 bits/);
    await Promise.all([nodeA.close(), nodeB.close()]);
    expect(send(70000n, 1)).toThrow(expect.objectContaining({ code: 'ERR_ZT_CLOSED' }));
  });
});
