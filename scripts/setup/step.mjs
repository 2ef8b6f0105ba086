// Running one step after the other: says what it does, how long it took, and stops at the first failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export function fail(message) {
  console.error(message);
  process.exit(1);
}

export function note(message) {
  console.log(`  ${message}`);
}

/** Runs a program in the project's root with its output shown; a failure ends this process with the same exit code. */
export function run([command, ...args], env = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (result.error) fail(`${command}: ${result.error.message}`);
  if (result.signal) fail(`${command} was ended by ${result.signal}`);
  if (result.status !== 0) {
    console.error(`failed (exit code ${result.status}): ${[command, ...args].join(' ')}`);
    process.exit(result.status ?? 1);
  }
}

export function step(name, action) {
  const started = performance.now();
  console.log(`\n== ${name}`);
  action();
  console.log(`== ${name}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
