/**
 * What an engine has to provide underneath: bytes of the host protocol (packages/core/HOST_PROTOCOL.md) and the hot
 * paths of sockets. {@link EncodedEngine} turns it into the contract of `@ztkit/types`.
 */
import type { Endpoint, InterfaceBinding } from '@ztkit/types';

/** A negative result of a hot path is a negated `Status`. */
export interface RawNode {
  /** One command; the returned bytes are status i32 and body. Valid until the next call. */
  command(request: Uint8Array): Uint8Array;
  /** Bytes accepted or a negative status. */
  tcpWrite(socket: number, data: Uint8Array): number;
  /** Bytes read, 0 at the end of the stream, or a negative status. */
  tcpRead(socket: number, into: Uint8Array): number;
  /** `to` is an encoded `ep`. 0 or a negative status. */
  udpSend(socket: number, to: Uint8Array, data: Uint8Array): number;
  /** Size of the datagram or a negative status; `endpoints` (64 bytes) receives two encoded `ep`: from, to. */
  udpReceive(socket: number, into: Uint8Array, endpoints: Uint8Array): number;
  /** `records`: u16 length and frame, each (HOST_PROTOCOL.md §12). Bytes taken or a negative status. */
  framesSend(port: number, records: Uint8Array): number;
  /** Bytes of whole records or a negative status. */
  framesReceive(port: number, into: Uint8Array): number;
  /** Local UDP sockets as bound now, fixed ones in the order asked for. */
  readonly bound: readonly Endpoint[];
  /** Told to the core with the engine's own (set_local_endpoints), now and whenever those change. */
  setExternalEndpoints(endpoints: readonly Endpoint[]): void;
  ref(): void;
  unref(): void;
  /** Shutdown, last events delivered, everything released; then resolves. */
  close(): Promise<void>;
}

/** `InterfaceBinding`, complete. */
export interface RawInterfaceBinding extends InterfaceBinding {
  exclude: readonly string[];
  /** Bind loopback addresses too. */
  loopback: boolean;
  /** Prefixes of local addresses that are never bound. */
  blacklist: readonly string[];
}

export type RawBinding = readonly Endpoint[] | RawInterfaceBinding;

/** Narrows what TypeScript cannot: `Array.isArray` says nothing about readonly arrays. */
export function followsInterfaces<T extends InterfaceBinding>(bind: readonly Endpoint[] | T): bind is T {
  return 'primaryPort' in bind;
}

/** How a raw node is created. */
export interface RawNodeOptions {
  /** Encoded as HOST_PROTOCOL.md §2, without random_seed (the raw engine adds it). */
  options: Uint8Array;
  /**
   * The engine tells the core of its sockets and local endpoints by itself: set_local_sockets, set_local_endpoints
   * (HOST_PROTOCOL.md §3).
   */
  bind: RawBinding;
  /** A batch of encoded events (HOST_PROTOCOL.md §4); the bytes are valid during the call only. */
  onEvents(batch: Uint8Array): void;
}

/** The two engines. */
export interface RawEngine {
  readonly name: 'native' | 'wasm';
  /** Rejects with an Error whose `code` is a Node system code for socket trouble, or `status` for a refused option. */
  create(options: RawNodeOptions): Promise<RawNode>;
  /** Secret identity text. Runs in slices; does not block the event loop for more than a few ms at a time. */
  generateIdentity(signal?: AbortSignal): Promise<string>;
  /**
   * Serializes and signs a world, and appends the key pair that signed it. `spec`: type u8, id u64, timestamp i64, next
   * public key 64 bytes or zeros, signing key 128 bytes (public ‖ private) or zeros for a fresh one, list of (str16
   * identity text, list of ep).
   */
  makeWorld(spec: Uint8Array): Promise<Uint8Array>;
}
