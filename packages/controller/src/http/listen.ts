/** Has a server of HTTP listen, with a message for people when it cannot. */
import type { Endpoint } from '@ztkit/types';
import type { FastifyInstance } from 'fastify';
import { ControllerError } from '../domain/errors.js';

/**
 * Where it listens: port 0 becomes the port the system gave.
 * @param what - Names the server in the message, as the beginning of a sentence: `The REST API`.
 * @param option - The option of the command that chooses another place.
 * @throws ControllerError `ERR_CONTROLLER_INPUT`: the place is taken, or not on this machine.
 */
export async function listen(
  app: FastifyInstance,
  { address, port }: Endpoint,
  what: string,
  option: string,
): Promise<Endpoint> {
  try {
    await app.listen({ host: address, port });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${what} cannot listen: ${reason} (choose another place with ${option})`;
    throw new ControllerError('ERR_CONTROLLER_INPUT', message, { cause });
  }
  const bound = app.server.address();
  return { address, port: typeof bound === 'object' && bound !== null ? bound.port : port };
}
