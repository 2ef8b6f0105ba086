/** The command `ztkit-controller`. */
import { makeProgram } from './cli/program.js';
import { type RunningController, start } from './cli/start.js';

/** Runs until SIGINT or SIGTERM, then ends in order; the node's own end is an error. */
async function serve(running: RunningController): Promise<void> {
  const fatal = new Promise<never>((_resolve, reject) => {
    running.node.on('NODE_FATAL_ERROR', ({ reason, detail }) =>
      reject(new Error(`The node ended: ${reason} ${detail}`)),
    );
  });
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  try {
    await Promise.race([signalled, fatal]);
  } finally {
    await running.close();
  }
}

try {
  await makeProgram({ start, serve, print: (text) => process.stdout.write(`${text}\n`) }).parseAsync();
} catch (error) {
  process.stderr.write(`ztkit-controller: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
