/** `npm run bench -- [transport|netstack|scale|nodes|hostile] [--size N]`: tables whose ratios are of one run. */
import { Argument, Command, InvalidArgumentError } from 'commander';
import { hostileTables } from './hostile.js';
import { joinedNodesTable } from './joined-nodes.js';
import { netstackTable } from './netstack.js';
import { scaleTables } from './scale.js';
import { transportTable } from './transport.js';

const MAX_SIZE = 4096;
const tables = {
  transport: { print: transportTable, size: 128 },
  netstack: { print: netstackTable, size: 1024 },
  scale: { print: scaleTables, size: 0 },
  nodes: { print: joinedNodesTable, size: 250 },
  hostile: { print: hostileTables, size: 16 },
};

function parseSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_SIZE}.`);
  }
  return size;
}

await new Command()
  .name('bench')
  .description('Benchmarks of ztkit. Without a name: transport.')
  .addArgument(
    new Argument(
      '[table]',
      'transport: against kernel TCP; netstack: the stack alone; scale: the core under many; ' +
        'nodes: real idle ones; hostile: under attack',
    )
      .choices(Object.keys(tables))
      .default('transport'),
  )
  .option(
    '--size <n>',
    'MiB per transfer (transport: 128, netstack: 1024) or second (hostile: 16), or nodes (250)',
    parseSize,
  )
  .option('--settle <s>', 'nodes: seconds to wait after the last has joined (30)', parseSize)
  .action(async (name: keyof typeof tables, { size, settle }: { size?: number; settle?: number }) => {
    const table = tables[name];
    await table.print(size ?? table.size, settle);
  })
  .parseAsync();
