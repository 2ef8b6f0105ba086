/** What an engine tells the core of its sockets (HOST_PROTOCOL.md §3). */
import { Command, type Endpoint, Status } from '@ztkit/types';
import { writeEndpoint } from './fields.js';
import type { RawNode } from './raw-node.js';
import { Requester } from './request.js';
import { check } from './status-error.js';

/** A UDP socket: its number, never used again while the node lives, and where it is bound. */
export interface LocalSocket {
  readonly number: number;
  readonly local: Endpoint;
}

/**
 * Sends both lists. False: the node cannot take them yet, it makes its identity; NODE_UP is the time to try again.
 * After the node's end nothing happens.
 */
export function tellLocalSockets(
  raw: RawNode,
  sockets: readonly LocalSocket[],
  endpoints: readonly Endpoint[],
): boolean {
  const requests = new Requester(raw);
  const first = requests.attempt(Command.SET_LOCAL_SOCKETS, (out) => {
    out.list(sockets, ({ number, local }) => {
      out.u32(number);
      writeEndpoint(out, local);
    });
  });
  const second = requests.attempt(Command.SET_LOCAL_ENDPOINTS, (out) => {
    out.list(endpoints, (endpoint) => writeEndpoint(out, endpoint));
  });
  if (first.status === Status.NOT_READY) return false;
  if (first.status === Status.CLOSED) return true;
  check(first.status, 'cannot tell the local sockets');
  check(second.status, 'cannot tell the local endpoints');
  return true;
}
