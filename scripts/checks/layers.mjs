// Dependencies point one way (architecture.md §Packages, models.md §6.12).
import { numbered, projectFiles, read } from './files.mjs';

// What each directory of the core may include, and why the rest is out.
const core = {
  base: [],
  crypto: ['base'],
  wire: ['crypto', 'base'],
  vl1: ['wire', 'crypto', 'base'],
  vl2: ['vl1', 'wire', 'crypto', 'base'], // never netstack: frames are bytes to a network
  netstack: ['base'], // never vl1 or vl2: the stack is testable alone and knows no ZeroTier
  node: ['vl2', 'vl1', 'netstack', 'wire', 'crypto', 'base'],
};

// What each package may import from the workspace.
const packages = {
  types: [],
  'engine-codec': ['types'],
  'engine-native': ['types', 'engine-codec'],
  'engine-wasm': ['types', 'engine-codec'],
  'engine-conformance': ['types', 'engine-codec', 'engine-native', 'engine-wasm'], // the contract, not the SDK above it
  sdk: ['types', 'engine-native', 'engine-wasm'],
  'net-compat': ['types', 'sdk'],
  controller: ['types', 'sdk'],
};

export function coreLayers() {
  const problems = [];
  for (const file of projectFiles(/^packages\/core\/src\/.*\.(h|cc)$/)) {
    const layer = file.split('/')[3];
    for (const { line, number } of numbered(read(file))) {
      const target = /^\s*#include "(\w+)\//.exec(line)?.[1];
      if (target === undefined || target === 'zt' || target === layer) continue;
      const allowed = target === 'testing' ? /_test\.cc$/.test(file) : core[layer]?.includes(target);
      if (!allowed) problems.push(`${file}:${number} ${layer} must not include ${target}/`);
    }
  }
  return problems;
}

export function packageLayers() {
  const problems = [];
  for (const file of projectFiles(/^packages\/[^/]+\/src\/.*\.ts$/)) {
    const owner = file.split('/')[1];
    if (/\.test\.ts$/.test(file)) continue;
    for (const { line, number } of numbered(read(file))) {
      const target = /(?:from|import)\s*\(?\s*'@ztkit\/([\w-]+)/.exec(line)?.[1];
      if (target === undefined || target === owner || packages[owner]?.includes(target)) continue;
      problems.push(`${file}:${number} @ztkit/${owner} must not import @ztkit/${target}`);
    }
  }
  return problems;
}
