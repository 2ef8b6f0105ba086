/** For the vector tests: internal functions of the core by name, in this engine's build of it (test-only addon). */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The result, or `null` when the core rejected the input; throws on an unknown name. */
export type Probe = (name: string, input: Uint8Array) => Uint8Array | null;

/** Throws when the test addon was not built. */
export function loadProbe(): Probe {
  const path = fileURLToPath(new URL('../prebuilds/test/zt_probe.node', import.meta.url));
  return (createRequire(import.meta.url)(path) as { probe: Probe }).probe;
}
