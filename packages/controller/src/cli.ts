/** The command `ztkit-controller`. */
import { interruption } from './cli/interruption.js';
import { makeProgram } from './cli/program.js';
import { serveUntil } from './cli/serve.js';
import { type RunningController, type StartOptions, start } from './cli/start.js';
import { RelayServer, type RelayServerOptions } from './tcp-relay/relay-server.js';

let signalled: Promise<void> | undefined;

/** Until SIGINT or SIGTERM. */
const serve = (running: RunningController): Promise<void> => serveUntil(signalled, running);

try {
  await makeProgram({
    start: (options: StartOptions) => {
      signalled = interruption();
      return start(options);
    },
    serve,
    startRelay: (options: RelayServerOptions) => {
      signalled = interruption();
      return RelayServer.start(options);
    },
    interrupted: () => signalled ?? interruption(),
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
