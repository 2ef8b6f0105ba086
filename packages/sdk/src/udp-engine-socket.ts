/** The engine's UDP sockets as {@link UdpHandle}. */
import { type Endpoint, type EngineNode, idToBigInt, type NetworkId, Status, ZtError } from '@ztkit/types';
import { getOption, type SocketOptionValues, setOption, type UdpOption } from './socket-options.js';
import { errorOfStatus, type SocketEvent, type SocketTable, type SocketTarget } from './socket-table.js';
import { endpointText, type TcpSocketInit } from './tcp-engine-socket.js';
import type { ReceivedDatagram, UdpHandle, UdpSink } from './tcp-handle.js';

/** No peer: what the engine takes for "the connected one" and "any again". */
const nobody: Endpoint = { address: '', port: 0 };

/** A UDP socket of the engine. */
export class UdpEngineSocket implements UdpHandle, SocketTarget {
  readonly networkId: NetworkId | undefined;
  readonly #bound: Endpoint;
  readonly #table: SocketTable;
  readonly #socket: number;
  #sink: UdpSink | undefined;
  #connected: { local: Endpoint; remote: Endpoint } | undefined;
  #ended: ZtError | undefined;

  constructor(table: SocketTable, init: Omit<TcpSocketInit, 'remote' | 'connected'>, sink: UdpSink) {
    this.#table = table;
    this.#socket = init.socket;
    this.networkId = init.networkId;
    this.#bound = init.local;
    this.#sink = sink;
    table.add(init.socket, this);
  }

  get local(): Endpoint {
    return this.#connected?.local ?? this.#bound;
  }

  get remote(): Endpoint | undefined {
    return this.#connected?.remote;
  }

  connect(remote: Endpoint | undefined): void {
    const local = this.#engine().udpConnect(this.#socket, remote ?? nobody);
    this.#connected = remote === undefined ? undefined : { local, remote };
  }

  send(data: Uint8Array, to?: Endpoint): boolean {
    return this.#engine().udpSend(this.#socket, to ?? nobody, data);
  }

  receiveInto(into: Uint8Array): ReceivedDatagram | undefined {
    return this.#engine().udpReceive(this.#socket, into);
  }

  join(group: string, networkId?: NetworkId): void {
    this.#engine().groupJoin(this.#socket, networkId === undefined ? 0n : idToBigInt(networkId), group);
  }

  leave(group: string, networkId?: NetworkId): void {
    this.#engine().groupLeave(this.#socket, networkId === undefined ? 0n : idToBigInt(networkId), group);
  }

  setOption<K extends UdpOption>(name: K, value: SocketOptionValues[K]): void {
    this.#engine();
    setOption(this.#table.optionsOf(this.#socket), 'udp', name, value);
  }

  getOption<K extends UdpOption>(name: K): SocketOptionValues[K] {
    this.#engine();
    return getOption(this.#table.optionsOf(this.#socket), 'udp', name);
  }

  #engine(): EngineNode {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#table.engine;
  }

  close(): void {
    this.#sink = undefined;
    this.#ended ??= new ZtError('ERR_ZT_CLOSED', `The UDP socket on ${endpointText(this.local)} was closed`);
    this.#table.release(this.#socket);
  }

  onEvent(event: SocketEvent): void {
    if (event.type === 'UDP_READABLE') this.#sink?.onReadable();
    if (event.type !== 'UDP_ERROR') return;
    const error = errorOfStatus(event.status, `A datagram to ${endpointText(event.remote)} was not delivered`);
    if (event.status === Status.NETWORK_DOWN) {
      this.#table.release(this.#socket);
      this.onEnd(error);
    } else {
      this.#sink?.onError(error, event.remote);
    }
  }

  onEnd(error: ZtError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.onClosed(error);
  }
}
