/** The command `ztkit`. */
import { interruption } from './cli/interruption.js';
import { makeRootProgram } from './root/program.js';
import { type RootOptions, type RunningRoot, startRoot } from './root/start-root.js';

let signalled: Promise<void> | undefined;

function start(options: RootOptions, print: (text: string) => void): Promise<RunningRoot> {
  signalled = interruption();
  return startRoot(options, print);
}

/** Runs until SIGINT or SIGTERM, then ends in order; the node's own end is an error. */
async function serve(running: RunningRoot): Promise<void> {
  const fatal = new Promise<never>((_resolve, reject) => {
    running.node.on('NODE_FATAL_ERROR', ({ reason, detail }) =>
      reject(new Error(`The node ended: ${reason} ${detail}`)),
    );
  });
  try {
    await Promise.race([signalled, fatal]);
  } finally {
    await running.close();
  }
}

try {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  await makeRootProgram({ start, serve, print }).parseAsync();
} catch (error) {
  process.stderr.write(`ztkit: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
