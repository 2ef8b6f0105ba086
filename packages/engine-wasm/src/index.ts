/**
 * The WebAssembly engine: the core in the caller's event loop, UDP by node:dgram.
 *
 * @packageDocumentation
 */
import { EncodedEngine } from '@ztkit/engine-codec';
import type { Engine } from '@ztkit/types';
import { CompiledModule } from './instantiate.js';
import { UdpTransport } from './transport/udp-transport.js';
import { WasmRawEngine } from './wasm-engine.js';

const module = new CompiledModule(new URL('../wasm/zt.wasm', import.meta.url));

/** Loads nothing yet: the module is compiled when the first node or identity is made. */
export function createWasmEngine(): Engine {
  return new EncodedEngine(new WasmRawEngine(module, UdpTransport.bind), 'wasm/wasm32');
}
