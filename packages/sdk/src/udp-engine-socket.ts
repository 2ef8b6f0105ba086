/** The engine's UDP sockets as {@link UdpHandle}. */
import { type Endpoint, type NetworkId, Status, ZtError } from '@ztkit/types';
import { errorOfStatus, type SocketEvent, type SocketTable, type SocketTarget } from './socket-table.js';
import { endpointText, type TcpSocketInit } from './tcp-engine-socket.js';
import type { ReceivedDatagram, UdpHandle, UdpSink } from './tcp-handle.js';

/** A UDP socket of the engine. */
export class UdpEngineSocket implements UdpHandle, SocketTarget {
  readonly networkId: NetworkId | undefined;
  readonly local: Endpoint;
  readonly #table: SocketTable;
  readonly #socket: number;
  #sink: UdpSink | undefined;
  #ended: ZtError | undefined;

  constructor(table: SocketTable, init: Omit<TcpSocketInit, 'remote' | 'connected'>, sink: UdpSink) {
    this.#table = table;
    this.#socket = init.socket;
    this.networkId = init.networkId;
    this.local = init.local;
    this.#sink = sink;
    table.add(init.socket, this);
  }

  send(data: Uint8Array, to: Endpoint): boolean {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#table.engine.udpSend(this.#socket, to, data);
  }

  receiveInto(into: Uint8Array): ReceivedDatagram | undefined {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#table.engine.udpReceive(this.#socket, into);
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
