/** The command `ztkit-controller tcp-relay` in a namespace. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../controller/bin/ztkit-controller.js', import.meta.url));

export class RelayProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
  }

  /** Resolves when it listens on `address` port 443. */
  static async start(ns: string, address: string): Promise<RelayProcess> {
    const words = ['netns', 'exec', ns, process.execPath, program, 'tcp-relay', '--listen', `${address}:443`];
    const child = spawn('ip', words, { stdio: 'pipe' });
    let complaints = '';
    child.stderr.on('data', (text) => {
      complaints += text;
    });
    const relay = new RelayProcess(child);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => relay.#lines.push(line));
    await Promise.race([
      once(lines, 'line'),
      once(child, 'close').then(() => Promise.reject(new Error(`the relay did not start: ${complaints}`))),
    ]);
    return relay;
  }

  /** Ends it in order; what it counted. */
  async stop(): Promise<Record<string, number>> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
    return JSON.parse(this.#lines.at(-1) ?? '{}') as Record<string, number>;
  }
}
