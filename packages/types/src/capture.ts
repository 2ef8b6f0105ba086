/** Packet captures in the contract of engines (HOST_PROTOCOL.md §3, §9). */
import type { NetworkAddress } from './event.js';
import type { NetworkId } from './ids.js';

/** Number of a capture inside one node. Never reused while the node lives. */
export type CaptureHandle = number;

/** Where packets are seen: virtual Ethernet frames, the UDP datagrams that carry them, or both. */
export type CapturePoints = 'virtual' | 'outer' | 'both';

/**
 * A packet matches when all that is given holds. For outer packets only `host` and `port` are compared, with the
 * physical addresses.
 */
export interface CaptureTerm {
  network?: NetworkId;
  /** IP protocol number, 1..255. */
  protocol?: number;
  /** Source or destination lies within it. */
  host?: NetworkAddress;
  /** Source or destination, 1..65535. */
  port?: number;
  /** 1..65535. */
  etherType?: number;
}

/** What an engine needs to start a capture. */
export interface EngineCaptureOptions {
  points: CapturePoints;
  /** Bytes kept of each packet, 1..262144. */
  snaplen: number;
  /** A packet is captured when any term matches, or there is none. At most 64. */
  filter: readonly CaptureTerm[];
}

/** The part of an engine's node that captures packets as pcapng. */
export interface EngineCaptures {
  /**
   * Starts a capture; `CAPTURE_DATA` events bring the file piece by piece. Throws `ERR_ZT_LIMIT_REACHED` when four run
   * already.
   */
  captureStart(options: EngineCaptureOptions): CaptureHandle;
  /**
   * Tells that so many bytes of `CAPTURE_DATA` were taken in. Without it the data stops after 1 MiB; 4 MiB more are
   * kept, then packets are dropped and counted. Unknown handles are ignored.
   */
  captureAck(capture: CaptureHandle, bytes: number): void;
  /**
   * Ends a capture: what is left follows, the last event has `last` set. The end of the node does the same by itself,
   * before `NODE_DOWN`. Throws `ERR_ZT_NOT_FOUND` when there is none.
   */
  captureStop(capture: CaptureHandle): void;
}
