/** The replies of `tcp_info` and `stack_counters` as values (HOST_PROTOCOL.md §3, §8). */
import { Congestion, type ProtocolCounters, StackProtocol, type StackProtocolKey, type TcpInfo } from '@ztkit/types';
import { ByteReader } from './byte-reader.js';
import { tcpStates } from './socket-info.js';

/** What the core sends for a slow start threshold that no loss has set yet. */
const NO_THRESHOLD = 2n ** 64n - 1n;

/** The numbers, in the order of HOST_PROTOCOL.md §8. */
const numbers = [
  'rttUs',
  'rttVarianceUs',
  'minRttUs',
  'rtoUs',
  'sendMss',
  'receiveMss',
  'pathMtu',
  'congestionWindow',
  'slowStartThreshold',
  'sendWindow',
  'receiveWindow',
  'bytesInFlight',
  'bytesLost',
  'bytesNotSent',
  'bytesToRead',
  'bytesSent',
  'bytesAcknowledged',
  'bytesReceived',
  'bytesRetransmitted',
  'segmentsSent',
  'segmentsReceived',
  'segmentsRetransmitted',
  'fastRecoveries',
  'timeouts',
  'undoneRecoveries',
  'tailLossProbes',
  'duplicateAcksReceived',
  'outOfOrderReceived',
  'zeroWindowsAnnounced',
  'msSinceSent',
  'msSinceReceived',
] as const satisfies readonly (keyof TcpInfo)[];

type Numbers = Record<(typeof numbers)[number], number>;

export function readTcpInfo(input: ByteReader): TcpInfo {
  const state = tcpStates[input.u8()] ?? '';
  const congestion = input.u8() === Congestion.RENO ? 'reno' : 'cubic';
  const flags = input.u8();
  const flag = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  return {
    state,
    congestion,
    timestamps: flag(0),
    sack: flag(1),
    windowScaling: flag(2),
    inRecovery: flag(3),
    inSlowStart: flag(4),
    sendScale: input.u8(),
    receiveScale: input.u8(),
    ...(Object.fromEntries(numbers.map((name) => [name, toNumber(input.u64())])) as Numbers),
  };
}

function toNumber(value: bigint): number {
  return value === NO_THRESHOLD ? Number.POSITIVE_INFINITY : Number(value);
}

export function readProtocolCounters(input: ByteReader): ProtocolCounters {
  return {
    xmit: input.u64(),
    recv: input.u64(),
    fw: input.u64(),
    drop: input.u64(),
    chkerr: input.u64(),
    lenerr: input.u64(),
    memerr: input.u64(),
    rterr: input.u64(),
    proterr: input.u64(),
    opterr: input.u64(),
    err: input.u64(),
    cachehit: input.u64(),
  };
}

/** By protocol; numbers this version does not know are left out, protocols the core does not count are 0. */
export function readStackCounters(input: ByteReader): Record<StackProtocolKey, ProtocolCounters> {
  const byNumber = new Map(input.list(() => [input.u8(), readProtocolCounters(input)] as const));
  const none = readProtocolCounters(new ByteReader(new Uint8Array(12 * 8)));
  const named = Object.entries(StackProtocol).map(([name, number]) => [name, byNumber.get(number) ?? none]);
  return Object.fromEntries(named) as Record<StackProtocolKey, ProtocolCounters>;
}
