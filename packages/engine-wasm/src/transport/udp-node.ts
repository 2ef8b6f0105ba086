/** UDP by node:dgram. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '@ztkit/types';
import type { Outgoing, Received, Transport } from './transport.js';

/** Some milliseconds at the highest rates; the system may give less. */
const SOCKET_BUFFER_BYTES = 4 << 20;
/** Sends under way at once: beyond it the core keeps its packets, so memory stays bounded. */
const MAX_IN_FLIGHT = 1024;
const DEFAULT_TTL = 64;

type Family = 'udp4' | 'udp6';
const familyOf = (address: string): Family => (address.includes(':') ? 'udp6' : 'udp4');

/** Addresses are literal: answering at once keeps sends in order and spares a turn of the event loop. */
function literalLookup(
  host: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void {
  done(null, host, host.includes(':') ? 6 : 4);
}

function openSocket({ address, port }: Endpoint): Promise<Socket> {
  const type = familyOf(address);
  const socket = createSocket({
    type,
    ipv6Only: type === 'udp6',
    lookup: literalLookup as never,
    recvBufferSize: SOCKET_BUFFER_BYTES,
    sendBufferSize: SOCKET_BUFFER_BYTES,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

export class UdpTransport implements Transport {
  readonly bound: readonly Endpoint[];
  onReceive: (batch: readonly Received[]) => void = () => undefined;
  onRoom: () => void = () => undefined;
  readonly #sockets: readonly Socket[];
  readonly #families: readonly Family[];
  #received: Received[] = [];
  #inFlight = 0;
  #wasFull = false;
  #closed = false;

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    this.bound = sockets.map((s) => ({ address: s.address().address, port: s.address().port }));
    this.#families = this.bound.map(({ address }) => familyOf(address));
    for (const [index, socket] of sockets.entries()) {
      socket.on('message', (bytes, from) => this.#receive(index, bytes, from));
      // Errors of single sends come to their callbacks; a socket that fails as a whole shows as silence to VL1.
      socket.on('error', () => undefined);
    }
  }

  static async bind(bind: readonly Endpoint[]): Promise<UdpTransport> {
    const sockets: Socket[] = [];
    try {
      for (const endpoint of bind) sockets.push(await openSocket(endpoint));
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
    return new UdpTransport(sockets);
  }

  get full(): boolean {
    return this.#inFlight >= MAX_IN_FLIGHT;
  }

  send({ socket, to, bytes, ttl }: Outgoing): void {
    if (to.port === 0) return; // nobody is there (RFC 768), and dgram throws
    const family = familyOf(to.address);
    for (const [index, each] of this.#sockets.entries()) {
      if (this.#families[index] !== family || (socket !== -1 && socket !== index)) continue;
      this.#sendVia(each, to, bytes, ttl);
    }
  }

  #sendVia(socket: Socket, to: Endpoint, bytes: Uint8Array, ttl: number): void {
    if (this.#closed) return;
    this.#inFlight++;
    if (this.full) this.#wasFull = true;
    // A send normally leaves at once; if it has to wait, the wrong hop limit only weakens a NAT trick (vl1.md §3.10).
    if (ttl !== 0) socket.setTTL(ttl);
    socket.send(bytes, to.port, to.address, () => this.#sent());
    if (ttl !== 0) socket.setTTL(DEFAULT_TTL);
  }

  #sent(): void {
    this.#inFlight--;
    if (!this.#wasFull || this.#inFlight > MAX_IN_FLIGHT / 2) return;
    this.#wasFull = false;
    // Not from here: completed sends call back in one phase of the loop, and timers would starve.
    setImmediate(() => this.onRoom());
  }

  #receive(socket: number, bytes: Uint8Array, { address, port }: RemoteInfo): void {
    if (port === 0) return; // cannot be answered
    this.#received.push({ socket, bytes, from: { address: address.split('%', 1)[0] ?? address, port } });
    if (this.#received.length === 1) setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    const batch = this.#received;
    this.#received = [];
    if (!this.#closed) this.onReceive(batch);
  }

  ref(): void {
    for (const socket of this.#sockets) socket.ref();
  }

  unref(): void {
    for (const socket of this.#sockets) socket.unref();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    // What the node sent while it was shut down is with the system once its callbacks have come.
    while (this.#inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#closed = true;
    await Promise.all(
      this.#sockets.map((socket) => {
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
  }
}
