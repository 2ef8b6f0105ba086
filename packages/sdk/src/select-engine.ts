/** Finds the engine to run on. Engines load on first use, so that an application pays for one only. */
import { type Engine, ZtError } from '@ztkit/types';
import { invalid } from './arguments.js';

/** Which engine: `auto` takes the native one if it loads and WebAssembly otherwise; or an engine of your own. */
export type EngineChoice = 'auto' | 'native' | 'wasm' | Engine;

/**
 * Resolves a choice.
 * @throws ZtError `ERR_ZT_ENGINE_UNAVAILABLE`, `ERR_ZT_INVALID_ARGUMENT`
 */
export async function selectEngine(choice: EngineChoice = 'auto'): Promise<Engine> {
  if (typeof choice === 'object' && choice !== null && typeof choice.createNode === 'function') return choice;
  switch (choice) {
    case 'native':
      return nativeEngine();
    case 'wasm':
      return wasmEngine();
    case 'auto':
      return isNodeLike() ? nativeEngine().catch(fallBack) : wasmEngine();
  }
  throw invalid('"engine" must be "auto", "native", "wasm" or an Engine');
}

function isNodeLike(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

/** Only a missing addon leads to the other engine; anything else is a real error. */
function fallBack(error: unknown): Promise<Engine> {
  if (error instanceof ZtError && error.code === 'ERR_ZT_ENGINE_UNAVAILABLE') return wasmEngine();
  throw error;
}

async function nativeEngine(): Promise<Engine> {
  try {
    const { createNativeEngine } = await import('@ztkit/engine-native');
    return await createNativeEngine();
  } catch (cause) {
    throw unavailable('native', cause);
  }
}

async function wasmEngine(): Promise<Engine> {
  try {
    const { createWasmEngine } = await import('@ztkit/engine-wasm');
    return await createWasmEngine();
  } catch (cause) {
    throw unavailable('wasm', cause);
  }
}

function unavailable(name: string, cause: unknown): ZtError {
  if (cause instanceof ZtError) return cause;
  return new ZtError('ERR_ZT_ENGINE_UNAVAILABLE', `The ${name} engine did not load: ${(cause as Error).message}`, {
    cause,
  });
}
