/** One client of the relay: its stream, and the UDP socket that stands for it. */
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { mayReach } from './destinations.js';
import {
  GREETING_MS,
  IDLE_MS,
  MAX_DATAGRAM_BYTES,
  MAX_SENDS_UNDER_WAY,
  MAX_WAITING_BYTES,
  MIN_DATAGRAM_BYTES,
} from './limits.js';
import { datagramRecord, GREETING_BYTES, parseDatagram, RecordReader, recordSize } from './records.js';
import type { RelayCounters } from './relay-counters.js';
import { TokenBucket } from './token-bucket.js';

/** What applies to every client. */
export interface ClientRules {
  /** Bytes per second each way; 0: no limit. */
  bytesPerSecond: number;
  /** Also to private and loopback addresses. */
  anywhere: boolean;
  counters: RelayCounters;
  now(): number;
}

export class RelayClient {
  readonly #stream: Socket;
  readonly #udp: UdpSocket;
  readonly #rules: ClientRules;
  readonly #reader = new RecordReader();
  readonly #up: TokenBucket;
  readonly #down: TokenBucket;
  readonly #onEnd: () => void;
  #heardAt: number;
  #greeted = false;
  #underWay = 0;
  #ended = false;

  /** `udp` is bound. Calls `onEnd` once, when both are closed. */
  constructor(stream: Socket, udp: UdpSocket, rules: ClientRules, onEnd: () => void) {
    this.#stream = stream;
    this.#udp = udp;
    this.#rules = rules;
    this.#onEnd = onEnd;
    this.#heardAt = rules.now();
    this.#up = new TokenBucket(rules.bytesPerSecond, this.#heardAt);
    this.#down = new TokenBucket(rules.bytesPerSecond, this.#heardAt);
    stream.setNoDelay(true);
    stream.on('data', (chunk) => this.#read(chunk));
    stream.on('error', () => undefined); // 'close' follows
    stream.on('close', () => this.end());
    udp.on('message', (bytes, from) => this.#deliver(bytes, from));
    udp.on('error', () => this.end());
  }

  /** The port that stands for the client. */
  get port(): number {
    return this.#udp.address().port;
  }

  #read(chunk: Buffer): void {
    this.#heardAt = this.#rules.now();
    this.#reader.push(chunk, (message) => {
      if (!this.#ended) this.#handle(message);
    });
  }

  #handle(message: Buffer): void {
    const { counters } = this.#rules;
    if (message.length === GREETING_BYTES) {
      this.#greeted = true;
      return;
    }
    if (!this.#greeted) {
      counters.notGreeted += 1;
      this.end(); // the old mode of vl1.md §10.2, which nobody uses
      return;
    }
    const datagram = parseDatagram(message);
    if (datagram === undefined) {
      counters.malformed += 1;
      return;
    }
    const { address, port, bytes } = datagram;
    if (bytes.length < MIN_DATAGRAM_BYTES || !mayReach(address, port, this.#rules.anywhere)) {
      counters.refusedDestinations += 1;
    } else if (!this.#up.take(bytes.length, this.#rules.now())) {
      counters.overRate += 1;
    } else {
      this.#forward(bytes, port, address);
    }
  }

  #forward(bytes: Uint8Array, port: number, address: string): void {
    this.#rules.counters.datagramsOut += 1;
    this.#rules.counters.bytesOut += bytes.length;
    this.#underWay += 1;
    // What the system does not take stays in the client's own machine.
    if (this.#underWay === MAX_SENDS_UNDER_WAY) this.#stream.pause();
    this.#udp.send(bytes, port, address, () => {
      this.#underWay -= 1;
      if (this.#underWay === MAX_SENDS_UNDER_WAY / 2 && !this.#ended) this.#stream.resume();
    });
  }

  #deliver(bytes: Buffer, { address, port, family }: RemoteInfo): void {
    const { counters } = this.#rules;
    if (bytes.length < MIN_DATAGRAM_BYTES || bytes.length >= MAX_DATAGRAM_BYTES || family !== 'IPv4') {
      counters.malformed += 1;
    } else if (!this.#greeted || this.#ended) {
      counters.notGreeted += 1;
    } else if (this.#stream.writableLength + recordSize(bytes.length) > MAX_WAITING_BYTES) {
      counters.slowClient += 1;
    } else if (!this.#down.take(bytes.length, this.#rules.now())) {
      counters.overRate += 1;
    } else {
      counters.datagramsIn += 1;
      counters.bytesIn += bytes.length;
      this.#stream.write(datagramRecord({ address, port, bytes }));
    }
  }

  /** Ends the client when it has been silent for too long. */
  sweep(): void {
    const silent = this.#rules.now() - this.#heardAt;
    if (silent < (this.#greeted ? IDLE_MS : GREETING_MS)) return;
    this.#rules.counters.idle += 1;
    this.end();
  }

  /** Closes both sockets. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.destroy();
    this.#udp.close(() => this.#onEnd());
  }
}
