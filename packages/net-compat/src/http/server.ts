/** An unmodified `http.Server` fed with connections of a virtual network. */
import {
  createServer as createNodeServer,
  type Server as NodeHttpServer,
  type RequestListener,
  type ServerOptions,
} from 'node:http';
import type { Net } from '../net/module.js';
import type { Server } from '../net/server.js';

/** A Node HTTP server and the listener that feeds it. */
export interface HttpServer {
  /** Node's own server: routes, upgrades (`ws`), timeouts. Its own `listen` is never called. */
  readonly http: NodeHttpServer;
  /** The listener: `listen`, `address`, `close`. */
  readonly net: Server;
  /** As `server.listen`. */
  listen(...args: unknown[]): this;
  /** Stops accepting, ends idle keep-alive connections, waits for the busy ones. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `http.createServer` over a network. */
export function createHttpServer(net: Net, listener?: RequestListener, options: ServerOptions = {}): HttpServer {
  const http = createNodeServer(options, listener);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => http.emit('connection', socket));
  server.on('error', (error) => http.emit('error', error));
  // Node's server keeps track of its connections, for its timeouts and for closing idle ones, from this event on.
  server.on('listening', () => http.emit('listening'));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    http.closeIdleConnections();
    await closed;
    http.close(); // ends the timer of that tracking
  };
  return {
    http,
    net: server,
    listen(...args) {
      server.listen(...args);
      return this;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
