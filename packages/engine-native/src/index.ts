/**
 * The native engine: the core with its own thread and UDP sockets, as a Node-API addon.
 *
 * @packageDocumentation
 */
import { EncodedEngine } from '@ztkit/engine-codec';
import type { Engine } from '@ztkit/types';
import { loadAddon } from './load-addon.js';
import { NativeRawEngine } from './native-engine.js';

/** Loads the addon. Throws `ERR_ZT_ENGINE_UNAVAILABLE` where there is none for this platform. */
export function createNativeEngine(): Engine {
  return new EncodedEngine(new NativeRawEngine(loadAddon()), `${process.platform}/${process.arch}`);
}
