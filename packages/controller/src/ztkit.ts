/** The command `ztkit`. */
import { interruption } from './cli/interruption.js';
import { serveUntil } from './cli/serve.js';
import { makeRootProgram } from './root/program.js';
import { type RootOptions, type RunningRoot, startRoot } from './root/start-root.js';

let signalled: Promise<void> | undefined;

function start(options: RootOptions, print: (text: string) => void): Promise<RunningRoot> {
  signalled = interruption();
  return startRoot(options, print);
}

/** Until SIGINT or SIGTERM. */
const serve = (running: RunningRoot): Promise<void> => serveUntil(signalled, running);

try {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  await makeRootProgram({ start, serve, print }).parseAsync();
} catch (error) {
  process.stderr.write(`ztkit: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
