import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { CompiledModule } from './instantiate.js';

it('tries again after the module could not be loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ztkit-wasm-'));
  const path = join(directory, 'zt.wasm');
  const module = new CompiledModule(pathToFileURL(path));
  await expect(module.instantiate()).rejects.toThrow(/ENOENT/);
  // The smallest module there is: magic and version. It has no memory, which shows later than a load that failed.
  await writeFile(path, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await expect(module.instantiate()).resolves.toBeDefined();
  await rm(directory, { recursive: true });
});
