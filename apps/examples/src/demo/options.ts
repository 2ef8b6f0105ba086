/** The demo's command line. */
import { Command, InvalidArgumentError, Option } from 'commander';

/** What the demo was asked to do. */
export interface DemoOptions {
  /** Bytes to move in each round. */
  size: number;
  engine: 'both' | 'native' | 'wasm';
  /** Probabilities 0..1 on datagrams between the nodes. */
  loss: number;
  duplicate: number;
  reorder: number;
  seed: bigint;
  verbose: boolean;
  quiet: boolean;
}

const units: Record<string, number> = {
  '': 1,
  B: 1,
  KIB: 1 << 10,
  MIB: 1 << 20,
  GIB: 1 << 30,
  K: 1 << 10,
  M: 1 << 20,
  G: 1 << 30,
};
const MAX_SIZE = 64 * (1 << 30);

function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text);
  const unit = units[match?.[2]?.toUpperCase() ?? '?'];
  const size = match === null || unit === undefined ? Number.NaN : Math.round(Number(match[1]) * unit);
  if (!(size >= 1 && size <= MAX_SIZE))
    throw new InvalidArgumentError('Give a size from 1 B to 64 GiB, such as 256MiB or 1GiB.');
  return size;
}

function parsePercent(text: string): number {
  const percent = Number(text.replace(/%$/, ''));
  if (!(percent >= 0 && percent <= 50)) throw new InvalidArgumentError('Give a percentage from 0 to 50.');
  return percent / 100;
}

function parseSeed(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return BigInt(text);
}

/** Parses, or prints what is wrong and exits with code 1; `--help` exits with 0. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const program = new Command('npm run demo --')
    .description(
      'A private virtual network on this machine: a root, a controller and two nodes as separate processes on ' +
        'loopback, ' +
        'a direct path between the nodes, and TCP through it. Nothing leaves the machine.',
    )
    .addOption(
      new Option('--size <size>', 'bytes to move in each round').argParser(parseSize).default(256 << 20, '256MiB'),
    )
    .addOption(
      new Option('--engine <engine>', 'both: native ↔ native, then native ↔ wasm; or one engine for both nodes')
        .choices(['both', 'native', 'wasm'])
        .default('both'),
    )
    .option('--loss <percent>', 'datagrams lost between the nodes', parsePercent, 0)
    .option('--duplicate <percent>', 'datagrams sent twice', parsePercent, 0)
    .option('--reorder <percent>', 'datagrams held back and sent later', parsePercent, 0)
    .addOption(new Option('--seed <number>', 'seed of the faults').argParser(parseSeed).default(1n, '1'))
    .option('-v, --verbose', 'every event of every process, with its details', false)
    .option('-q, --quiet', 'no events and no progress bar, results only', false)
    .addHelpText('after', '\nExample:\n  npm run demo -- --size 64MiB --loss 5 --reorder 5 --duplicate 5');
  program.parse([...argv], { from: 'user' });
  return program.opts<DemoOptions>();
}
