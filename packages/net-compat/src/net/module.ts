/** The `node:net` module's shape, bound to a network or a node. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { SocketPort } from '@ztkit/sdk';
import { connectArguments } from './arguments.js';
import { Server, type ServerOptions } from './server.js';
import { Socket, type SocketOptions } from './socket.js';

/** What {@link createNet} gives: use it where a program uses `node:net`. */
export interface Net {
  Socket: new (options?: SocketOptions) => Socket;
  Server: new (options?: ServerOptions | ((socket: Socket) => void), onConnection?: (socket: Socket) => void) => Server;
  /** `(options[, cb])` or `(port[, host][, cb])`. */
  connect(...args: unknown[]): Socket;
  createConnection(...args: unknown[]): Socket;
  createServer(options?: ServerOptions | ((socket: Socket) => void), onConnection?: (socket: Socket) => void): Server;
  isIP: typeof isIP;
  isIPv4: typeof isIPv4;
  isIPv6: typeof isIPv6;
}

/** Anything that opens sockets: a `Network` or a `Node` of the SDK. */
export interface HasSockets {
  readonly sockets: SocketPort;
}

/** `node:net` over one network (`createNet(network)`) or over all networks of a node (`createNet(node)`). */
export function createNet(owner: HasSockets): Net {
  const port = owner.sockets;
  class BoundSocket extends Socket {
    constructor(options?: SocketOptions) {
      super(port, options);
    }
  }
  class BoundServer extends Server {
    constructor(options?: ServerOptions | ((socket: Socket) => void), onConnection?: (socket: Socket) => void) {
      if (typeof options === 'function') super(port, {}, options);
      else super(port, options ?? {}, onConnection);
    }
  }
  const connect = (...args: unknown[]): Socket => {
    const { options } = connectArguments(args);
    return new BoundSocket(options as SocketOptions).connect(...args);
  };
  return {
    Socket: BoundSocket,
    Server: BoundServer,
    connect,
    createConnection: connect,
    createServer: (options, onConnection) => new BoundServer(options, onConnection),
    isIP,
    isIPv4,
    isIPv6,
  };
}
