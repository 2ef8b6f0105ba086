import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);

describe('the module', () => {
  it('imports what the allow-list names and nothing else', async () => {
    const allowed = (await readFile(at('bridge/allowed-imports.txt'), 'utf8')).trim().split('\n');
    const module = await WebAssembly.compile(await readFile(at('wasm/zt.wasm')));
    const imports = WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from} ${name}`);
    expect(imports.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});
