/** The module as a {@link RawEngine}. */
import { ByteWriter, type RawEngine, type RawNode, type RawNodeOptions } from '@ztkit/engine-codec';
import { CreateOption } from '@ztkit/types';
import type { Bridge } from './bridge.js';
import type { CompiledModule } from './instantiate.js';
import { Memory } from './memory.js';
import type { TransportFactory } from './transport/transport.js';
import { WasmNode } from './wasm-node.js';

/** The largest seed a node takes (HOST_PROTOCOL.md §2). */
const SEED_BYTES = 64;
/** Identity work before the event loop gets a turn, in ms. */
const SLICE_MS = 8;

function randomSeed(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(SEED_BYTES));
}

function refused(status: number, what: string): Error {
  return Object.assign(new Error(what), { status });
}

/** The options and those this engine adds: a seed, and to announce no AES, which has no instructions in WebAssembly. */
function completeOptions(options: Uint8Array): Uint8Array {
  const out = new ByteWriter(options.length + 128).put(options);
  out.u16(CreateOption.RANDOM_SEED).blob32(randomSeed());
  out.u16(CreateOption.AES).blob32(Uint8Array.of(0));
  return out.written;
}

export class WasmRawEngine implements RawEngine {
  readonly name = 'wasm';
  readonly #module: CompiledModule;
  readonly #bind: TransportFactory;

  constructor(module: CompiledModule, bind: TransportFactory) {
    this.#module = module;
    this.#bind = bind;
  }

  async create({ options, bind, onEvents }: RawNodeOptions): Promise<RawNode> {
    const transport = await this.#bind(bind);
    try {
      const core = await this.#module.instantiate<Bridge>();
      const memory = new Memory(core);
      const complete = completeOptions(options);
      const [at = 0] = memory.put(complete);
      const handle = core.zt_create(Math.floor(performance.now()), Date.now(), at, complete.length);
      if (handle < 0) throw refused(-handle, 'the node refuses its options');
      return new WasmNode(core, memory, handle, transport, onEvents);
    } catch (error) {
      await transport.close();
      throw error;
    }
  }

  async generateIdentity(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const core = await this.#module.instantiate<Bridge>();
    const memory = new Memory(core);
    const seed = randomSeed();
    const [at = 0] = memory.put(seed);
    core.zt_identity_start(at, seed.length);
    for (;;) {
      const end = performance.now() + SLICE_MS;
      do {
        const size = core.zt_identity_step();
        if (size > 0) return new TextDecoder().decode(memory.slice(core.zt_made(), size));
      } while (performance.now() < end);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
    }
  }

  async makeWorld(spec: Uint8Array): Promise<Uint8Array> {
    const core = await this.#module.instantiate<Bridge>();
    const memory = new Memory(core);
    const seed = randomSeed();
    const [seedAt = 0, specAt = 0] = memory.put(seed, spec);
    const size = core.zt_make_world(seedAt, seed.length, specAt, spec.length);
    if (size < 0) throw refused(-size, 'cannot make the world');
    return memory.slice(core.zt_made(), size);
  }
}
