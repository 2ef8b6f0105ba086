// Style and structure as a test. Each check returns sentences that say file, line and what to do; none means it passed.
import { budgets } from './checks/budgets.mjs';
import { documentation } from './checks/documentation.mjs';
import { generatedEnums } from './checks/generated.mjs';
import { coreLayers, packageLayers } from './checks/layers.mjs';
import { corePurity } from './checks/purity.mjs';
import { wasmImports } from './checks/wasm-imports.mjs';

const checks = { coreLayers, packageLayers, corePurity, generatedEnums, wasmImports, budgets, documentation };
let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  const problems = await check();
  failures += problems.length;
  console.log(`  ${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  for (const problem of problems) console.error(`       ${problem}`);
}
process.exitCode = failures === 0 ? 0 : 1;
