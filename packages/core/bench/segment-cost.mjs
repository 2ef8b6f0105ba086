// What a segment costs in instructions, by callgrind: the same on every run of the same binary, whatever else the machine
// does. Compares with the recorded figures (segment-cost.json), so that a change of cost is seen where it is made.
//   node packages/core/bench/segment-cost.mjs            compare; exit 1 when something became dearer than the tolerance
//   node packages/core/bench/segment-cost.mjs --record   write the figures of this build
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const core = join(here, '..');
const buildDirectory = join(core, '..', '..', 'build', 'bench');
const recordFile = join(here, 'segment-cost.json');
/** A dearer segment than this share of the recorded cost fails; compilers of one major version differ by less. */
const TOLERANCE = 0.1;
/** Two sizes: their difference is the steady state, without set-up and slow start. */
const SMALL = 16 << 20;
const LARGE = 48 << 20;
const cases = {
  'ipv4, mtu 2800': [],
  'ipv6, mtu 2800': ['--v6'],
  'ipv4, mtu 1400': ['--mtu', '1400'],
};

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`);
  return result;
}

function build() {
  run('cmake', ['-S', core, '-B', buildDirectory, '-DCMAKE_BUILD_TYPE=Release']);
  run('cmake', ['--build', buildDirectory, '--target', 'zt_netstack_bench', '--parallel', '2']);
}

/** Instructions and data segments of one run. */
function measure(args, bytes, directory) {
  const program = join(buildDirectory, 'zt_netstack_bench');
  const { stdout, stderr } = run('valgrind', [
    '--tool=callgrind',
    `--callgrind-out-file=${join(directory, 'out')}`,
    program,
    ...args,
    '--bytes',
    String(bytes),
  ]);
  const instructions = /refs:\s+([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', '');
  const segments = /(\d+) data segments/.exec(stdout)?.[1];
  if (instructions === undefined || segments === undefined) throw new Error(`unexpected output:\n${stdout}${stderr}`);
  return { instructions: Number(instructions), segments: Number(segments) };
}

function costs() {
  const directory = mkdtempSync(join(tmpdir(), 'ztkit-cost-'));
  try {
    return Object.fromEntries(
      Object.entries(cases).map(([name, args]) => {
        const small = measure(args, SMALL, directory);
        const large = measure(args, LARGE, directory);
        return [name, Math.round((large.instructions - small.instructions) / (large.segments - small.segments))];
      }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

build();
const now = costs();
if (process.argv.includes('--record')) {
  writeFileSync(
    recordFile,
    `${JSON.stringify({ unit: 'instructions per data segment, both ends', costs: now }, null, 2)}\n`,
  );
}
const recorded = JSON.parse(readFileSync(recordFile, 'utf8')).costs;
let dearer = false;
for (const [name, cost] of Object.entries(now)) {
  const ratio = cost / recorded[name];
  console.log(`${name}: ${cost} instructions per data segment, ${ratio.toFixed(3)} of the recorded ${recorded[name]}`);
  dearer ||= !(ratio <= 1 + TOLERANCE);
}
if (dearer) {
  console.error(
    `A segment costs more than ${1 + TOLERANCE} times what is recorded. If that is meant, record it: ` +
      'node packages/core/bench/segment-cost.mjs --record',
  );
  process.exit(1);
}
