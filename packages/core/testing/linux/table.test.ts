import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ground } from './cell.ts';
import { Lab } from './lab.ts';
import { makeNamespace, removeNamespaces, requireKernel } from './namespaces.ts';
import { cells, format, type Measured, measureTable, nameOf, REQUIRED, ratios } from './table.ts';

const mtu = Number(process.env.ZT_TABLE_MTU ?? 1500);

describe.runIf(requireKernel())(`throughput over bad links, MTU ${mtu}, beside kernel to kernel`, () => {
  let ground: Ground | undefined;
  let table: Measured[] = [];

  // Every byte of every flow is compared on the way (runPair).
  beforeAll(async () => {
    const nsA = makeNamespace('a');
    const nsB = makeNamespace('b');
    ground = { nsA, nsB, kernelA: Lab.sockets(nsA), kernelB: Lab.sockets(nsB), serial: 0 };
    table = await measureTable(ground, mtu);
    console.log(`Mbit/s; ratios: ours to kernel, kernel to ours, over kernel to kernel\n${format(table)}`);
    if (process.env.ZT_TABLE_WRITE === '1') {
      const title = `Mbit/s at MTU ${mtu}, median over the rounds; each ratio to the kernel's own in the same run.`;
      writeFileSync(join(import.meta.dirname, `table-${mtu}.md`), `${title}\n\n${format(table)}\n`);
    }
  }, 900_000);

  afterAll(async () => {
    await Promise.all([ground?.kernelA.stop(), ground?.kernelB.stop()]);
    removeNamespaces();
  });

  test.each(cells.map((cell, index) => ({ name: nameOf(cell), index })))('$name', ({ index }) => {
    const measured = table[index] as Measured;
    for (const ratio of ratios(measured)) expect(ratio, JSON.stringify(measured)).toBeGreaterThanOrEqual(REQUIRED);
  });
});
