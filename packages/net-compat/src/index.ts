/**
 * `node:net` and `node:http` over a virtual network: genuine `stream.Duplex` sockets with Node's events and error codes.
 *
 * ```ts
 * const net = createNet(network);
 * net.createServer((socket) => socket.end('hello')).listen(7);
 * net.connect(7, '10.147.17.2').pipe(process.stdout);
 * ```
 *
 * @packageDocumentation
 */
export { HttpAgent } from './http/agent.js';
export { createHttpServer, type HttpServer } from './http/server.js';
export type { ConnectOptions, ListenOptions } from './net/arguments.js';
export { createNet, type HasSockets, type Net } from './net/module.js';
export { type AddressInfo, Server, type ServerOptions } from './net/server.js';
export { Socket, type SocketOptions } from './net/socket.js';
export type { SystemError } from './system-errors.js';
