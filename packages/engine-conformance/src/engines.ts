/** The engines under test and their combinations. */
import { createNativeEngine } from '@ztkit/engine-native';
import { createWasmEngine } from '@ztkit/engine-wasm';
import type { Engine } from '@ztkit/types';
import type { EngineSet } from './lab.js';

export async function native(): Promise<Engine> {
  return createNativeEngine();
}

export async function wasm(): Promise<Engine> {
  return createWasmEngine();
}

/** All nodes on one engine. */
export function homogeneous(engine: Engine): EngineSet {
  return { name: engine.name, infrastructure: engine, a: engine, b: engine };
}

/** Root and controller native, `a` and `b` as given: `a` opens the connections. */
export function mixed(infrastructure: Engine, a: Engine, b: Engine): EngineSet {
  return { name: `${a.name} to ${b.name}`, infrastructure, a, b };
}
