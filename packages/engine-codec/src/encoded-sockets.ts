/** The socket half of an {@link EngineNode} over a {@link RawNode}. */
import type { Endpoint, OpenedSocket, SocketHandle, SocketInfo, SocketOptionKey, TcpInfo } from '@ztkit/types';
import { Command, SocketOption, Status } from '@ztkit/types';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readEndpoint, writeEndpoint, writeIp } from './fields.js';
import type { RawNode } from './raw-node.js';
import { Requester } from './request.js';
import { readSocketInfo } from './socket-info.js';
import { check, statusError } from './status-error.js';
import { readTcpInfo } from './tcp-info.js';

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

  tcpInfo(socket: SocketHandle): TcpInfo | undefined {
    const { status, body } = this.requests.attempt(Command.TCP_INFO, (out) => out.u32(socket));
    if (status === Status.NOT_FOUND) return undefined;
    check(status, `cannot look at connection ${socket}`);
    return readTcpInfo(body);
  }

  setSocketOption(socket: SocketHandle, option: SocketOptionKey, value: number): void {
    this.requests.send(Command.SOCKET_SET_OPTION, `cannot set ${option} of socket ${socket} to ${value}`, (out) =>
      out.u32(socket).u8(SocketOption[option]).i64(BigInt(value)),
    );
  }

  getSocketOption(socket: SocketHandle, option: SocketOptionKey): number {
    const body = this.requests.send(Command.SOCKET_GET_OPTION, `cannot read ${option} of socket ${socket}`, (out) =>
      out.u32(socket).u8(SocketOption[option]),
    );
    return Number(body.i64());
  }

  udpBind(network: bigint, local: Endpoint): OpenedSocket {
    return this.#open(Command.UDP_BIND, `cannot bind UDP ${local.address} port ${local.port}`, (out) => {
      out.u64(network);
      writeEndpoint(out, local);
    });
  }

  udpConnect(socket: SocketHandle, remote: Endpoint): Endpoint {
    const what = remote.address === '' ? `cannot disconnect socket ${socket}` : `cannot connect to ${remote.address}`;
    const body = this.requests.send(Command.UDP_CONNECT, what, (out) => {
      out.u32(socket);
      writeEndpoint(out, remote);
    });
    return readEndpoint(body);
  }

  udpSend(socket: SocketHandle, to: Endpoint, data: Uint8Array): boolean {
    writeEndpoint(this.#to.clear(), to);
    const result = this.raw.udpSend(socket, this.#to.written, data);
    if (result >= 0) return true;
    if (result === -Status.WOULD_BLOCK) return false;
    const where = to.address === '' ? 'to the peer' : `to ${to.address} port ${to.port}`;
    throw statusError(-result, `cannot send ${where}`);
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

  groupJoin(socket: SocketHandle, network: bigint, group: string): void {
    this.#group(Command.GROUP_JOIN, `cannot join ${group}`, socket, network, group);
  }

  groupLeave(socket: SocketHandle, network: bigint, group: string): void {
    this.#group(Command.GROUP_LEAVE, `cannot leave ${group}`, socket, network, group);
  }

  ping(network: bigint, to: string, token: number, payloadSize: number, timeoutMs: number): void {
    this.requests.send(Command.PING, `cannot ping ${to}`, (out) => {
      out.u64(network);
      writeIp(out, to);
      out.u32(token).u16(payloadSize).u32(timeoutMs);
    });
  }

  #group(op: number, what: string, socket: SocketHandle, network: bigint, group: string): void {
    this.requests.send(op, what, (out) => {
      out.u32(socket).u64(network);
      writeIp(out, group);
    });
  }

  #open(op: number, what: string, write: (out: ByteWriter) => void): OpenedSocket {
    const body = this.requests.send(op, what, write);
    return { socket: body.u32(), local: readEndpoint(body) };
  }
}
