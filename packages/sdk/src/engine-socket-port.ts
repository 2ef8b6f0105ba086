/** Opens sockets of an engine: `network.sockets` and `node.sockets`. Arguments are checked here and nowhere below. */
import { type Endpoint, idToBigInt, type NetworkId } from '@ztkit/types';
import {
  checkFunction,
  checkInteger,
  checkIp,
  checkLocalIp,
  checkMs,
  checkObject,
  checkPort,
  checkRemote,
} from './arguments.js';
import type { SocketTable } from './socket-table.js';
import { TcpEngineListener, TcpEngineSocket } from './tcp-engine-socket.js';
import type {
  SocketPort,
  TcpHandle,
  TcpListenerHandle,
  TcpListenerSink,
  TcpListenOptions,
  TcpOpenOptions,
  UdpHandle,
  UdpOpenOptions,
  UdpSink,
} from './tcp-handle.js';
import { UdpEngineSocket } from './udp-engine-socket.js';

const defaultBacklog = 128;

/** Sockets over one network, or over all of them. */
export class EngineSocketPort implements SocketPort {
  readonly networkId: NetworkId | undefined;
  readonly #table: SocketTable;
  readonly #network: bigint;

  constructor(table: SocketTable, networkId: NetworkId | undefined) {
    this.#table = table;
    this.networkId = networkId;
    this.#network = networkId === undefined ? 0n : idToBigInt(networkId);
  }

  openTcp(options: TcpOpenOptions): TcpHandle {
    checkObject('options', options);
    const remote = checkRemote('remote', options.remote);
    const local = localEndpoint(options.local);
    const timeoutMs = checkMs('timeoutMs', options.timeoutMs ?? 0);
    this.#table.checkOpen();
    const opened = this.#table.engine.tcpConnect(this.#network, local, remote, timeoutMs);
    return new TcpEngineSocket(this.#table, { ...opened, networkId: this.networkId, remote, connected: false });
  }

  openTcpListener(options: TcpListenOptions, sink: TcpListenerSink): TcpListenerHandle {
    checkObject('options', options);
    checkFunction('sink.onConnection', sink?.onConnection);
    const local = { address: checkLocalIp('address', options.address), port: checkPort('port', options.port) };
    const backlog = checkInteger('backlog', options.backlog ?? defaultBacklog, 1, 65535);
    this.#table.checkOpen();
    const opened = this.#table.engine.tcpListen(this.#network, local, backlog);
    return new TcpEngineListener(this.#table, { ...opened, networkId: this.networkId }, sink);
  }

  openUdp(options: UdpOpenOptions, sink: UdpSink): UdpHandle {
    checkObject('options', options);
    checkFunction('sink.onReadable', sink?.onReadable);
    const local = localEndpoint(options);
    this.#table.checkOpen();
    const opened = this.#table.engine.udpBind(this.#network, local);
    return new UdpEngineSocket(this.#table, { ...opened, networkId: this.networkId }, sink);
  }
}

function localEndpoint(local: Partial<Endpoint> | undefined): Endpoint {
  const { address, port } = local ?? {};
  return { address: address ? checkIp('address', address) : '', port: checkPort('port', port ?? 0) };
}
