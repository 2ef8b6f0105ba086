/** Ethernet frames of a network in the contract of engines (HOST_PROTOCOL.md §12). */
import type { NetworkId } from './ids.js';

/** Number of a port for frames inside one node. Never reused while the node lives. */
export type FramePortHandle = number;

/** A group of link-layer receivers (vl2.md §2.4). */
export interface LinkGroup {
  /** A multicast MAC, six bytes. */
  mac: Uint8Array;
  /** For ARP: the IPv4 address asked for, as a number, with the broadcast MAC (vl2.md §11.1). Otherwise 0. */
  adi: number;
}

/** What a port for frames did since it was opened. */
export interface FrameCounters {
  /** Frames put into the queue for the application, and their bytes with the Ethernet header. */
  received: number;
  receivedBytes: number;
  /** Frames that were not, because the queue was full. */
  dropped: number;
  /** Frames given to the network, whose rules may still refuse them, and their bytes. */
  sent: number;
  sentBytes: number;
  /** Frames of the application that were refused: before the network had a configuration, */
  noConfiguration: number;
  /** with a source MAC that is zero or a group, */
  badSource: number;
  /** with a source MAC that is not ours, while the network does not make us an active bridge (vl2.md §9.1), */
  notABridge: number;
  /** longer than the network's MTU and Ethernet header (and an 802.1Q tag). */
  tooBig: number;
  /** Frames lost on their way out, or lost for some of a group's receivers, because a queue below was full. */
  noRoom: number;
  /** Bytes that wait now for the application, and for the network. */
  receiveQueue: number;
  sendQueue: number;
}

/** The part of an engine's node that moves frames. */
export interface EngineFrames {
  /**
   * Opens the port of a network. `exclusive`: the node's own TCP/IP stack leaves the network meanwhile; its connections
   * there end. `queueBytes`: of each direction, 65536..67108864. Throws `ERR_ZT_NOT_FOUND` (no such network),
   * `ERR_ZT_ALREADY_EXISTS` (it has one), `ERR_ZT_LIMIT_REACHED` (512 MiB for all ports).
   */
  framesOpen(network: NetworkId, exclusive: boolean, queueBytes: number): FramePortHandle;
  /** Ends a port; frames that wait are forgotten. Unknown handles are ignored. */
  framesClose(port: FramePortHandle): void;
  /**
   * Link-layer groups to receive besides broadcast and those of our addresses; replaces the set, at most 2048. Throws
   * `ERR_ZT_INVALID_ARGUMENT` for a MAC that is no group.
   */
  framesGroups(port: FramePortHandle, groups: readonly LinkGroup[]): void;
  framesInfo(port: FramePortHandle): FrameCounters;
  /**
   * `records`: for each frame its length as two bytes, big-endian, and the frame of 14..10000 bytes. Bytes of the whole
   * records that were taken; after fewer than all, `FRAMES_WRITABLE` follows when half of the queue is free.
   */
  framesSend(port: FramePortHandle, records: Uint8Array): number;
  /**
   * Bytes of whole records written to `into`; `undefined`: nothing is there, `FRAMES_READABLE` follows when there is.
   * After a call that emptied the queue it follows as well. `ERR_ZT_MESSAGE_TOO_BIG`: not even the first one fits.
   */
  framesReceive(port: FramePortHandle, into: Uint8Array): number | undefined;
}
