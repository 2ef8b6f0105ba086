/**
 * Sockets without streams: what `@ztkit/net-compat` builds `node:net` and `node:dgram` on, so that no stream sits on a
 * stream. Applications use {@link TcpConnection} and {@link UdpSocket} instead.
 *
 * Everything here is synchronous. A `sink` is told about readiness; it is never called from inside a method of its own
 * handle, always from the event loop, and never concurrently.
 *
 * Reading: after {@link TcpHandle.attach} call `readInto` until it returns less than the buffer holds or
 * `undefined`; from then on
 * `onReadable` says when to go on. Writing: when `write` took less than it was given, keep the rest and go on at
 * `onWritable`. Not reading is how back-pressure is made: the receive window closes by itself.
 */
import type { Endpoint, NetworkId, SocketInfo, TcpInfo, ZtError } from '@ztkit/types';
import type { SocketOptionValues, TcpListenerOption, TcpOption, UdpOption } from './socket-options.js';

/** Everything a connection knows about itself. */
export interface ConnectionInfo extends SocketInfo, TcpInfo {}

/** What a {@link TcpHandle} tells its owner. */
export interface TcpSink {
  /** The three-way handshake is done. Not called for accepted connections: they are connected from the start. */
  onConnected?(local: Endpoint, remote: Endpoint): void;
  /** There is something to read: bytes or the end of the stream. */
  onReadable(): void;
  /** There is room again after a `write` that was cut short. */
  onWritable(): void;
  /**
   * The connection is over; called once, last. `error` is absent when both directions ended in order, otherwise
   * its `code`
   * says why (`ERR_ZT_CONNECTION_REFUSED`, `_RESET`, `_TIMED_OUT`, `_HOST_UNREACHABLE`, `ERR_ZT_NETWORK_DOWN`,
   * `ERR_ZT_CLOSED`
   * when the node closed). After an orderly end, bytes that arrived before can still be read with `readInto` until
   * `close()`; after an error they are gone.
   */
  onClosed(error: ZtError | undefined): void;
}

/** Where a {@link TcpHandle} is in its life. */
export type TcpHandleState = 'connecting' | 'open' | 'closed';

/** One TCP connection. */
export interface TcpHandle {
  readonly state: TcpHandleState;
  /** The network it runs over; `undefined` for a connection opened over all networks that is not connected yet. */
  readonly networkId: NetworkId | undefined;
  /** The port is known from the start, the address at the latest with `onConnected`. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /**
   * Sets or replaces the owner. What happened before (connected, readable, closed) is told to it in the next microtask,
   * so nothing is lost between accept and attach.
   */
  attach(sink: TcpSink): void;
  /** Bytes read into `into`; 0 at the end of the stream; `undefined`: nothing now, `onReadable` follows. */
  readInto(into: Uint8Array): number | undefined;
  /**
   * Bytes accepted, a prefix of `data`; less than given means `onWritable` follows. While connecting the answer is 0.
   * The bytes are copied: `data` may be reused at once. Throws when this side ended or the connection is over.
   */
  write(data: Uint8Array): number;
  /** Sends FIN after what was accepted. Reading goes on (half-close). Does nothing when done already. */
  shutdown(): void;
  /** Sends RST at once; `onClosed` is not called. */
  abort(): void;
  /**
   * Gives the handle up: FIN after what was accepted; unread bytes turn it into RST. No more calls of the sink.
   * Idempotent.
   */
  close(): void;
  /** Switches Nagle's algorithm off or on. Does nothing once it is over. */
  setNoDelay(on: boolean): void;
  /**
   * Idle time in ms before the first probe; 0 turns keep-alive off. As in Node.js, ten probes follow a second apart
   * (`TCP_KEEPINTVL` and `TCP_KEEPCNT`). Does nothing once it is over.
   */
  setKeepAlive(idleMs: number): void;
  /** @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, or what ended the connection */
  setOption<K extends TcpOption>(name: K, value: SocketOptionValues[K]): void;
  /** What is in force. */
  getOption<K extends TcpOption>(name: K): SocketOptionValues[K];
  /** State, queues, windows, times and counts; `undefined` once it is over. */
  info(): ConnectionInfo | undefined;
}

/** What a {@link TcpListenerHandle} tells its owner. */
export interface TcpListenerSink {
  /** A connection came in. Attach a sink, or `close()` it. */
  onConnection(handle: TcpHandle): void;
  /** The listener ended without `close()`: the network went away or the node closed. */
  onClosed(error: ZtError): void;
}

/** A TCP listener. */
export interface TcpListenerHandle {
  readonly local: Endpoint;
  /** Connections that come in later have the options of connections from the start. */
  setOption<K extends TcpListenerOption>(name: K, value: SocketOptionValues[K]): void;
  getOption<K extends TcpListenerOption>(name: K): SocketOptionValues[K];
  /** Stops listening; connections that were handed out live on. Idempotent. No more calls of the sink. */
  close(): void;
}

/** What a {@link UdpHandle} tells its owner. */
export interface UdpSink {
  /** Datagrams wait: `receiveInto` until it returns `undefined`. */
  onReadable(): void;
  /** An ICMP error for a datagram sent to `remote`. The socket stays usable. */
  onError(error: ZtError, remote: Endpoint): void;
  /** The socket ended without `close()`: the network went away or the node closed. */
  onClosed(error: ZtError): void;
}

/** A received datagram's size (cut to the buffer) and endpoints. */
export interface ReceivedDatagram {
  size: number;
  from: Endpoint;
  to: Endpoint;
}

/** A UDP socket. */
export interface UdpHandle {
  /** Where it is bound; completed while connected. */
  readonly local: Endpoint;
  /** The peer while connected. */
  readonly remote: Endpoint | undefined;
  /** Fixes the peer: only it is heard, `send` needs no address. `undefined`: any peer again. */
  connect(remote: Endpoint | undefined): void;
  /** False: the transmit queue is full and the datagram was dropped, as UDP may. Without `to`: to the peer. */
  send(data: Uint8Array, to?: Endpoint): boolean;
  receiveInto(into: Uint8Array): ReceivedDatagram | undefined;
  /** Hears a multicast group on a network: the socket's own, or `networkId`, or the first with that family. */
  join(group: string, networkId?: NetworkId): void;
  leave(group: string, networkId?: NetworkId): void;
  setOption<K extends UdpOption>(name: K, value: SocketOptionValues[K]): void;
  getOption<K extends UdpOption>(name: K): SocketOptionValues[K];
  /** Idempotent. No more calls of the sink. */
  close(): void;
}

/** Options of {@link SocketPort.openTcp}. */
export interface TcpOpenOptions {
  remote: Endpoint;
  /** Own address and port; left out or `''` and 0: chosen. */
  local?: Partial<Endpoint>;
  /** How long the handshake may take; 0 or absent: the stack's default (30 s). */
  timeoutMs?: number;
}

/** Options of {@link SocketPort.openTcpListener}. */
export interface TcpListenOptions {
  /** 0: any free port. */
  port: number;
  /** One of the node's addresses; absent: all of them. `'0.0.0.0'` all IPv4, `'::'` all IPv6 addresses. */
  address?: string;
  /** Connections not yet handed out, 1..65535; default 128. */
  backlog?: number;
}

/** Options of {@link SocketPort.openUdp}. */
export interface UdpOpenOptions {
  /** 0 or absent: any free port. */
  port?: number;
  address?: string;
}

/** Opens sockets over one network (`network.sockets`) or over all networks of a node (`node.sockets`). */
export interface SocketPort {
  /** The network sockets are opened over; `undefined`: all. */
  readonly networkId: NetworkId | undefined;
  /**
   * Starts to connect; the handle is `connecting`. Throws a ZtError when that cannot even start (no route, no
   * port).
   */
  openTcp(options: TcpOpenOptions): TcpHandle;
  openTcpListener(options: TcpListenOptions, sink: TcpListenerSink): TcpListenerHandle;
  openUdp(options: UdpOpenOptions, sink: UdpSink): UdpHandle;
}
