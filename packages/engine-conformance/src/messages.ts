/** Messages between nodes outside any network (vl1.md §5.9). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab } from './lab.js';
import type { WatchedNode } from './watched-node.js';

/** What one packet can deliver (vl1.md §3.7), less its header and the type. */
const most = 9892;

export function messagesSuite(engines: EngineSet): void {
  describe(`messages, ${engines.name}`, () => {
    let lab: Lab;
    let a: WatchedNode;
    let b: WatchedNode;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      [a, b] = [await lab.startNode(engines.a), await lab.startNode(engines.b)];
      await Promise.all([a, b].map((watched) => watched.next('NODE_ONLINE')));
    });
    afterAll(() => lab?.close());
    const addressOf = (watched: WatchedNode) => watched.node.info().address;

    it('reach a node that was unknown, with type and bytes as sent, in both directions', async () => {
      const data = Uint8Array.from({ length: most }, (_, i) => i * 7);
      a.node.sendUserMessage(addressOf(b), 0xfedcba9876543210n, data);
      const there = await b.next('USER_MESSAGE');
      expect(there).toMatchObject({ from: addressOf(a), messageType: 0xfedcba9876543210n });
      expect(Buffer.from(there.data).equals(data)).toBe(true);
      b.node.sendUserMessage(addressOf(a), 65536n, new Uint8Array());
      const back = await a.next('USER_MESSAGE');
      expect(back).toMatchObject({ from: addressOf(b), messageType: 65536n, data: new Uint8Array() });
    });

    it('that cannot be sent are refused', () => {
      const send = (to: WatchedNode, size: number) => () =>
        a.node.sendUserMessage(addressOf(to), 65536n, new Uint8Array(size));
      expect(send(b, most + 1)).toThrow(expect.objectContaining({ code: 'ERR_ZT_MESSAGE_TOO_BIG' }));
      expect(send(a, 1)).toThrow(expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' }));
    });

    it('in a flood: the sender is told to wait, and it goes on afterwards', async () => {
      let refused = 0;
      for (let i = 0; i < 3000; i++) {
        try {
          a.node.sendUserMessage(addressOf(b), 70000n, new Uint8Array(most));
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_ZT_WOULD_BLOCK' });
          refused += 1;
        }
      }
      // An engine with a thread of its own may keep up.
      if (engines.a.name === 'wasm') expect(refused).toBeGreaterThan(0);
      const after = b.mark();
      const last = async (): Promise<void> => {
        for (let attempt = 0; attempt < 50; attempt++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          a.node.sendUserMessage(addressOf(b), 70001n, Uint8Array.of(attempt));
          const came = b.events.slice(after).some((e) => e.type === 'USER_MESSAGE' && e.messageType === 70001n);
          if (came) return;
        }
        throw new Error('no message arrived after the flood');
      };
      await last();
    });
  });
}
