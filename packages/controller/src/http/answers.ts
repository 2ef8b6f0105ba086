/** The form of every answer (controller.md §7.3). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ControllerError, type ControllerErrorCode } from '../domain/errors.js';
import { canonicalText } from '../domain/json.js';

/** Names a `jsonp` parameter may have: anything else could be script of somebody else's making. */
const CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;

const STATUS: Readonly<Record<ControllerErrorCode, number>> = {
  // The original answers 500 where a body is unusable; clients know it that way (controller.md §7.3, §8).
  ERR_CONTROLLER_INPUT: 500,
  ERR_CONTROLLER_FOREIGN_NETWORK: 400,
  ERR_CONTROLLER_NOT_FOUND: 404,
  ERR_CONTROLLER_FULL: 503,
  ERR_CONTROLLER_STORE: 500,
  ERR_CONTROLLER_CLOSED: 503,
};

/**
 * A parameter of the query, or `null`. The target of a request is anything a client cares to send, so it is not
 * taken for a URL: that would throw for `//`.
 */
export function queryParameter(request: FastifyRequest, name: string): string | null {
  const start = request.url.indexOf('?');
  return start < 0 ? null : new URLSearchParams(request.url.slice(start + 1)).get(name);
}

/** JSON with sorted keys, or a call of the function named by `jsonp`. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown, indent?: string): FastifyReply {
  const text = canonicalText(value, indent);
  const callback = queryParameter(request, 'jsonp');
  if (callback === null) return reply.header('content-type', 'application/json').send(Buffer.from(text));
  if (!CALLBACK.test(callback)) {
    return sendFailure(reply, 400, 'The jsonp parameter must be the name of a function');
  }
  return reply.header('content-type', 'application/javascript').send(Buffer.from(`${callback}(${text});`));
}

/** A status without a body. */
export function sendNothing(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).send();
}

/** `{"error":…,"description":…}`. */
export function sendFailure(reply: FastifyReply, status: number, description: string): FastifyReply {
  const body = Buffer.from(canonicalText({ error: status, description }));
  return reply.code(status).header('content-type', 'application/json').send(body);
}

/** Answers for an error that a route threw. True: it was ours or the client's and is fully told in the answer. */
export function sendError(reply: FastifyReply, error: unknown): boolean {
  if (error instanceof ControllerError) {
    const status = STATUS[error.code];
    if (status === 404) sendNothing(reply, status);
    else sendFailure(reply, status, error.message);
    return error.code !== 'ERR_CONTROLLER_STORE';
  }
  const status = clientStatus(error);
  if (status !== undefined && error instanceof Error) {
    sendFailure(reply, status, error.message);
    return true;
  }
  sendFailure(reply, 500, 'Internal error; the log of the controller has the details');
  return false;
}

/** The status of an error that the HTTP layer blames on the client (a body that is too large, for one). */
function clientStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
