/** The call forms of `net.connect` and `server.listen`, brought to one shape (as `lib/net.js` does). */
import type { LookupFunction } from 'node:net';
import { argumentError } from '../system-errors.js';

/** Options of `connect`, the ones of `node:net` that make sense here. */
export interface ConnectOptions {
  port: number;
  /** IPv4 or IPv6 text, or a name for `lookup`. Default `localhost` (the stack's own loopback). */
  host?: string;
  localAddress?: string;
  localPort?: number;
  /** 4 or 6: which family a name should give. */
  family?: number;
  /** How names become addresses. Without it only addresses and `localhost` are known. */
  lookup?: LookupFunction;
  noDelay?: boolean;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
  /** Milliseconds of inactivity before `'timeout'`. */
  timeout?: number;
}

/** Options of `listen`. */
export interface ListenOptions {
  port?: number;
  host?: string;
  /** 1..65535, default 511 as in Node. */
  backlog?: number;
  signal?: AbortSignal;
}

type Callback = () => void;

/** A port as a number 0..65535, or Node's error. */
export function checkPort(port: unknown, name = 'Port'): number {
  const number = typeof port === 'string' && port.trim() !== '' ? Number(port) : port;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 65535) {
    const text = `${name} should be >= 0 and < 65536. Received ${typeof port} (${String(port)}).`;
    throw argumentError('ERR_SOCKET_BAD_PORT', text);
  }
  return number;
}

/** Milliseconds of a timeout, not negative and finite, or Node's error. */
export function checkTimeout(timeoutMs: unknown): number {
  if (typeof timeoutMs !== 'number') {
    throw argumentError('ERR_INVALID_ARG_TYPE', `The "msecs" argument must be of type number, not ${typeof timeoutMs}`);
  }
  if (timeoutMs >= 0 && timeoutMs < Number.POSITIVE_INFINITY) return timeoutMs;
  const text = `The value of "msecs" is out of range. It must be a non-negative finite number. Received ${timeoutMs}`;
  throw argumentError('ERR_OUT_OF_RANGE', text);
}

function splitCallback(args: readonly unknown[]): { rest: readonly unknown[]; callback: Callback | undefined } {
  const last = args.at(-1);
  if (typeof last === 'function') return { rest: args.slice(0, -1), callback: last as Callback };
  return { rest: args, callback: undefined };
}

/** `connect(options[, cb])`, `connect(port[, host][, cb])`. Paths (IPC) are refused. */
export function connectArguments(args: readonly unknown[]): {
  options: ConnectOptions;
  callback: Callback | undefined;
} {
  const { rest, callback } = splitCallback(args);
  const [first, host] = rest;
  if (typeof first === 'object' && first !== null) {
    const options = first as ConnectOptions & { path?: string | null };
    if (typeof options.path === 'string' && options.port === undefined) {
      throw argumentError('ERR_INVALID_ARG_TYPE', 'A virtual network has no IPC paths: give a port and a host');
    }
    if (options.port === undefined) {
      throw argumentError('ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified');
    }
    return { options: { ...options, port: checkPort(options.port) }, callback };
  }
  const options: ConnectOptions = { port: checkPort(first) };
  if (typeof host === 'string') options.host = host;
  return { options, callback };
}

/** `listen(options[, cb])`, `listen([port[, host[, backlog]]][, cb])`. */
export function listenArguments(args: readonly unknown[]): { options: ListenOptions; callback: Callback | undefined } {
  const { rest, callback } = splitCallback(args);
  const [first, second, third] = rest;
  if (typeof first === 'object' && first !== null) {
    const options = first as ListenOptions & { path?: string };
    if (options.path !== undefined) {
      throw argumentError('ERR_INVALID_ARG_TYPE', 'A virtual network has no IPC paths: give a port and a host');
    }
    return { options: { ...options, port: checkPort(options.port ?? 0, 'options.port') }, callback };
  }
  const options: ListenOptions = { port: checkPort(first ?? 0, 'options.port') };
  if (typeof second === 'string') options.host = second;
  const backlog = typeof second === 'number' ? second : third;
  if (typeof backlog === 'number') options.backlog = backlog;
  return { options, callback };
}
