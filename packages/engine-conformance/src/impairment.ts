/** Networks lose, double and reorder; streams do not show it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab } from './lab.js';
import { connection, digestOf, receiveAll, sendAll } from './tcp-pipe.js';

export function impairmentSuite(engines: EngineSet): void {
  describe(`impairment, ${engines.name}`, () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(engines);
    });
    afterAll(() => lab?.close());

    it('moves 2 MiB bit-exact, both ways, with 5 % loss, duplication and reordering', async () => {
      const faults = { loss: 0.05, duplicate: 0.05, reorder: 0.05 };
      const [a, b] = await lab.pair({ impairment: { ...faults, seed: 1n } }, { impairment: { ...faults, seed: 2n } });
      const [client, server] = await connection(a, b);
      const size = 2 << 20;
      const [there, back] = await Promise.all([
        receiveAll(server),
        receiveAll(client),
        sendAll(client, size, 6),
        sendAll(server, size, 7),
      ]);
      expect(there).toEqual({ bytes: size, digest: digestOf(size, 6) });
      expect(back).toEqual({ bytes: size, digest: digestOf(size, 7) });
    });
  });
}
