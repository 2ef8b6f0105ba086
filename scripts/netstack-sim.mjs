// The nightly simulation of two TCP/IP stacks: 10,000 seeds in a release build (packages/core/sim/netstack/README.md).
// `node scripts/netstack-sim.mjs [FIRST..LAST]`, default 1..10000. Captures of failing seeds go to build/netstack-sim.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { root, run } from './setup/step.mjs';

const directory = 'build/netstack-sim';
const seeds = process.argv[2] ?? '1..10000';
if (!/^\d+\.\.\d+$/.test(seeds)) {
  console.error('usage: node scripts/netstack-sim.mjs [FIRST..LAST]');
  process.exit(2);
}
mkdirSync(`${root}/${directory}`, { recursive: true });
const launcher = spawnSync('which', ['ccache']).status === 0 ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
const options = ['-DCMAKE_BUILD_TYPE=Release', '-DZT_BUILD_TESTS=ON', ...launcher];
run(['cmake', '-S', 'packages/core', '-B', directory, ...options]);
run(['cmake', '--build', directory, '--target', 'zt_netstack_sim', '--parallel', String(availableParallelism())]);
run([`${directory}/zt_netstack_sim`, '--seeds', seeds, '--pcap-directory', directory]);
