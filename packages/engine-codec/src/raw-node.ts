/**
 * What an engine has to provide underneath: bytes of the host protocol (packages/core/HOST_PROTOCOL.md) and the hot
 * paths of sockets. {@link EncodedEngine} turns it into the contract of `@ztkit/types`.
 */

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
  /** Local UDP sockets as bound, in the order asked for. */
  readonly bound: readonly { address: string; port: number }[];
  ref(): void;
  unref(): void;
  /** Shutdown, last events delivered, everything released; then resolves. */
  close(): Promise<void>;
}

/** How a raw node is created. */
export interface RawNodeOptions {
  /** Encoded as HOST_PROTOCOL.md §2, without random_seed (the raw engine adds it). */
  options: Uint8Array;
  bind: readonly { address: string; port: number }[];
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
   * Serializes and signs a planet. `spec`: id u64, timestamp i64, signing key 128 bytes (public ‖ private) or 128 zero
   * bytes for a fresh one, list of (str16 identity text, list of ep).
   */
  makePlanet(spec: Uint8Array): Promise<Uint8Array>;
}
