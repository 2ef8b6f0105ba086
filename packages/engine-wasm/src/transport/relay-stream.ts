/** How the node reaches its TCP relay (HOST_PROTOCOL.md §11): any reliable stream of bytes will do. */
import type { Endpoint } from '@ztkit/types';

/** What a stream tells. Nothing after {@link RelayStream.close}. */
export interface RelayStreamListener {
  onOpen(): void;
  onData(bytes: Uint8Array): void;
  /** {@link RelayStream.full} has become false again. */
  onRoom(): void;
  /** It could not be made, or ended. The last call. */
  onClosed(): void;
}

/** A stream under way or open. */
export interface RelayStream {
  /** True while so much waits to leave that the sender should wait. */
  readonly full: boolean;
  /** `bytes` belongs to the stream from now on. */
  write(bytes: Uint8Array): void;
  /** Lets what was written leave, for a moment, then ends. */
  close(): void;
  ref(): void;
  unref(): void;
}

/** Starts to connect; tells the listener what comes of it, later. */
export type RelayStreamFactory = (server: Endpoint, listener: RelayStreamListener) => RelayStream;
