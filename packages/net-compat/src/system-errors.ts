/** Node's own error shape for what the stack reports: `code`, `errno`, `syscall`, `address`, `port`. */
import { constants } from 'node:os';
import { ZtError, type ZtErrorCode } from '@ztkit/types';

/** An error as `node:net` emits it. */
export interface SystemError extends Error {
  code: string;
  errno: number;
  syscall: string;
  address?: string;
  port?: number;
}

const systemCodes: Partial<Record<ZtErrorCode, keyof typeof constants.errno>> = {
  ERR_ZT_ACCESS_DENIED: 'EACCES',
  ERR_ZT_ADDRESS_IN_USE: 'EADDRINUSE',
  ERR_ZT_ADDRESS_NOT_AVAILABLE: 'EADDRNOTAVAIL',
  ERR_ZT_ALREADY_CONNECTED: 'EISCONN',
  ERR_ZT_BROKEN_PIPE: 'EPIPE',
  ERR_ZT_CLOSED: 'ECONNABORTED',
  ERR_ZT_CONNECTION_ABORTED: 'ECONNABORTED',
  ERR_ZT_CONNECTION_REFUSED: 'ECONNREFUSED',
  ERR_ZT_CONNECTION_RESET: 'ECONNRESET',
  ERR_ZT_HOST_UNREACHABLE: 'EHOSTUNREACH',
  ERR_ZT_INVALID_ARGUMENT: 'EINVAL',
  ERR_ZT_LIMIT_REACHED: 'EMFILE',
  ERR_ZT_MESSAGE_TOO_BIG: 'EMSGSIZE',
  ERR_ZT_NETWORK_DOWN: 'ENETDOWN',
  ERR_ZT_NETWORK_UNREACHABLE: 'ENETUNREACH',
  ERR_ZT_NOT_CONNECTED: 'ENOTCONN',
  ERR_ZT_NOT_READY: 'ENETUNREACH',
  ERR_ZT_TIMED_OUT: 'ETIMEDOUT',
};

/** Builds the error libuv would give for this code, e.g. `connect ECONNREFUSED 10.0.0.1:80`. */
export function systemError(
  code: keyof typeof constants.errno,
  syscall: string,
  address?: string,
  port?: number,
  cause?: unknown,
): SystemError {
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  const error = new Error(`${syscall} ${code}${where}`, cause === undefined ? undefined : { cause });
  const fields: Partial<SystemError> = { errno: -constants.errno[code], code, syscall };
  if (address !== undefined) fields.address = address;
  if (port !== undefined) fields.port = port;
  return Object.assign(error, fields) as SystemError;
}

/** Translates what the SDK throws or reports. Anything that is not a {@link ZtError} is passed through. */
export function toSystemError(error: unknown, syscall: string, address?: string, port?: number): Error {
  if (!(error instanceof ZtError)) return error instanceof Error ? error : new Error(String(error));
  const code = systemCodes[error.code];
  return code === undefined ? error : systemError(code, syscall, address, port, error);
}

/** What `dns.lookup` gives for a name that does not exist. */
export function notFoundError(hostname: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return Object.assign(error, { errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname });
}

/** An argument error with Node's code and class. */
export function argumentError(
  code: 'ERR_INVALID_ARG_TYPE' | 'ERR_SOCKET_BAD_PORT' | 'ERR_MISSING_ARGS' | 'ERR_OUT_OF_RANGE',
  text: string,
): Error {
  const isRange = code === 'ERR_SOCKET_BAD_PORT' || code === 'ERR_OUT_OF_RANGE';
  const error = isRange ? new RangeError(text) : new TypeError(text);
  return Object.assign(error, { code });
}

/** A state error with Node's code. */
export function stateError(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
