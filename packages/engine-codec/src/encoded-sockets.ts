/** The socket half of an {@link EngineNode} over a {@link RawNode}. */
import type { Endpoint, OpenedSocket, SocketHandle, SocketInfo } from '@ztkit/types';
import { Command, Status, SocketOption } from '@ztkit/types';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readEndpoint, writeEndpoint, writeIp } from './fields.js';
import type { RawNode } from './raw-node.js';
import { Requester } from './request.js';
import { readSocketInfo } from './socket-info.js';
import { statusError } from './status-error.js';

/** Two encoded endpoints of the longest form, with room. */
const ENDPOINTS_BYTES = 64;

export class EncodedSockets {
  protected readonly raw: RawNode;
  protected readonly requests: Requester;
  readonly #to = new ByteWriter(32);
  readonly #endpoints = new Uint8Array(ENDPOINTS_BYTES);

  constructor(raw: RawNode) {
    this.raw = raw;
    this.requests = new Requester(raw);
  }

  tcpConnect(network: bigint, local: Endpoint, remote: Endpoint, timeoutMs: number): OpenedSocket {
    return this.#open(Command.TCP_CONNECT, `cannot connect to ${remote.address} port ${remote.port}`, (out) => {
      out.u64(network);
      writeEndpoint(out, local);
      writeEndpoint(out, remote);
      out.u32(timeoutMs);
    });
  }

  tcpListen(network: bigint, local: Endpoint, backlog: number): OpenedSocket {
    return this.#open(Command.TCP_LISTEN, `cannot listen on ${local.address} port ${local.port}`, (out) => {
      out.u64(network);
      writeEndpoint(out, local);
      out.u32(backlog);
    });
  }

  tcpWrite(socket: SocketHandle, data: Uint8Array): number {
    const taken = this.raw.tcpWrite(socket, data);
    if (taken >= 0) return taken;
    if (taken === -Status.WOULD_BLOCK) return 0;
    throw statusError(-taken, `cannot write to socket ${socket}`);
  }

  tcpRead(socket: SocketHandle, into: Uint8Array): number | undefined {
    const size = this.raw.tcpRead(socket, into);
    if (size >= 0) return size;
    if (size === -Status.WOULD_BLOCK) return undefined;
    throw statusError(-size, `cannot read from socket ${socket}`);
  }

  tcpShutdown(socket: SocketHandle): void {
    this.requests.send(Command.TCP_SHUTDOWN, `cannot shut down socket ${socket}`, (out) => out.u32(socket));
  }

  tcpAbort(socket: SocketHandle): void {
    this.requests.send(Command.TCP_ABORT, `cannot abort socket ${socket}`, (out) => out.u32(socket));
  }

  tcpSetNoDelay(socket: SocketHandle, on: boolean): void {
    this.#setOption(socket, SocketOption.TCP_NODELAY, on ? 1n : 0n);
  }

  tcpSetKeepAlive(socket: SocketHandle, idleMs: number): void {
    if (idleMs > 0) {
      // Node.js knows the first wait only: the others are what libuv sets, a second between ten probes.
      this.#setOption(socket, SocketOption.TCP_KEEPIDLE, BigInt(idleMs));
      this.#setOption(socket, SocketOption.TCP_KEEPINTVL, 1000n);
      this.#setOption(socket, SocketOption.TCP_KEEPCNT, 10n);
    }
    this.#setOption(socket, SocketOption.SO_KEEPALIVE, idleMs > 0 ? 1n : 0n);
  }

  udpBind(network: bigint, local: Endpoint): OpenedSocket {
    return this.#open(Command.UDP_BIND, `cannot bind UDP ${local.address} port ${local.port}`, (out) => {
      out.u64(network);
      writeEndpoint(out, local);
    });
  }

  udpSend(socket: SocketHandle, to: Endpoint, data: Uint8Array): boolean {
    writeEndpoint(this.#to.clear(), to);
    const result = this.raw.udpSend(socket, this.#to.written, data);
    if (result >= 0) return true;
    if (result === -Status.WOULD_BLOCK) return false;
    throw statusError(-result, `cannot send to ${to.address} port ${to.port}`);
  }

  udpReceive(socket: SocketHandle, into: Uint8Array): { size: number; from: Endpoint; to: Endpoint } | undefined {
    const size = this.raw.udpReceive(socket, into, this.#endpoints);
    if (size === -Status.WOULD_BLOCK) return undefined;
    if (size < 0) throw statusError(-size, `cannot receive on socket ${socket}`);
    const input = new ByteReader(this.#endpoints);
    return { size, from: readEndpoint(input), to: readEndpoint(input) };
  }

  socketClose(socket: SocketHandle): void {
    const { status } = this.requests.attempt(Command.SOCKET_CLOSE, (out) => out.u32(socket));
    // Unknown handles are ignored by contract; so is a node that has ended, with all its sockets.
    if (status !== Status.OK && status !== Status.NOT_FOUND && status !== Status.CLOSED) {
      throw statusError(status, `cannot close socket ${socket}`);
    }
  }

  socketInfo(socket: SocketHandle): SocketInfo | undefined {
    const { status, body } = this.requests.attempt(Command.SOCKET_INFO, (out) => out.u32(socket));
    if (status === Status.NOT_FOUND) return undefined;
    if (status !== Status.OK) throw statusError(status, `cannot look at socket ${socket}`);
    return readSocketInfo(body);
  }

  ping(network: bigint, to: string, token: number, payloadSize: number, timeoutMs: number): void {
    this.requests.send(Command.PING, `cannot ping ${to}`, (out) => {
      out.u64(network);
      writeIp(out, to);
      out.u32(token).u16(payloadSize).u32(timeoutMs);
    });
  }

  #open(op: number, what: string, write: (out: ByteWriter) => void): OpenedSocket {
    const body = this.requests.send(op, what, write);
    return { socket: body.u32(), local: readEndpoint(body) };
  }

  #setOption(socket: SocketHandle, option: number, value: bigint): void {
    this.requests.send(Command.SOCKET_SET_OPTION, `cannot set an option of socket ${socket}`, (out) =>
      out.u32(socket).u8(option).i64(value),
    );
  }
}
