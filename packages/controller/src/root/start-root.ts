/** `ztkit root`: a node that is a root of its own planet or moon, and its metrics, until a signal comes. */
import type { Node, StateStore } from '@ztkit/sdk';
import type { Endpoint } from '@ztkit/types';
import Fastify from 'fastify';
import { type LogLevel, makeLogger } from '../cli/log.js';
import { type ServiceNodeOptions, startServiceNode } from '../cli/service-node.js';
import { ControllerError } from '../domain/errors.js';
import { listen } from '../http/listen.js';
import { openHome } from './locked-home.js';
import { makeMetrics } from './metrics.js';
import { ensureIdentity, ensureWorld, type OwnWorldOptions } from './own-world.js';

/** Options of the command, checked. */
export interface RootOptions extends OwnWorldOptions, ServiceNodeOptions {
  metrics?: Endpoint;
  /** Bytes per second, 0: no limit. */
  relayLimit: number;
  relayLimitPerSource: number;
  maxPeers: number;
  logLevel: LogLevel;
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
    const store = await openHome(options.home);
    undo.push(async () => store.close?.());
    const world = await ensureWorld(store, await ensureIdentity(store), options);
    const node = await startNode(options, store);
    undo.push(() => node.close());
    print(`address ${node.address}`);
    print(`${options.world} ${world.id}${world.signed === undefined ? '' : ` (${world.signed})`}: ${world.path}`);
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

/** The planet file is for a moon's root alone: the root of a planet has just written its own. */
function startNode({ planet, ...options }: RootOptions, store: StateStore): Promise<Node> {
  const { maxPeers, relayLimit, relayLimitPerSource, logLevel } = options;
  const lives = options.world === 'moon' && planet !== undefined ? { ...options, planet } : options;
  const relayLimits = { total: relayLimit, perSource: relayLimitPerSource };
  return startServiceNode(lives, { store, logger: makeLogger(logLevel), maxPeers, relayLimits });
}

async function serveMetrics(node: Node, at: Endpoint, undo: (() => Promise<unknown>)[]): Promise<Endpoint> {
  const registry = makeMetrics(node);
  const app = Fastify({ forceCloseConnections: true });
  undo.push(() => app.close());
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return listen(app, at, 'The metrics server', '--metrics');
}

function hostOf({ address }: Endpoint): string {
  return address.includes(':') ? `[${address}]` : address;
}
