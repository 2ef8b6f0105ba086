/**
 * A TCP relay (vl1.md §10.2): turns each TCP connection into a UDP socket of its own, for nodes in networks that let no
 * UDP out. It sees sealed packets only.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '@ztkit/types';
import { placeOf } from './destinations.js';
import { FIRST_PORT, LAST_PORT, PORT_TRIES, SWEEP_MS } from './limits.js';
import { RelayClient } from './relay-client.js';
import { newCounters, type RelayCounters } from './relay-counters.js';

/** Options of {@link RelayServer.start}. */
export interface RelayServerOptions {
  /** Where clients connect; port 0: any. */
  listen: Endpoint;
  /** IPv4 address of the UDP sockets. Default: all. */
  udpAddress?: string;
  /** Clients at once; default 1,000. One costs up to 200 KiB when it is hostile, 20 KiB usually. */
  maxClients?: number;
  /** Clients at once from one IPv4 address or IPv6 /64; default 64: behind one NAT there are many machines. */
  maxClientsPerAddress?: number;
  /** Bytes per second each way for each client; default 0: no limit. */
  bytesPerSecond?: number;
  /** Also relay to private and loopback addresses: for tests, or a relay inside a company. Default false. */
  anywhere?: boolean;
  /** The clock in ms; tests put their own. */
  now?: () => number;
}

type Settings = Required<RelayServerOptions>;

export class RelayServer {
  readonly counters: RelayCounters = newCounters();
  readonly #settings: Settings;
  readonly #server: Server;
  readonly #clients = new Set<RelayClient>();
  readonly #perAddress = new Map<string, number>();
  readonly #ending = new Set<Promise<void>>();
  #sweeper: ReturnType<typeof setInterval> | undefined;
  #nextPort = FIRST_PORT;
  #closed = false;

  private constructor(options: RelayServerOptions) {
    this.#settings = {
      udpAddress: '0.0.0.0',
      maxClients: 1000,
      maxClientsPerAddress: 64,
      bytesPerSecond: 0,
      anywhere: false,
      now: () => performance.now(),
      ...options,
    };
    this.#server = createServer((stream) => this.#accept(stream));
  }

  /** Listens. Rejects with a Node system error. */
  static async start(options: RelayServerOptions): Promise<RelayServer> {
    const relay = new RelayServer(options);
    const { address, port } = options.listen;
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject);
      relay.#server.listen({ host: address, port }, () => {
        relay.#server.removeListener('error', reject);
        resolve();
      });
    });
    // Running out of descriptors is no reason to end: clients try again.
    relay.#server.on('error', () => undefined);
    relay.#sweeper = setInterval(() => relay.sweep(), SWEEP_MS);
    relay.#sweeper.unref();
    return relay;
  }

  /** Where it listens. */
  get endpoint(): Endpoint {
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') return this.#settings.listen;
    return { address: bound.address, port: bound.port };
  }

  #accept(stream: Socket): void {
    const from = placeOf(stream.remoteAddress ?? '');
    const here = this.#perAddress.get(from) ?? 0;
    const { maxClients, maxClientsPerAddress } = this.#settings;
    if (this.#closed || this.counters.clients >= maxClients || here >= maxClientsPerAddress) {
      this.#refuse(stream);
      return;
    }
    this.counters.clients += 1;
    this.#perAddress.set(from, here + 1);
    this.#track(this.#serve(stream).finally(() => this.#leave(from)));
  }

  #refuse(stream: Socket): void {
    this.counters.refused += 1;
    stream.on('error', () => undefined);
    stream.destroy();
  }

  #leave(from: string): void {
    this.counters.clients -= 1;
    const left = (this.#perAddress.get(from) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(from, left);
    else this.#perAddress.delete(from);
  }

  #track(work: Promise<void>): void {
    this.#ending.add(work);
    void work.finally(() => this.#ending.delete(work));
  }

  /** Resolves when the client is gone. */
  async #serve(stream: Socket): Promise<void> {
    stream.on('error', () => undefined);
    const udp = await this.#bindNext();
    if (udp === undefined || stream.destroyed || this.#closed) {
      udp?.close();
      this.#refuse(stream);
      return;
    }
    this.counters.accepted += 1;
    const { bytesPerSecond, anywhere, now } = this.#settings;
    await new Promise<void>((resolve) => {
      const rules = { bytesPerSecond, anywhere, now, counters: this.counters };
      const client: RelayClient = new RelayClient(stream, udp, rules, () => {
        this.#clients.delete(client);
        resolve();
      });
      this.#clients.add(client);
    });
  }

  async #bindNext(): Promise<UdpSocket | undefined> {
    for (let tries = 0; tries < PORT_TRIES; tries++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_PORT : port + 1;
      const socket = await bindUdp(this.#settings.udpAddress, port);
      if (socket !== undefined) return socket;
    }
    return undefined;
  }

  /** Ends clients that have been silent for too long; runs by itself every few seconds. */
  sweep(): void {
    for (const client of [...this.#clients]) client.sweep();
  }

  /** Accepts no more, ends every client, resolves when all sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const client of [...this.#clients]) client.end();
    await Promise.all([...this.#ending]);
    await closed;
  }
}

function bindUdp(address: string, port: number): Promise<UdpSocket | undefined> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
