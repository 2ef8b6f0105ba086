/** A status of the core as the error the caller gets. */
import { codeOfStatus, Status, StatusName, ZtError } from '@ztkit/types';

const sentences: Partial<Record<keyof typeof Status, string>> = {
  INVALID_ARGUMENT: 'an argument is malformed or out of range',
  NOT_FOUND: 'no such network or socket',
  ALREADY_EXISTS: 'it exists already',
  LIMIT_REACHED: 'a limit of the node is reached',
  NOT_READY: 'the node or network is not ready',
  ADDRESS_IN_USE: 'the address and port are in use inside the virtual network',
  ADDRESS_NOT_AVAILABLE: 'the local address is not assigned to this node',
  NETWORK_UNREACHABLE: 'no joined network has a route',
  MESSAGE_TOO_BIG: 'the message is too big',
  CLOSED: 'the node is closed',
};

/** The error for a status other than OK; `what` names the operation and its subject. */
export function statusError(status: number, what: string): ZtError {
  const name = StatusName[status];
  const known = name === undefined ? undefined : sentences[name];
  const why = known ?? (name ?? `status ${status}`).toLowerCase().replaceAll('_', ' ');
  return new ZtError(codeOfStatus(status), `${what}: ${why}`);
}

/** System errors of sockets and refused options, as a raw engine rejects with them. */
export function createError(cause: unknown): ZtError {
  if (cause instanceof ZtError) return cause;
  const { code, status, message } = cause as { code?: unknown; status?: unknown; message?: unknown };
  const options = { cause };
  if (typeof status === 'number') return statusError(status, 'cannot create the node');
  if (code === 'EADDRINUSE') return new ZtError('ERR_ZT_ADDRESS_IN_USE', String(message), options);
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return new ZtError('ERR_ZT_ADDRESS_NOT_AVAILABLE', String(message), options);
  }
  if (code === 'EACCES' || code === 'EPERM') return new ZtError('ERR_ZT_ACCESS_DENIED', String(message), options);
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOBUFS' || code === 'ENOMEM') {
    return new ZtError('ERR_ZT_LIMIT_REACHED', String(message), options);
  }
  if (code === 'EINVAL') return new ZtError('ERR_ZT_INVALID_ARGUMENT', String(message), options);
  return new ZtError('ERR_ZT_INTERNAL', `cannot create the node: ${String(message)}`, options);
}

/** Throws unless OK. */
export function check(status: number, what: string): void {
  if (status !== Status.OK) throw statusError(status, what);
}
