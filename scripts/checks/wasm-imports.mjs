// The module we ship may import what the allow-list names and nothing else: purity, checked on the artefact.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './files.mjs';

const list = 'packages/engine-wasm/bridge/allowed-imports.txt';

export function wasmImports() {
  const allowed = new Set(
    read(list)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
  const problems = [];
  for (const file of ['packages/engine-wasm/wasm/zt.wasm', 'packages/engine-wasm/wasm/zt_probe.wasm']) {
    if (!existsSync(join(root, file))) {
      problems.push(`${file} is missing: build first (npm test builds it)`);
      continue;
    }
    for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(root, file))))) {
      if (!allowed.has(`${module} ${name}`))
        problems.push(`${file} imports "${module} ${name}", which ${list} does not allow`);
    }
  }
  return problems;
}
