/** `ztkit-controller start`: a node, a controller on it, and the REST API, until a signal comes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createNode, fileStore, type Node } from '@ztkit/sdk';
import type { Endpoint } from '@ztkit/types';
import type { FastifyInstance } from 'fastify';
import { ControllerError } from '../domain/errors.js';
import { buildApp } from '../http/app.js';
import { type Controller, createController } from '../service/controller.js';
import { SqliteStore } from '../store/sqlite-store.js';
import { ensureHome, ensureToken, writePort } from './home.js';
import { type LogLevel, makeLogger } from './log.js';

/** Options of the command, checked. */
export interface StartOptions {
  home: string;
  /** Local UDP port. */
  port: number;
  /** Local UDP addresses; none: all. */
  bind: readonly string[];
  http: Endpoint;
  /** Planet file; not needed when the home directory has one. */
  planet?: string;
  /** Database file; default `controller.db` in the home directory. */
  db?: string;
  allowLoopback: boolean;
  allowManagementFrom: readonly string[];
  logLevel: LogLevel;
  engine: 'auto' | 'native' | 'wasm';
}

/** A started controller. */
export interface RunningController {
  node: Node;
  controller: Controller;
  app: FastifyInstance;
  /** Where the REST API listens. */
  api: Endpoint;
  /** Ends everything in order: no new calls, no new requests, records safe, node gone. */
  close(): Promise<void>;
}

/** Starts everything; what was started is ended again when a later part fails. */
export async function start(options: StartOptions): Promise<RunningController> {
  const logger = makeLogger(options.logLevel);
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await ensureHome(options.home);
    const token = await ensureToken(options.home);
    const node = await startNode(options, logger);
    undo.push(() => node.close());
    const onError = (error: Error): void => logger.error(error.message);
    const store = new SqliteStore(options.db ?? join(options.home, 'controller.db'));
    undo.push(() => store.close());
    const controller = await createController({ node, store, onError });
    undo.push(() => controller.close());
    const view = {
      info: () => node.info(),
      peers: () => node.peers(),
      networks: () => node.networks.map(({ info }) => info),
    };
    const app = buildApp({ controller, token, view, onError, allowManagementFrom: options.allowManagementFrom });
    undo.push(() => app.close());
    const api = await listen(app, options.http);
    await writePort(options.home, api.port);
    logger.info(`controller ${node.address}: REST API on ${api.address} port ${api.port}, token in ${options.home}`);
    return { node, controller, app, api, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startNode(options: StartOptions, logger: ReturnType<typeof makeLogger>): Promise<Node> {
  const { home, port, bind, allowLoopback, engine } = options;
  const planet = options.planet === undefined ? undefined : await readPlanet(options.planet);
  return createNode({
    store: fileStore(home),
    engine,
    logger,
    ...(planet === undefined ? {} : { planet }),
    ...(bind.length === 0 ? { port } : { bind: bind.map((address) => ({ address, port })) }),
    allowLoopbackPaths: allowLoopback,
  });
}

async function readPlanet(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('ERR_CONTROLLER_INPUT', `The planet file could not be read: ${reason}`, { cause });
  }
}

async function listen(app: FastifyInstance, { address, port }: Endpoint): Promise<Endpoint> {
  try {
    await app.listen({ host: address, port });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError(
      'ERR_CONTROLLER_INPUT',
      `The REST API cannot listen: ${reason} (choose another with --http)`,
      { cause },
    );
  }
  const bound = app.server.address();
  return { address, port: typeof bound === 'object' && bound !== null ? bound.port : port };
}
