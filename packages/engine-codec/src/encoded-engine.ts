/** An {@link Engine} over a {@link RawEngine}. */
import type { Engine, EngineNode, EngineNodeOptions, MadeWorld, NodeEvent, PlanetSpec, WorldSpec } from '@ztkit/types';
import { ZtError } from '@ztkit/types';
import { decodeEvents } from './decode-events.js';
import { encodeOptions, encodeWorldSpec, splitMadeWorld } from './encode-options.js';
import { EncodedNode } from './encoded-node.js';
import { followsInterfaces, type RawBinding, type RawEngine } from './raw-node.js';
import { createError } from './status-error.js';

export class EncodedEngine implements Engine {
  readonly #raw: RawEngine;
  readonly #platform: string;

  /** `platform`: `os/arch`, told to controllers in configuration requests. */
  constructor(raw: RawEngine, platform: string) {
    this.#raw = raw;
    this.#platform = platform;
  }

  get name(): 'native' | 'wasm' {
    return this.#raw.name;
  }

  /** Resolves after NODE_UP: an identity that had to be made exists by then, and its store events were delivered. */
  async createNode(options: EngineNodeOptions): Promise<EngineNode> {
    const up = withResolvers();
    const onEvents = (batch: Uint8Array): void => {
      const events = decodeEvents(batch);
      for (const event of events) settle(event, up);
      options.onEvents(events);
    };
    try {
      const encoded = encodeOptions(options, this.#platform);
      const raw = await this.#raw.create({ options: encoded, bind: rawBinding(options), onEvents });
      const node = new EncodedNode(raw);
      try {
        await up.promise;
      } catch (error) {
        await node.close();
        throw error;
      }
      return node;
    } catch (error) {
      throw createError(error);
    }
  }

  generateIdentity(signal?: AbortSignal): Promise<string> {
    return this.#raw.generateIdentity(signal);
  }

  async makeWorld(spec: WorldSpec): Promise<MadeWorld> {
    try {
      return splitMadeWorld(await this.#raw.makeWorld(encodeWorldSpec(spec)));
    } catch (error) {
      throw createError(error);
    }
  }

  async makePlanet(spec: PlanetSpec): Promise<Uint8Array> {
    return (await this.makeWorld({ ...spec, type: 'planet' })).bytes;
  }
}

function rawBinding({ bind, allowLoopbackPaths, blacklist, tcpRelay }: EngineNodeOptions): RawBinding {
  if (tcpRelay?.mode === 'forced') return []; // no UDP sockets are opened (vl1.md §10.3)
  if (!followsInterfaces(bind)) return bind;
  return { exclude: [], ...bind, loopback: allowLoopbackPaths ?? false, blacklist: blacklist ?? [] };
}

interface Resolvers {
  promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** `Promise.withResolvers` starts with Node 22. */
function withResolvers(): Resolvers {
  let resolve = (): void => undefined;
  let reject = (_error: Error): void => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** NODE_UP ends the start well, a fatal error ends it badly; later events change nothing. */
function settle(event: NodeEvent, up: Resolvers): void {
  if (event.type === 'NODE_UP') up.resolve();
  if (event.type !== 'NODE_FATAL_ERROR') return;
  const code = event.reason === 'INVALID_PLANET' ? 'ERR_ZT_INVALID_PLANET' : 'ERR_ZT_INVALID_IDENTITY';
  up.promise.catch(() => undefined); // A fatal error after the start has no one waiting for it here.
  up.reject(new ZtError(code, event.detail));
}
