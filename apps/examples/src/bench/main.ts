/**
 * `npm run bench -- [transport|netstack|scale|nodes|hostile] [--size N] [--settle S]`: tables whose ratios are of one
 * run. An option that the named table does not have is refused.
 */
import { Argument, Command, InvalidArgumentError } from 'commander';
import { hostileTables } from './hostile.js';
import { joinedNodesTable } from './joined-nodes.js';
import { netstackTable } from './netstack.js';
import { scaleTables } from './scale.js';
import { transportTable } from './transport.js';

const MAX_SIZE = 4096;

interface Options {
  size?: number;
  settle?: number;
}

interface Table {
  options: readonly (keyof Options)[];
  print(options: Options): Promise<void>;
}

const tables: Readonly<Record<string, Table>> = {
  transport: { options: ['size'], print: ({ size = 128 }) => transportTable(size) },
  netstack: { options: ['size'], print: ({ size = 1024 }) => netstackTable(size) },
  scale: { options: [], print: scaleTables },
  nodes: { options: ['size', 'settle'], print: ({ size = 250, settle }) => joinedNodesTable(size, settle) },
  hostile: { options: ['size'], print: ({ size = 16 }) => hostileTables(size) },
};

function parseSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_SIZE}.`);
  }
  return size;
}

function refusal(name: string, { options }: Table, strange: readonly string[]): string {
  const flags = (list: readonly string[]): string => list.map((option) => `--${option}`).join(' and ');
  return `error: ${name} does not have ${flags(strange)}; it has ${flags(options) || 'no options'}`;
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
  .action(async (name: string, given: Options, command: Command) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`${name} passed as a choice`);
    const strange = (Object.keys(given) as (keyof Options)[]).filter((option) => !table.options.includes(option));
    if (strange.length > 0) command.error(refusal(name, table, strange));
    await table.print(given);
  })
  .parseAsync();
