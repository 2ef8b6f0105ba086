// The README's commands on a fresh machine: brings pnpm, Debian packages (as root), dependencies and the build,
// then runs `demo`, `test` or `bench`. Everything after `--` goes to the program. `node scripts/run.mjs --help` says more.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackages, ensureNode } from './setup/machine.mjs';
import { fail, note, root, run, step } from './setup/step.mjs';
import { testSteps } from './setup/test-steps.mjs';

const PNPM = ['npx', '-y', 'pnpm@10.34.9'];

const usage = `usage: node scripts/run.mjs demo|test|bench|build [options]

  demo    install, build, then bring up a private network on this machine and move data through it
          (npm run demo -- --help lists its options)
  test    install, build, then run every check and test; --only NAME runs one step of:
          ${testSteps.map((s) => s.name).join(', ')}
  bench   install, build, then print the benchmark table
  build   install and build only
`;

function installDependencies() {
  const marker = join(root, 'node_modules/.modules.yaml');
  const lock = join(root, 'pnpm-lock.yaml');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) {
    note('dependencies are up to date');
    return;
  }
  run([...PNPM, 'install', '--frozen-lockfile', '--prefer-offline']);
}

function build() {
  // Through pnpm, because turbo looks for it on the PATH.
  run([...PNPM, 'run', 'build', '--output-logs=new-only', '--concurrency=2'], {
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    CXX_VERSION: compilerVersion(),
  });
}

// Part of turbo's hash: another compiler makes another addon.
function compilerVersion() {
  return spawnSync(process.env.CXX ?? 'c++', ['-dumpfullversion'], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

const [command, ...rest] = process.argv.slice(2);
if (command === undefined || command === '--help' || command === '-h') {
  process.stdout.write(usage);
  process.exit(command === undefined ? 2 : 0);
}
if (!['demo', 'test', 'bench', 'build'].includes(command)) fail(`unknown command "${command}"\n\n${usage}`);

ensureNode();
if (
  command === 'demo' &&
  (rest.includes('--help') || rest.includes('-h')) &&
  existsSync(join(root, 'apps/examples/dist'))
) {
  run(['node', 'apps/examples/dist/demo/main.js', '--help']);
  process.exit(0);
}
step('Debian packages', () => ensureDebianPackages(command === 'test'));
step('npm dependencies', installDependencies);
step('build (native addon, WebAssembly, TypeScript)', build);
if (command === 'demo') run(['node', 'apps/examples/dist/demo/main.js', ...rest]);
if (command === 'bench') run(['node', 'apps/examples/dist/bench/main.js', ...rest]);
if (command === 'test') {
  const only = rest.includes('--only') ? rest[rest.indexOf('--only') + 1] : undefined;
  const chosen = testSteps.filter((s) => only === undefined || s.name === only);
  if (chosen.length === 0) fail(`no step "${only}"; there are: ${testSteps.map((s) => s.name).join(', ')}`);
  for (const { name, action } of chosen) step(name, action);
  console.log('\nAll checks and tests passed.');
}
