/**
 * Many peers, many nodes, and nothing to do: a root under 100,000 leaves, 1,000 joined nodes in one process, one idle
 * node. The core alone, in virtual time (packages/core/bench/scale); built with CMake when it is not there yet. Fails
 * when what has to be linear is not, or idle nodes cost too much.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = 'build/scale';
const parts = [
  { title: 'One root', part: 'root' },
  { title: 'Joined nodes, idle', part: 'joined' },
  { title: 'One idle node', part: 'idle' },
];

function run(command: string, args: string[], output: 'inherit' | 'ignore'): void {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', output, 'inherit'] });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`);
}

/** Prints the tables of all parts. */
export async function scaleTables(): Promise<void> {
  run('cmake', ['-S', 'packages/core', '-B', directory, '-DCMAKE_BUILD_TYPE=Release'], 'ignore');
  const parallel = String(availableParallelism());
  run('cmake', ['--build', directory, '--target', 'zt_scale_bench', '--parallel', parallel], 'ignore');
  for (const { title, part } of parts) {
    console.log(`\n## ${title}\n`);
    run(`${directory}/zt_scale_bench`, [part], 'inherit');
  }
}
