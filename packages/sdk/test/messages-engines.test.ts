/** User messages through the SDK, on both engines and between them. Needs both engines built. */
import { describe, expect, it } from 'vitest';
import {
  createNode,
  createPrivateWorld,
  generateIdentity,
  lastReservedMessageType,
  type Message,
  maxMessageBytes,
  type Node,
} from '../src/index.js';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

describe.each([
  ['native', 'native'],
  ['wasm', 'wasm'],
  ['native', 'wasm'],
] as const)('messages between %s and %s', (one, other) => {
  it('arrive with type and bytes as sent, both ways', async () => {
    const identity = await generateIdentity({ engine: one });
    const planetAt = (port: number) =>
      createPrivateWorld({ roots: [{ identity, endpoints: [{ address: '127.0.0.1', port }] }] }, { engine: one });
    const start = (engine: typeof one | typeof other, planet: Uint8Array, port = 0, root?: string) =>
      createNode({
        engine,
        planet,
        logger,
        allowLoopbackPaths: true,
        bind: [{ address: '127.0.0.1', port }],
        ...(root === undefined ? {} : { identity: root }),
      });
    const nodes: Node[] = [];
    try {
      // A root needs its port in the planet: found out by a first start.
      const probe = await start(one, await planetAt(1), 0, identity);
      const { port } = probe.info().bound[0] ?? { port: 0 };
      await probe.close();
      const planet = await planetAt(port);
      nodes.push(await start(one, planet, port, identity));
      const [a, b] = [await start(one, planet), await start(other, planet)];
      nodes.push(a, b);
      await Promise.all([a, b].map((node) => node.whenOnline({ timeoutMs: 10_000 })));
      const type = lastReservedMessageType + 1n;
      const came: Record<'a' | 'b', Message[]> = { a: [], b: [] };
      a.messages.on(type, (message) => came.a.push(message));
      b.messages.on(type, (message) => came.b.push(message));
      const data = Uint8Array.from({ length: maxMessageBytes }, (_, i) => i * 7);
      a.messages.send(b.address, type, data);
      await expect.poll(() => came.b.length, { timeout: 10_000 }).toBe(1);
      expect(came.b[0]).toMatchObject({ from: a.address, type });
      expect(Buffer.from(came.b[0]?.data ?? []).equals(data)).toBe(true);
      b.messages.send(a.address, type, new Uint8Array());
      await expect.poll(() => came.a, { timeout: 10_000 }).toEqual([{ from: b.address, type, data: new Uint8Array() }]);
    } finally {
      for (const node of nodes.reverse()) await node.close();
    }
  }, 60_000);
});
