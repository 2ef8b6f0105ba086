/** Numbered UDP sockets by node:dgram, that come and go. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LocalSocket } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';
import type { Outgoing, Received } from './transport.js';

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

interface Entry {
  number: number;
  readonly socket: Socket;
  readonly family: Family;
  readonly local: Endpoint;
}

export class UdpSockets {
  onReceive: (batch: readonly Received[]) => void = () => undefined;
  onRoom: () => void = () => undefined;
  /** The system refused to send: an address or a route may be gone. */
  onTrouble: () => void = () => undefined;
  #entries: Entry[] = [];
  #nextNumber = 0;
  #received: Received[] = [];
  #inFlight = 0;
  #wasFull = false;
  #referenced = true;
  #closed = false;

  get sockets(): readonly LocalSocket[] {
    return this.#entries;
  }

  get full(): boolean {
    return this.#inFlight >= MAX_IN_FLIGHT;
  }

  /** Rejects with an error whose `code` is a Node system code. */
  async open(endpoint: Endpoint): Promise<void> {
    const socket = await openSocket(endpoint);
    const { address, port } = socket.address();
    const local = { address, port };
    const entry: Entry = { number: this.#nextNumber++, socket, family: familyOf(address), local };
    socket.on('message', (bytes, from) => this.#receive(entry.number, bytes, from));
    // Errors of single sends come to their callbacks; a socket that fails as a whole shows as silence to VL1.
    socket.on('error', () => undefined);
    if (!this.#referenced) socket.unref();
    if (this.#closed) socket.close();
    else this.#entries.push(entry);
  }

  /** Closes those that `gone` names. True: there was one. */
  remove(gone: (socket: LocalSocket) => boolean): boolean {
    const removed = this.#entries.filter(gone);
    this.#entries = this.#entries.filter((entry) => !removed.includes(entry));
    for (const { socket } of removed) socket.close();
    return removed.length > 0;
  }

  /** Gives those that `which` names a number of their own again: for the core they are new. */
  renumber(which: (socket: LocalSocket) => boolean): boolean {
    const changed = this.#entries.filter(which);
    for (const entry of changed) entry.number = this.#nextNumber++;
    return changed.length > 0;
  }

  send({ socket, to, bytes, ttl }: Outgoing): void {
    if (to.port === 0) return; // nobody is there (RFC 768), and dgram throws
    const family = familyOf(to.address);
    for (const entry of this.#entries) {
      if (entry.family !== family || (socket !== -1 && socket !== entry.number)) continue;
      this.#sendVia(entry.socket, to, bytes, ttl);
    }
  }

  #sendVia(socket: Socket, to: Endpoint, bytes: Uint8Array, ttl: number): void {
    if (this.#closed) return;
    this.#inFlight++;
    if (this.full) this.#wasFull = true;
    // A send normally leaves at once; if it has to wait, the wrong hop limit only weakens a NAT trick (vl1.md §3.10).
    if (ttl !== 0) socket.setTTL(ttl);
    socket.send(bytes, to.port, to.address, (error) => this.#sent(error));
    if (ttl !== 0) socket.setTTL(DEFAULT_TTL);
  }

  #sent(error: Error | null): void {
    this.#inFlight--;
    if (error !== null) this.onTrouble();
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
    this.#referenced = true;
    for (const { socket } of this.#entries) socket.ref();
  }

  unref(): void {
    this.#referenced = false;
    for (const { socket } of this.#entries) socket.unref();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    // What the node sent while it was shut down is with the system once its callbacks have come.
    while (this.#inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#closed = true;
    await Promise.all(
      this.#entries.map(({ socket }) => {
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
  }
}
