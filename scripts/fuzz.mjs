// Fuzzing for a while: builds targets with clang++, libFuzzer and sanitizers, runs them, says what came of it
// (packages/core/fuzz/README.md).
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fail, root, run, step } from './setup/step.mjs';

const source = 'packages/core/fuzz';
const build = 'build/fuzz';
const targets = readdirSync(`${root}/${source}`)
  .map((name) => /^fuzz_(\w+)\.cc$/.exec(name)?.[1])
  .filter((name) => name !== undefined);

const usage = `usage: npm run fuzz -- TARGET... [--minutes N] [--jobs J]
  TARGET     of ${targets.join(', ')}; "all"
  --minutes  for each target, 0.1..10000; default 10
  --jobs     processes for each target, which share what they find; default 1
New inputs are kept in ${build}/corpus/TARGET and used next time; those that fail in ${build}/found/TARGET.
The exit code is 1 if any failed. Needs clang++ (CXX names another than the newest that is installed).`;

/** How often a line says how far it is. */
const PROGRESS_MS = 10_000;

function readArguments(words) {
  const options = { minutes: 10, jobs: 1 };
  const chosen = [];
  for (let i = 0; i < words.length; i++) {
    const name = /^--(minutes|jobs)$/.exec(words[i])?.[1];
    if (name === undefined) chosen.push(words[i]);
    else options[name] = Number(words[++i]);
  }
  const fits = options.minutes >= 0.1 && options.minutes <= 10_000 && options.jobs >= 1 && options.jobs <= 256;
  const unknown = chosen.find((name) => name !== 'all' && !targets.includes(name));
  if (words.includes('--help') || words.length === 0) {
    console.log(usage);
    process.exit(words.length === 0 ? 2 : 0);
  }
  if (!fits || !Number.isInteger(options.jobs) || unknown !== undefined || chosen.length === 0) {
    fail(unknown === undefined ? usage : `unknown target "${unknown}"\n\n${usage}`);
  }
  return { ...options, chosen: chosen.includes('all') ? targets : [...new Set(chosen)] };
}

function findClang() {
  const newestFirst = Array.from({ length: 20 }, (_, i) => `clang++-${30 - i}`);
  const candidates = process.env.CXX === undefined ? ['clang++', ...newestFirst] : [process.env.CXX];
  const found = candidates.find((name) => /clang/.test(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout));
  return found ?? fail('libFuzzer needs clang++: apt-get install clang, or name it in CXX');
}

function buildTargets(chosen) {
  const launcher = spawnSync('which', ['ccache']).status === 0 ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
  const options = ['-DCMAKE_BUILD_TYPE=Debug', '-DZT_BUILD_FUZZ=ON', '-DZT_SANITIZE=ON', ...launcher];
  run(['cmake', '-S', 'packages/core', '-B', build, `-DCMAKE_CXX_COMPILER=${findClang()}`, ...options]);
  const names = chosen.map((name) => `fuzz_${name}`);
  run(['cmake', '--build', build, '--target', ...names, '--parallel', String(availableParallelism())]);
}

/** What libFuzzer's lines about its progress say; the others are of interest to a person. */
function readLine(line, state) {
  const match = /^#(\d+)\s.*?cov: (\d+).*?corp: (\d+)/.exec(line);
  if (match !== null) [state.runs, state.coverage, state.corpus] = match.slice(1).map(Number);
  const average = /^stat::number_of_executed_units:\s+(\d+)/.exec(line);
  if (average !== null) state.runs = Number(average[1]);
  const statistics = /^(#\d+|INFO|stat::|\s+NEW_FUNC|Done |\s*$|###### |".*# Uses: )/.test(line);
  if (!statistics) console.log(line);
}

/** One process; resolves with its exit code when it ends. */
function fuzz(target, { minutes, jobs }, state) {
  const found = `${build}/found/${target}`;
  const corpus = `${build}/corpus/${target}`;
  const limits = ['-timeout=20', '-rss_limit_mb=3000', `-max_total_time=${Math.round(minutes * 60)}`];
  const habits = ['-print_final_stats=1', `-artifact_prefix=${found}/`, ...(jobs > 1 ? ['-reload=1'] : [])];
  const child = spawn(`${build}/fuzz_${target}`, [...limits, ...habits, corpus, `${source}/corpus/${target}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) readLine(line, state);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`fuzz_${target}: ${error.message}`));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

const filesIn = (directory) => new Set(readdirSync(`${root}/${directory}`));
const number = (value) => value.toLocaleString('en');

async function runTarget(target, options) {
  for (const kind of ['corpus', 'found']) mkdirSync(`${root}/${build}/${kind}/${target}`, { recursive: true });
  const before = { corpus: filesIn(`${build}/corpus/${target}`), found: filesIn(`${build}/found/${target}`) };
  const states = Array.from({ length: options.jobs }, () => ({ runs: 0, coverage: 0, corpus: 0 }));
  const started = performance.now();
  const sum = () => {
    const seconds = (performance.now() - started) / 1000;
    const runs = states.reduce((total, state) => total + state.runs, 0);
    const most = (key) => number(Math.max(...states.map((state) => state[key])));
    const rate = number(Math.round(runs / seconds));
    return `${(seconds / 60).toFixed(1)} min, ${number(runs)} inputs (${rate}/s), coverage ${most('coverage')}`;
  };
  const ticker = setInterval(() => console.log(`  ${target}: ${sum()}`), PROGRESS_MS);
  const codes = await Promise.all(states.map((state) => fuzz(target, options, state)));
  clearInterval(ticker);
  const fresh = (kind) => [...filesIn(`${build}/${kind}/${target}`)].filter((name) => !before[kind].has(name));
  const failures = fresh('found').filter((name) => !name.startsWith('slow-unit-')); // a busy machine is no failure
  const bad = failures.length > 0 || codes.some((code) => code !== 0);
  const lines = [`${bad ? 'FAILED' : 'ok    '} ${target}: ${sum()}, ${fresh('corpus').length} new inputs`];
  for (const name of failures) lines.push(`       replay: ${build}/fuzz_${target} ${build}/found/${target}/${name}`);
  if (bad && failures.length === 0) lines.push(`       it ended with ${codes.join(', ')}: see above`);
  return { bad, text: lines.join('\n') };
}

const { chosen, ...options } = readArguments(process.argv.slice(2));
step(`build ${chosen.length} target${chosen.length === 1 ? '' : 's'} with sanitizers`, () => buildTargets(chosen));
const results = [];
for (const target of chosen) {
  console.log(`\n== ${target}, ${options.minutes} min`);
  results.push(await runTarget(target, options));
}
console.log(`\n${results.map(({ text }) => text).join('\n')}`);
process.exit(results.some(({ bad }) => bad) ? 1 : 0);
