/** The reply of `socket_info` as a value. */
import type { SocketInfo } from '@ztkit/types';
import type { ByteReader } from './byte-reader.js';
import { readEndpoint } from './fields.js';

const kinds: Readonly<Record<number, SocketInfo['kind']>> = { 1: 'tcp-listener', 2: 'tcp', 3: 'udp' };
/** RFC 9293 §3.3.2, in the core's order. */
export const tcpStates: readonly string[] = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];

export function readSocketInfo(input: ByteReader): SocketInfo {
  const kind = kinds[input.u8()] ?? 'udp';
  const network = input.u64();
  const local = readEndpoint(input);
  const remote = readEndpoint(input);
  const state = tcpStates[input.u8()] ?? '';
  const receiveQueue = input.u32();
  const sendQueue = input.u32();
  return { kind, network, local, remote, state: kind === 'udp' ? '' : state, receiveQueue, sendQueue };
}
