/** An idle node sleeps. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab } from './lab.js';
import { connection, ping } from './tcp-pipe.js';

const watchMs = 3000;
/** Of one core, for four nodes with an open connection together. */
const maxShare = 0.01;

export function idleSuite(engines: EngineSet): void {
  describe(`idle, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());

    it('takes less than one per cent of a core', async () => {
      const [a, b] = await lab.pair();
      await connection(a, b);
      await ping(a, b.ipv4);
      // Acknowledgements, path finding and just-in-time compilation settle first.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const shares: number[] = [];
      // Up to three looks: other programs' interrupts are counted to us too.
      while (shares.length < 3 && (shares.at(-1) ?? 1) > maxShare) {
        const before = process.cpuUsage();
        await new Promise((resolve) => setTimeout(resolve, watchMs));
        const { user, system } = process.cpuUsage(before);
        shares.push((user + system) / 1000 / watchMs);
      }
      expect(Math.min(...shares), `shares of a core: ${shares.join(', ')}`).toBeLessThan(maxShare);
    });
  });
}
