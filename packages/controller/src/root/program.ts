/** The commands of `ztkit`: a root of one's own, and the files of moons. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS } from '../cli/log.js';
import { parseHostPort, parsePort, parseRate, parseStableEndpoint } from './arguments.js';
import { initMoon, signMoon } from './moon-files.js';
import type { RootOptions, RunningRoot } from './start-root.js';

/** What the commands do besides reading their arguments; tests put their own. */
export interface RootHost {
  start(options: RootOptions, print: (text: string) => void): Promise<RunningRoot>;
  /** Runs until a signal comes. */
  serve(running: RunningRoot): Promise<void>;
  print(text: string): void;
}

/** Builds the program. */
export function makeRootProgram(host: RootHost): Command {
  const program = new Command('ztkit')
    .description('Roots and worlds of your own.')
    .showHelpAfterError('(--help says more)');
  addRoot(program, host);
  addMoon(program, host);
  return program;
}

const relayLimitHelp =
  'relay at most so much in total, such as 100MB/s, in fair shares; a little less than the uplink is wise';
/** The address of a node in a packet that is only passed on may be anybody's (docs/decisions/0011). */
const perSourceHelp =
  'relay at most so much from one IPv4 address or IPv6 /64, as peers cannot be told apart otherwise: ' +
  'those behind one NAT share it. Shares are fair under --relay-limit';

function addRoot(program: Command, host: RootHost): void {
  const home = process.env.ZTKIT_ROOT_HOME ?? join(homedir(), '.ztkit-root');
  program
    .command('root')
    .description('run a root until it is interrupted; the first start makes its identity and its world in --home')
    .option('--home <dir>', 'directory with identity and world', home)
    .option('--port <udp>', 'UDP port', parsePort, 9993)
    .option('--bind <address...>', 'local UDP addresses (default: all)', [])
    .addOption(new Option('--world <type>', 'what it is a root of').choices(['planet', 'moon']).default('planet'))
    .option('--planet <file>', 'with --world moon: the planet to live in (needed at the first start; kept in --home)')
    .option(
      '--endpoint <ip/port>',
      'where others reach it; repeatable (default: the addresses of this machine)',
      (text: string, before: string[]) => [...before, parseStableEndpoint(text)],
      [] as string[],
    )
    .option('--metrics <host:port>', 'serve metrics for Prometheus over HTTP at /metrics', parseHostPort)
    .option('--relay-limit <rate>', relayLimitHelp, parseRate, 0)
    .option('--relay-limit-per-source <rate>', perSourceHelp, parseRate, 0)
    .option('--max-peers <number>', 'nodes it remembers at once, 64..1048576', parseMaxPeers, 100_000)
    .option('--allow-loopback', 'use loopback paths: for nodes on this machine', false)
    .addOption(new Option('--engine <name>', 'how the node runs').choices(['auto', 'native', 'wasm']).default('auto'))
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .action(async (options: RootOptions) => host.serve(await host.start(options, host.print)));
}

function addMoon(program: Command, host: RootHost): void {
  const moon = program.command('moon').description('files of moons');
  moon
    .command('init <identity>')
    .description('print the description of a moon whose first root has this identity (a file or text)')
    .action(async (identity: string) => host.print(await initMoon(identity)));
  moon
    .command('sign <description>')
    .description('sign a description and write <id>.moon; give that file to the roots, and the id to others')
    .option('--out <dir>', 'where to write it', '.')
    .action(async (file: string, { out }: { out: string }) => host.print(await signMoon(file, out)));
}

function parseMaxPeers(text: string): number {
  const value = Number(text);
  if (/^\d{2,7}$/.test(text) && value >= 64 && value <= 1_048_576) return value;
  throw new InvalidArgumentError('It must be a number, 64..1048576.');
}
