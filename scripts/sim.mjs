// The nightly simulations, in a release build (packages/core/sim/README.md and those below it).
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { root, run, step } from './setup/step.mjs';

const usage = `usage: npm run sim -- [netstack|chaos|multicast|revocation] [FIRST..LAST]
  netstack   two TCP/IP stacks over a bad link; default seeds 1..10000, about half a minute
  chaos      fifty nodes on an internet where things go wrong; default seeds 1..2000, about an hour of CPU
  multicast  sixty-four members of a virtual network; default seeds 1..20, about five minutes
  revocation a member is evicted by a controller that reaches only some; default seeds 1..100, half a minute
Without a name all run, each with its seeds. A line for each seed, but of netstack, says how far it is. One that fails
prints why and how to replay it; its capture goes to build/sim. The exit code is 1 if any failed.`;

const directory = 'build/sim';
const jobs = String(availableParallelism());
const simulations = {
  netstack: { program: 'zt_netstack_sim', seeds: '1..10000', options: [] },
  chaos: { program: 'zt_chaos', seeds: '1..2000', options: ['--progress', '--jobs', jobs] },
  multicast: { program: 'zt_vl2_sim', seeds: '1..20', options: ['--scenario', 'multicast'] },
  revocation: { program: 'zt_vl2_sim', seeds: '1..100', options: ['--scenario', 'revocation'] },
};

const [name, seeds, ...rest] = process.argv.slice(2);
if (name === '--help') {
  console.log(usage);
  process.exit(0);
}
const unknown = name !== undefined && !(name in simulations);
if (unknown || rest.length > 0 || (seeds !== undefined && !/^\d+\.\.\d+$/.test(seeds))) {
  console.error(usage);
  process.exit(2);
}

mkdirSync(`${root}/${directory}`, { recursive: true });
const launcher = spawnSync('which', ['ccache']).status === 0 ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
const chosen = Object.entries(simulations).filter(([key]) => name === undefined || key === name);
const targets = [...new Set(chosen.map(([, simulation]) => simulation.program))];
const options = ['-DCMAKE_BUILD_TYPE=Release', '-DZT_BUILD_TESTS=ON', ...launcher];
run(['cmake', '-S', 'packages/core', '-B', directory, ...options]);
run(['cmake', '--build', directory, '--target', ...targets, '--parallel', jobs]);
for (const [key, simulation] of chosen) {
  const args = ['--seeds', seeds ?? simulation.seeds, '--pcap-directory', directory, ...simulation.options];
  step(key, () => run([`${directory}/${simulation.program}`, ...args]));
}
