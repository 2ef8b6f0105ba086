/** The REST API as a Fastify instance. It never listens by itself: tests use `inject`, programs call `listen`. */
import Fastify, { type FastifyInstance } from 'fastify';
import { ControllerError } from '../domain/errors.js';
import type { Controller } from '../service/controller.js';
import { sendError, sendJson, sendNothing } from './answers.js';
import { Authenticator } from './auth.js';
import { addMemberRoutes } from './member-routes.js';
import { addNetworkRoutes } from './network-routes.js';
import { addServiceRoutes, type ServiceView } from './service-routes.js';

/** Largest body: a network with 1024 rules and 128 capabilities of 64 rules is some 2 MB of JSON. */
const BODY_LIMIT = 4 * 1024 * 1024;
/** A client that does not finish its request in this time is cut off, ms. */
const REQUEST_TIMEOUT_MS = 30_000;

/** What the API serves. */
export interface AppOptions {
  controller: Controller;
  /** Content of `authtoken.secret`. */
  token: string;
  /** Prefixes of clients besides loopback (controller.md §7.2). */
  allowManagementFrom?: readonly string[];
  /** A running node for `/status`, `/peer` and `/network`. Without it these paths are unknown. */
  view?: ServiceView;
  /** Told of failures behind a 500. Default: a process warning. */
  onError?(error: Error): void;
}

/**
 * Builds the API.
 * @throws ControllerError `ERR_CONTROLLER_INPUT` for an unusable token or prefix
 */
export function buildApp(options: AppOptions): FastifyInstance {
  const authenticator = new Authenticator(options.token, options.allowManagementFrom ?? []);
  const onError = options.onError ?? ((error: Error): void => process.emitWarning(error));
  const app = Fastify({ bodyLimit: BODY_LIMIT, requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });

  parseEveryBodyAsJson(app);
  app.addHook('onRequest', async (request, reply) => {
    if (!authenticator.permits(request)) return sendJson(request, reply.code(401), {});
  });
  app.setNotFoundHandler((_request, reply) => sendNothing(reply, 404));
  app.setErrorHandler((error, _request, reply) => {
    const told = sendError(reply, error);
    if (!told) onError(error instanceof Error ? error : new Error(String(error)));
  });

  addNetworkRoutes(app, options.controller);
  addMemberRoutes(app, options.controller);
  if (options.view !== undefined) addServiceRoutes(app, options.view, () => options.controller.status().clock);
  return app;
}

/** Bodies are JSON whatever their content type says (controller.md §7.3). An empty body is not JSON. */
function parseEveryBodyAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch (cause) {
      const reason =
        body.length === 0 ? 'it is empty; send at least {}' : cause instanceof Error ? cause.message : 'it is not';
      done(new ControllerError('ERR_CONTROLLER_INPUT', `The body must be JSON: ${reason}`, { cause }), undefined);
    }
  });
  app.addHook('preValidation', async (request) => {
    // Without a length and a content type Fastify reads no body at all: that is an empty one.
    const needsBody = request.method === 'POST' || request.method === 'PUT';
    if (needsBody && request.body === undefined) {
      throw new ControllerError('ERR_CONTROLLER_INPUT', 'The body must be JSON: it is empty; send at least {}');
    }
  });
}
