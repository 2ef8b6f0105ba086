/** The command `ztkit-controller`. */
import { makeProgram } from './cli/program.js';
import { type RunningController, start } from './cli/start.js';
import { RelayServer, type RelayServerOptions } from './tcp-relay/relay-server.js';

/** Runs until SIGINT or SIGTERM, then ends in order; the node's own end is an error. */
async function serve(running: RunningController): Promise<void> {
  const fatal = new Promise<never>((_resolve, reject) => {
    running.node.on('NODE_FATAL_ERROR', ({ reason, detail }) =>
      reject(new Error(`The node ended: ${reason} ${detail}`)),
    );
  });
  try {
    await Promise.race([interrupted(), fatal]);
  } finally {
    await running.close();
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

try {
  const startRelay = (options: RelayServerOptions) => RelayServer.start(options);
  await makeProgram({
    start,
    serve,
    startRelay,
    interrupted,
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
    fail: () => {
      process.exitCode = 1;
    },
  }).parseAsync();
} catch (error) {
  process.stderr.write(`ztkit-controller: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
