// Where things are and what the compiler is told, for the main thread and the workers of build-wasm.mjs.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const repositoryRoot = join(packageRoot, '..', '..');
export const repositoryFile = (path) => join(repositoryRoot, path);
export const cacheDirectory = join(packageRoot, '.cache', 'wasm');

/** Paths as the compiler sees them are those of the repository. */
export const includeDirectories = ['packages/core/include', 'packages/core/src', 'packages/core'];
export const compileFlags = [
  '-std=c++20',
  '-O3',
  '-msimd128',
  '-fno-exceptions',
  '-fno-rtti',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffile-prefix-map=/=',
  '-DNDEBUG',
  ...includeDirectories.map((d) => `-I${d}`),
];
export const linkFlags = ['-mexec-model=reactor', '-Wl,--strip-all', '-Wl,--gc-sections'];

const manifest = createRequire(import.meta.url)
  .resolve('@yowasp/clang')
  .replace(/(@yowasp\/clang)\/.*$/, '$1/package.json');
export const compilerVersion = JSON.parse(readFileSync(manifest, 'utf8')).version;

/** The name of an object: what was compiled, and the exact text of everything that went into it. */
export const objectName = (base, files, textOf) => digest(base, ...files.flatMap((file) => [file, textOf(file)]));

export function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 32);
}
