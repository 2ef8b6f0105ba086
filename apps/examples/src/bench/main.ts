/** `npm run bench -- [transport|netstack|scale] [--size MIB]`: tables whose ratios are of one run. */
import { Argument, Command, InvalidArgumentError } from 'commander';
import { netstackTable } from './netstack.js';
import { scaleTables } from './scale.js';
import { transportTable } from './transport.js';

const MAX_MIB = 4096;
const tables = {
  transport: { print: transportTable, sizeMib: 128 },
  netstack: { print: netstackTable, sizeMib: 1024 },
  scale: { print: scaleTables, sizeMib: 0 },
};

function parseMib(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > MAX_MIB) {
    throw new InvalidArgumentError(`Give a whole number of MiB from 1 to ${MAX_MIB}.`);
  }
  return size;
}

await new Command()
  .name('bench')
  .description('Benchmarks of ztkit. Without a name: transport.')
  .addArgument(
    new Argument(
      '[table]',
      'transport: nodes against kernel TCP; netstack: the TCP/IP stack alone; scale: many peers, many nodes, idle',
    )
      .choices(Object.keys(tables))
      .default('transport'),
  )
  .option('--size <mib>', 'MiB per transfer (default: 128 for transport, 1024 for netstack)', parseMib)
  .action(async (name: keyof typeof tables, options: { size?: number }) => {
    const table = tables[name];
    await table.print(options.size ?? table.sizeMib);
  })
  .parseAsync();
