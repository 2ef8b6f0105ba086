/** Starts a node: options, state, identity, engine; undoes everything when that fails or is aborted. */
import {
  type Endpoint,
  type Engine,
  type EngineNode,
  Event,
  type InterfaceBinding,
  type NodeEvent,
  parseNodeAddress,
  ZtError,
} from '@ztkit/types';
import { chooseBinding } from './binding-options.js';
import { defaultLogger, type Logger } from './logger.js';
import { parseOrbits } from './moons.js';
import { Node } from './node.js';
import { checkNodeOptions, type NodeOptions } from './node-options.js';
import { checkIdentitySecret, NodeState, publicIdentityOf, type StoredState } from './node-state.js';
import { choosePaths } from './path-options.js';
import type { PortMapper } from './port-mapping/port-mapper.js';
import { selectEngine } from './select-engine.js';
import { memoryStore } from './state-store.js';
import { worldRevision } from './stored-forms.js';

/**
 * Starts a node. Resolves when its sockets are bound and it runs; `node.whenOnline()` waits for a root.
 * Rejects with `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_INVALID_IDENTITY`, `ERR_ZT_INVALID_PLANET`, `ERR_ZT_ADDRESS_IN_USE`,
 * `ERR_ZT_ENGINE_UNAVAILABLE`, `ERR_ZT_STORE`, or the signal's reason.
 */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  checkNodeOptions(options);
  const inbox = new Inbox();
  const state = new NodeState(
    options.store ?? memoryStore(),
    (kind, detail) => inbox.warn(kind, detail),
    options.maxPeers,
  );
  await state.open();
  try {
    return await start(options, state, inbox);
  } catch (error) {
    await state.close();
    inbox.abandon(options.logger ?? defaultLogger);
    throw error;
  }
}

async function start(options: NodeOptions, state: NodeState, inbox: Inbox): Promise<Node> {
  const { signal } = options;
  const logger = options.logger ?? defaultLogger;
  const stored = await state.load();
  const planet = await choosePlanet(options.planet, stored, state);
  const engine = await selectEngine(options.engine);
  signal?.throwIfAborted();
  const identitySecret = await chooseIdentity(options, stored, state, engine, inbox);
  signal?.throwIfAborted();
  if (planet !== null && !(stored.planet instanceof Uint8Array)) await state.savePlanet(planet);
  const bind = await chooseBinding(options);
  const { allowLoopbackPaths, impairment, tcpRelay } = options;
  let mapper: PortMapper | undefined;
  const engineNode = await named(state, options, () =>
    engine.createNode({
      identitySecret,
      planet,
      bind,
      cachedPeers: stored.peers,
      cachedNetworks: stored.networks,
      ...(allowLoopbackPaths === undefined ? {} : { allowLoopbackPaths }),
      ...choosePaths(options),
      ...(impairment === undefined ? {} : { impairment }),
      ...(tcpRelay === undefined ? {} : { tcpRelay }),
      ...worldOptions(options, stored),
      onEvents: (events) => {
        inbox.receive(events);
        mapper?.notice(events);
      },
    }),
  );
  mapper = await orClose(engineNode, async () => {
    signal?.throwIfAborted();
    if (options.identity === undefined) await state.correctPublicIdentity(identitySecret);
    return options.portMapping === true ? startPortMapper(engineNode, bind, options.mappedPort, logger) : undefined;
  });
  const { onEvent } = options;
  const flush = () => inbox.flush();
  const node = new Node({
    engine: engineNode,
    engineName: engine.name,
    state,
    logger,
    onEvent,
    flush,
    endBeside: async () => mapper?.close(),
  });
  inbox.openFor(node);
  return node;
}

/** Loaded only where it is wanted: it has no place in a browser. */
async function startPortMapper(
  engine: EngineNode,
  bind: readonly Endpoint[] | InterfaceBinding,
  mappedPort: number | undefined,
  logger: Logger,
): Promise<PortMapper> {
  const { PortMapper } = await import('./port-mapping/port-mapper.js');
  return new PortMapper({
    port: 'primaryPort' in bind ? (bind.tertiaryPort ?? bind.primaryPort) : (mappedPort ?? bind[0]?.port ?? 0),
    bound: () => engine.info().bound,
    announce: (external) => engine.setExternalEndpoints(external),
    logger,
  });
}

/** Moons, and what a root may spend. */
function worldOptions({ orbit, maxPeers, relayLimits }: NodeOptions, { moons }: StoredState) {
  const orbits = parseOrbits(orbit);
  const { total = 0, perSource = 0 } = relayLimits ?? {};
  return {
    ...(moons.length === 0 ? {} : { moons }),
    ...(orbits.length === 0 ? {} : { orbits }),
    ...(maxPeers === undefined ? {} : { maxPeers }),
    ...(relayLimits === undefined ? {} : { relayLimits: { total, perSource } }),
  };
}

/** What fails after the engine started must not leave it running. */
async function orClose<T>(engineNode: EngineNode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await engineNode.close();
    throw error;
  }
}

/**
 * Holds events until the application had a chance to listen: it gets the node from a promise, so the first of them
 * are delivered one
 * turn of the event loop later.
 */
class Inbox {
  #held: NodeEvent[] | undefined = [];
  #node: Node | undefined;

  receive(events: readonly NodeEvent[]): void {
    if (this.#held === undefined) this.#node?.deliver(events);
    else this.#held.push(...events);
  }

  /** A warning of ours, among the engine's. */
  warn(kind: string, detail: string): void {
    this.receive([{ type: 'WARNING', code: Event.WARNING, kind, detail }]);
  }

  /** The start failed: what was found on the way must not be lost. */
  abandon(logger: Logger): void {
    for (const event of this.#held ?? []) {
      if (event.type === 'WARNING') logger.warn(`${event.kind}: ${event.detail}`);
    }
  }

  openFor(node: Node): void {
    this.#node = node;
    setTimeout(() => this.flush(), 0);
  }

  flush(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#node?.deliver(held);
  }
}

/**
 * A given planet goes first, unless the store has a newer revision of the same world (vl1.md §6.3). One that was
 * damaged does not end the start (`null`: the moons' roots are left); that there never was one is the caller's mistake.
 * One that is there but cannot be read may be whole: no node should leave its world because of a file's permissions.
 */
async function choosePlanet(given: Uint8Array | undefined, stored: StoredState, state: NodeState) {
  const held = stored.planet;
  if (given === undefined) {
    if (held === undefined) {
      throw new ZtError('ERR_ZT_INVALID_PLANET', `No planet was given and there is none at ${state.where('planet')}`);
    }
    if (typeof held === 'string') {
      const remedy = 'make it readable for this process, or give "planet"';
      throw new ZtError('ERR_ZT_STORE', `The planet at ${state.where('planet')} cannot be read (${held}): ${remedy}`);
    }
    if (held === null) await state.markPlanetLost();
    return held;
  }
  if (!(held instanceof Uint8Array)) return given;
  const [ours, theirs] = [worldRevision(given), worldRevision(held)];
  return theirs.id === ours.id && theirs.timestamp > ours.timestamp ? held : given;
}

/** The given identity, the stored one, or a new one, which is saved before it is used. */
async function chooseIdentity(
  options: NodeOptions,
  stored: StoredState,
  state: NodeState,
  engine: Engine,
  inbox: Inbox,
): Promise<string> {
  if (options.identity !== undefined) return checkIdentitySecret(options.identity, '"identity"');
  if (stored.identitySecret !== undefined) return stored.identitySecret;
  const secret = await engine.generateIdentity(options.signal);
  parseNodeAddress(secret.slice(0, 10));
  await state.saveIdentity(secret);
  inbox.receive([
    { type: 'STORE_IDENTITY_SECRET', code: Event.STORE_IDENTITY_SECRET, text: secret },
    { type: 'STORE_IDENTITY_PUBLIC', code: Event.STORE_IDENTITY_PUBLIC, text: publicIdentityOf(secret) },
  ]);
  return secret;
}

/** An engine does not know where bad state came from; the message must name the file. */
async function named<T>(state: NodeState, options: NodeOptions, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof ZtError)) throw cause;
    if (cause.code === 'ERR_ZT_INVALID_IDENTITY' && options.identity === undefined) {
      throw new ZtError(cause.code, `${state.where('identity.secret')} is not a valid identity; it was left as it is`, {
        cause,
      });
    }
    if (cause.code === 'ERR_ZT_INVALID_PLANET' && options.planet === undefined) {
      throw new ZtError(cause.code, `${state.where('planet')} is not a valid planet; it was left as it is`, { cause });
    }
    throw cause;
  }
}
