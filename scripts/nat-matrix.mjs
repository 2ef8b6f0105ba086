// Writes docs/nat-matrix.md: real nodes behind every pair of NATs, in the simulator (packages/core/sim/nat_matrix.h).
// `node scripts/nat-matrix.mjs [SEEDS]`, default 10. Fails, and writes nothing, when an outcome is not the model's.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const directory = 'build/nat-matrix';
const seeds = process.argv[2] ?? '10';
if (!/^[1-9]\d*$/.test(seeds)) {
  console.error('usage: node scripts/nat-matrix.mjs [SEEDS]');
  process.exit(2);
}

function run(command, stdout = 'inherit') {
  const result = spawnSync(command[0], command.slice(1), { stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result.stdout;
}

run(['cmake', '-S', 'packages/core', '-B', directory, '-DCMAKE_BUILD_TYPE=Release', '-DZT_BUILD_TESTS=ON']);
run(['cmake', '--build', directory, '--target', 'zt_nat_matrix', '--parallel', String(availableParallelism())]);
writeFileSync('docs/nat-matrix.md', run([`${directory}/zt_nat_matrix`, '--seeds', seeds], 'pipe'));
