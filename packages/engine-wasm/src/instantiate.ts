/** Compiles the module once per realm and makes an instance for each node: dropping it frees all its memory. */
import { cryptoImports, cryptoReady } from './crypto-imports.js';

/** The bytes of a file beside this package's code, in Node and in browsers. */
async function load(url: URL): Promise<BufferSource> {
  if (url.protocol !== 'file:') {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`cannot load ${url.href}: HTTP ${response.status}`);
    return response.arrayBuffer();
  }
  const { readFile } = await import('node:fs/promises');
  return readFile(url);
}

/** A compiled module; instances of it are independent. */
export class CompiledModule {
  readonly #url: URL;
  #module: Promise<WebAssembly.Module> | undefined;

  constructor(url: URL) {
    this.#url = url;
  }

  /** A failure is not kept: the next instance tries again. */
  async #compile(): Promise<WebAssembly.Module> {
    try {
      return await WebAssembly.compile(await load(this.#url));
    } catch (error) {
      this.#module = undefined;
      throw error;
    }
  }

  async instantiate<Exports>(): Promise<Exports> {
    this.#module ??= this.#compile();
    const [module] = await Promise.all([this.#module, cryptoReady()]);
    let memory: WebAssembly.Memory | undefined;
    let bytes = new Uint8Array();
    const current = (): Uint8Array => {
      if (memory !== undefined && bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer);
      return bytes;
    };
    const instance = await WebAssembly.instantiate(module, { zt_crypto: cryptoImports(current) });
    memory = instance.exports.memory as WebAssembly.Memory;
    (instance.exports._initialize as (() => void) | undefined)?.();
    // The exports are those of bridge/*.cc; the build and the tests hold the two together.
    return instance.exports as Exports;
  }
}
