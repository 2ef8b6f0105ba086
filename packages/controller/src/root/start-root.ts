/** `ztkit root`: a node that is a root of its own planet or moon, and its metrics, until a signal comes. */
import { readFile } from 'node:fs/promises';
import { createNode, fileStore, type Node } from '@ztkit/sdk';
import type { Endpoint } from '@ztkit/types';
import Fastify from 'fastify';
import { type LogLevel, makeLogger } from '../cli/log.js';
import { ControllerError } from '../domain/errors.js';
import { makeMetrics } from './metrics.js';
import { ensureIdentity, ensureWorld, type OwnWorldOptions } from './own-world.js';

/** Options of the command, checked. */
export interface RootOptions extends OwnWorldOptions {
  bind: readonly string[];
  /** With a moon: the planet to live in, when the home directory has none. */
  planet?: string;
  metrics?: Endpoint;
  /** Bytes per second, 0: no limit. */
  relayLimit: number;
  relayLimitPerSource: number;
  maxPeers: number;
  logLevel: LogLevel;
  engine: 'auto' | 'native' | 'wasm';
}

/** A started root. */
export interface RunningRoot {
  node: Node;
  /** Where metrics are served, if they are. */
  metrics: Endpoint | undefined;
  close(): Promise<void>;
}

/** Starts the node and its metrics and prints what others need to know; ends what was started when a part fails. */
export async function startRoot(options: RootOptions, print: (text: string) => void): Promise<RunningRoot> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    if (options.port === 0 && options.endpoint.length === 0) {
      throw new ControllerError('ERR_CONTROLLER_INPUT', 'A root needs a fixed --port, which its world names');
    }
    const planet =
      options.world === 'moon' && options.planet !== undefined ? await readPlanet(options.planet) : undefined;
    const world = await ensureWorld(await ensureIdentity(options.home), options);
    const node = await startNode(options, planet);
    undo.push(() => node.close());
    print(`address ${node.address}`);
    print(`${options.world} ${world.id}${world.changed ? ' (new definition)' : ''}: ${world.path}`);
    for (const endpoint of world.endpoints) print(`endpoint ${endpoint}`);
    if (world.endpoints.length === 0) print('no endpoint: name where others reach it with --endpoint');
    const metrics = options.metrics === undefined ? undefined : await serveMetrics(node, options.metrics, undo);
    if (metrics !== undefined) print(`metrics http://${hostOf(metrics)}:${metrics.port}/metrics`);
    print('running');
    return { node, metrics, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startNode(options: RootOptions, planet: Uint8Array | undefined): Promise<Node> {
  const { home, port, bind, allowLoopback, engine, maxPeers, relayLimit, relayLimitPerSource } = options;
  return createNode({
    store: fileStore(home),
    engine,
    logger: makeLogger(options.logLevel),
    maxPeers,
    relayLimits: { total: relayLimit, perSource: relayLimitPerSource },
    ...(planet === undefined ? {} : { planet }),
    ...(bind.length === 0 ? { port } : { bind: bind.map((address) => ({ address, port })) }),
    allowLoopbackPaths: allowLoopback,
  });
}

async function readPlanet(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `The planet could not be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function serveMetrics(node: Node, at: Endpoint, undo: (() => Promise<unknown>)[]): Promise<Endpoint> {
  const registry = makeMetrics(node);
  const app = Fastify({ forceCloseConnections: true });
  undo.push(() => app.close());
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  try {
    await app.listen({ host: at.address, port: at.port });
  } catch (cause) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `Metrics cannot be served: ${(cause as Error).message}`, {
      cause,
    });
  }
  const bound = app.server.address();
  return { address: at.address, port: typeof bound === 'object' && bound !== null ? bound.port : at.port };
}

function hostOf({ address }: Endpoint): string {
  return address.includes(':') ? `[${address}]` : address;
}
