/** For the vector tests: internal functions of the core by name, in this engine's build of it (test-only module). */
import { CompiledModule } from './instantiate.js';
import { type Allocator, Memory } from './memory.js';

/** The result, or `null` when the core rejected the input; throws on an unknown name. */
export type Probe = (name: string, input: Uint8Array) => Uint8Array | null;

/** bridge/probe_bridge.cc */
interface ProbeBridge extends Allocator {
  zt_probe_run(name: number, nameSize: number, input: number, size: number): number;
  zt_probe_result(): number;
}

const REJECTED = -1;

/** Rejects when the test module was not built. */
export async function loadProbe(): Promise<Probe> {
  const core = await new CompiledModule(new URL('../wasm/zt_probe.wasm', import.meta.url)).instantiate<ProbeBridge>();
  const memory = new Memory(core);
  return (name, input) => {
    const text = new TextEncoder().encode(name);
    const [nameAt = 0, inputAt = 0] = memory.put(text, input);
    const size = core.zt_probe_run(nameAt, text.length, inputAt, input.length);
    if (size === REJECTED) return null;
    if (size < 0) throw new Error(`probe: unknown name ${name}`);
    return memory.slice(core.zt_probe_result(), size);
  };
}
