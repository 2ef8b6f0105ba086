/** Options and statistics of sockets in the contract of engines (HOST_PROTOCOL.md §3, §7, §8). */
import type { SocketOption, StackProtocol } from './generated/enums.js';

/**
 * A socket option by its BSD name. Units, ranges and which sockets have it: HOST_PROTOCOL.md §7. Values are integers;
 * booleans are 0 and 1, times milliseconds, sizes bytes.
 */
export type SocketOptionKey = keyof typeof SocketOption;

/** What a TCP connection knows about itself, as Linux tells in `TCP_INFO`. Sizes in bytes. */
export interface TcpInfo {
  /** RFC 9293 state name. */
  state: string;
  congestion: 'cubic' | 'reno';
  /** Agreed in the handshake: RFC 7323 timestamps, RFC 2018 SACK, RFC 7323 window scaling. */
  timestamps: boolean;
  sack: boolean;
  windowScaling: boolean;
  /** Loss recovery is under way. */
  inRecovery: boolean;
  inSlowStart: boolean;
  /** Shift counts of the windows. */
  sendScale: number;
  receiveScale: number;
  /** Smoothed round trip and its variance (RFC 6298), the least seen, the retransmission timeout, in µs. */
  rttUs: number;
  rttVarianceUs: number;
  minRttUs: number;
  rtoUs: number;
  /** Data bytes per segment, ours and the peer's. */
  sendMss: number;
  receiveMss: number;
  pathMtu: number;
  congestionWindow: number;
  /** `Infinity` before the first loss. */
  slowStartThreshold: number;
  /** What the peer offers, and what we offer. */
  sendWindow: number;
  receiveWindow: number;
  bytesInFlight: number;
  bytesLost: number;
  bytesNotSent: number;
  bytesToRead: number;
  /** Since the start; retransmissions are counted in `bytesRetransmitted` and `segmentsRetransmitted`. */
  bytesSent: number;
  bytesAcknowledged: number;
  bytesReceived: number;
  bytesRetransmitted: number;
  segmentsSent: number;
  segmentsReceived: number;
  segmentsRetransmitted: number;
  fastRecoveries: number;
  timeouts: number;
  /** Recoveries that turned out unnecessary and were undone. */
  undoneRecoveries: number;
  tailLossProbes: number;
  duplicateAcksReceived: number;
  outOfOrderReceived: number;
  zeroWindowsAnnounced: number;
  /** Since data went out, and came in. */
  msSinceSent: number;
  msSinceReceived: number;
}

/** A protocol of the stack that is counted. */
export type StackProtocolKey = keyof typeof StackProtocol;

/** What one protocol sent, took and refused since the node started (sdk-api.md §9). */
export interface ProtocolCounters {
  /** Sent and received, in the protocol's unit: frames, packets, segments, datagrams, messages. */
  xmit: bigint;
  recv: bigint;
  /** Forwarded: always 0, a node is no router. */
  fw: bigint;
  /** Received or about to be sent, and dropped. */
  drop: bigint;
  /** Bad checksum; bad length; no memory or a full queue; no route; a protocol error; a bad option; anything else. */
  chkerr: bigint;
  lenerr: bigint;
  memerr: bigint;
  rterr: bigint;
  proterr: bigint;
  opterr: bigint;
  err: bigint;
  /** Answered from a cache. */
  cachehit: bigint;
}

/** The counters of all protocols. */
export type StackCounters = Readonly<Record<StackProtocolKey, Readonly<ProtocolCounters>>>;
