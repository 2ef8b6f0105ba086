// What judging a frame by its network's rules costs in instructions, by callgrind, against the recorded figure
// (rule-cost.json), like segment-cost.mjs.
//   node packages/core/bench/rule-cost.mjs            compare; exit 1 when it became dearer than the tolerance
//   node packages/core/bench/rule-cost.mjs --record   write the figure of this build
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const core = join(here, '..');
const buildDirectory = process.env.ZT_BENCH_BUILD ?? join(core, '..', '..', 'build', 'bench');
const recordFile = join(here, 'rule-cost.json');
const TOLERANCE = 0.1;
/** Two sizes: their difference is without the start of the program. */
const SMALL = 10_000;
const LARGE = 110_000;

function run(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`);
  return result;
}

function instructions(frames) {
  const program = join(buildDirectory, 'zt_rules_bench');
  const { stderr } = run('valgrind', ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, String(frames)]);
  const count = /refs:\s+([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', '');
  if (count === undefined) throw new Error(`unexpected output:\n${stderr}`);
  return Number(count);
}

if (process.env.ZT_BENCH_BUILD === undefined) {
  run('cmake', ['-S', core, '-B', buildDirectory, '-DCMAKE_BUILD_TYPE=Release']);
}
run('cmake', ['--build', buildDirectory, '--target', 'zt_rules_bench', '--parallel', '2']);
const cost = Math.round((instructions(LARGE) - instructions(SMALL)) / (LARGE - SMALL));
if (process.argv.includes('--record')) {
  writeFileSync(recordFile, `${JSON.stringify({ unit: 'instructions per frame, 14 rules', cost }, null, 2)}\n`);
}
const recorded = JSON.parse(readFileSync(recordFile, 'utf8')).cost;
const ratio = cost / recorded;
console.log(`${cost} instructions to judge a frame by 14 rules, ${ratio.toFixed(3)} of the recorded ${recorded}`);
if (!(ratio <= 1 + TOLERANCE)) {
  console.error('Judging became dearer. If that is meant: node packages/core/bench/rule-cost.mjs --record');
  process.exit(1);
}
