/** Where a node's datagrams go: to the core, every transport is a set of numbered sockets. */
import type { LocalSocket, RawBinding } from '@ztkit/engine-codec';
import type { Endpoint } from '@ztkit/types';
import type { RelayStreamFactory } from './relay-stream.js';

/** A datagram received, with its socket's number. */
export interface Received {
  socket: number;
  from: Endpoint;
  bytes: Uint8Array;
}

/** A datagram to send. `bytes` belongs to the transport from now on. */
export interface Outgoing {
  /** -1: one copy from every socket that can reach `to`. */
  socket: number;
  to: Endpoint;
  bytes: Uint8Array;
  /** 0: the default. */
  ttl: number;
}

export interface Transport {
  /** The sockets of the moment; a number is never used again. */
  readonly sockets: readonly LocalSocket[];
  /** Where peers may find us on our own networks (vl1.md §7.7). */
  readonly announced: readonly Endpoint[];
  /** Whether the node is online: one that is offline for long gets another port (vl1.md §3.10). */
  online: boolean;
  /** Called with everything that came in one turn of the event loop. */
  onReceive: (batch: readonly Received[]) => void;
  /** Called when {@link full} has become false again. */
  onRoom: () => void;
  /** Called after the sockets, what is announced or the way out of the machine changed. */
  onChange: () => void;
  /** True while so much is under way that the sender should wait. */
  readonly full: boolean;
  send(datagram: Outgoing): void;
  /** How a TCP relay is reached; streams are the node's, not the transport's. */
  readonly connectRelay: RelayStreamFactory;
  ref(): void;
  unref(): void;
  close(): Promise<void>;
}

/** Binds sockets. Rejects with an error whose `code` is a Node system code. */
export type TransportFactory = (bind: RawBinding) => Promise<Transport>;
