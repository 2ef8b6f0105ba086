// What goes into each module: the lists CMake reads too.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { repositoryFile } from './wasm-paths.mjs';

const layers = ['base', 'crypto', 'wire', 'vl1', 'vl2', 'netstack', 'node'];

/** The files of one `set(NAME file file ...)` of a sources.cmake. */
function listOf(file, name) {
  const text = readFileSync(repositoryFile(file), 'utf8');
  const found = new RegExp(`set\\(${name}\\s([^)]*)\\)`).exec(text);
  if (found === null) throw new Error(`${file} sets no ${name}`);
  return found[1]
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

const core = layers.flatMap((layer) => {
  const directory = `packages/core/src/${layer}`;
  return listOf(`${directory}/sources.cmake`, `ZT_${layer.toUpperCase()}_SOURCES`).map((f) => `${directory}/${f}`);
});
// Normalised: the compiler's file tree knows no "..".
const probe = listOf('packages/core/testing/probe/sources.cmake', 'ZT_PROBE_SOURCES').map((f) =>
  posix.join('packages/core/testing/probe', f),
);
const bridge = (file) => `packages/engine-wasm/bridge/${file}`;

export const artefacts = [
  { name: 'zt', sources: [...core, bridge('abort_stubs.cc'), bridge('bridge.cc')] },
  { name: 'zt_probe', sources: [...core, ...probe, bridge('abort_stubs.cc'), bridge('probe_bridge.cc')] },
];
