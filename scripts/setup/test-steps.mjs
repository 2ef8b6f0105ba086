// The steps of `npm test`, in the order they run: cheap ones first.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root, run } from './step.mjs';

const sanitized = 'build/sanitized';
const sanitizerEnv = {
  ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

function configureSanitizedCore() {
  const hasCcache = spawnSync('which', ['ccache']).status === 0;
  run([
    'cmake',
    '-S',
    'packages/core',
    '-B',
    sanitized,
    '-DCMAKE_BUILD_TYPE=Debug',
    '-DZT_BUILD_TESTS=ON',
    '-DZT_BUILD_FUZZ=ON',
    '-DZT_SANITIZE=ON',
    ...(hasCcache ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : []),
  ]);
}

function coreTests() {
  configureSanitizedCore();
  run(['cmake', '--build', sanitized, '--parallel', String(availableParallelism())]);
  run(['ctest', '--test-dir', sanitized, '--output-on-failure', '--no-tests=error'], sanitizerEnv);
}

// Without sanitizers: a thousand active connections, the simulations in full size, large roots, many nodes.
function coreAtScale() {
  const release = 'build/scale';
  const launcher = spawnSync('which', ['ccache']).status === 0 ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
  const options = ['-DCMAKE_BUILD_TYPE=Release', '-DZT_BUILD_TESTS=ON', ...launcher];
  run(['cmake', '-S', 'packages/core', '-B', release, ...options]);
  const targets = ['zt_netstack_scale_tests', 'zt_netstack_sim', 'zt_scale_bench', 'zt_chaos', 'zt_vl2_sim'];
  run(['cmake', '--build', release, '--parallel', String(availableParallelism()), '--target', ...targets]);
  run([`${release}/zt_netstack_scale_tests`]);
  run([`${release}/zt_scale_bench`, 'root', '5000', '20000']);
  run([`${release}/zt_scale_bench`, 'joined', '200']);
  run([`${release}/zt_netstack_sim`, '--seeds', '1..1000', '--pcap-directory', release]);
  const jobs = String(availableParallelism());
  run([`${release}/zt_vl2_sim`, '--pcap-directory', release]);
  run([`${release}/zt_vl2_sim`, '--scenario', 'revocation', '--seeds', '2..8', '--pcap-directory', release]);
  run([`${release}/zt_chaos`, '--seeds', '1..100', '--jobs', jobs, '--pcap-directory', release]);
}

function coverageOfChangesets() {
  const pending = readdirSync(join(root, '.changeset')).filter((f) => f.endsWith('.md') && f !== 'README.md');
  console.log(`  ${pending.length} pending changesets`);
}

const vitest = ['node_modules/.bin/vitest', 'run', '--reporter=default'];

// Those that need no root. Two projects cannot be left out by `!`: each leaves the other in.
const here = ['unit', 'vectors', 'conformance', 'apps'].flatMap((name) => ['--project', name]);

export const testSteps = [
  { name: 'checks', action: () => run(['node', 'scripts/checks.mjs']) },
  { name: 'lint', action: () => run(['node_modules/.bin/biome', 'ci', '.']) },
  { name: 'changesets', action: coverageOfChangesets },
  { name: 'core', action: coreTests },
  { name: 'scale', action: coreAtScale },
  { name: 'cost', action: () => run(['node', 'packages/core/bench/segment-cost.mjs']) },
  { name: 'rule-cost', action: () => run(['node', 'packages/core/bench/rule-cost.mjs']) },
  { name: 'vitest', action: () => run([...vitest, ...here]) },
  // Alone: it compares speeds.
  { name: 'linux', action: () => run([...vitest, '--project', 'linux']) },
  { name: 'namespaces', action: () => run([...vitest, '--project', 'namespaces']) },
  { name: 'docs', action: () => run(['npx', '-y', 'pnpm@10.34.9', '--filter', '@ztkit/docs', 'run', 'site']) },
];
