/** The main job: a private virtual network on one machine, from nothing to moved data. `npm run demo -- --help`. */
import { parseOptions } from './options.js';
import { type Engines, runRound } from './round.js';
import { View } from './view.js';

const rounds: Record<'both' | 'native' | 'wasm', readonly Engines[]> = {
  both: [
    { a: 'native', b: 'native' },
    { a: 'native', b: 'wasm' },
  ],
  native: [{ a: 'native', b: 'native' }],
  wasm: [{ a: 'wasm', b: 'wasm' }],
};

const options = parseOptions(process.argv.slice(2));
const view = new View(options);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted (${signal}); stopping every process in order`)));
}

const started = performance.now();
try {
  for (const engines of rounds[options.engine]) await runRound(engines, options, view, interrupted.signal);
  view.step(`done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
