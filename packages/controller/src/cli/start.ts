/** `ztkit-controller start`: a node, a controller on it, and the REST API, until a signal comes. */
import { join } from 'node:path';
import type { Node } from '@ztkit/sdk';
import type { Endpoint } from '@ztkit/types';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../http/app.js';
import { listen } from '../http/listen.js';
import { type Controller, createController } from '../service/controller.js';
import { SqliteStore } from '../store/sqlite-store.js';
import { ensureHome, ensureToken, writePort } from './home.js';
import { type LogLevel, makeLogger } from './log.js';
import { type ServiceNodeOptions, startServiceNode } from './service-node.js';

/** Options of the command, checked. */
export interface StartOptions extends ServiceNodeOptions {
  http: Endpoint;
  /** Database file; default `controller.db` in the home directory. */
  db?: string;
  allowManagementFrom: readonly string[];
  logLevel: LogLevel;
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
    const node = await startServiceNode(options, { logger });
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
    const api = await listen(app, options.http, 'The REST API', '--http');
    await writePort(options.home, api.port);
    logger.info(`controller ${node.address}: REST API on ${api.address} port ${api.port}, token in ${options.home}`);
    return { node, controller, app, api, close };
  } catch (error) {
    await close();
    throw error;
  }
}
