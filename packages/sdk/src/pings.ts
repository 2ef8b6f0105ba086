/** ICMP echo requests that wait for their answer. */
import { type EngineNode, type NodeEvent, Status, type ZtError } from '@ztkit/types';
import { checkInteger, checkIp, checkMs, checkObject, checkSignal } from './arguments.js';
import { errorOfStatus } from './socket-table.js';
import { WaitList } from './waiting.js';

/** Options of `network.ping()`. */
export interface PingOptions {
  /** How long to wait; default 5000 ms. */
  timeoutMs?: number;
  /** Bytes of payload, 0..65000; default 56. */
  payloadSize?: number;
  signal?: AbortSignal;
}

/** An answer. */
export interface PingReply {
  /** Who answered. */
  address: string;
  rttMs: number;
}

/** Pings of one node. */
export class Pings {
  readonly #engine: EngineNode;
  readonly #pending = new Map<number, WaitList<PingReply>>();
  #nextToken = 1;

  constructor(engine: EngineNode) {
    this.#engine = engine;
  }

  /**
   * Rejects with `ERR_ZT_TIMED_OUT`, `ERR_ZT_HOST_UNREACHABLE`, `ERR_ZT_NETWORK_UNREACHABLE`, or the signal's
   * reason.
   */
  async ping(network: bigint, to: string, options: PingOptions = {}): Promise<PingReply> {
    checkObject('options', options);
    const address = checkIp('address', to);
    const timeoutMs = checkMs('timeoutMs', options.timeoutMs ?? 5000);
    const payloadSize = checkInteger('payloadSize', options.payloadSize ?? 56, 0, 65_000);
    const signal = checkSignal(options.signal);
    const token = this.#nextToken;
    this.#nextToken = (this.#nextToken + 1) >>> 0 || 1;
    this.#engine.ping(network, address, token, payloadSize, timeoutMs);
    const list = new WaitList<PingReply>();
    this.#pending.set(token, list);
    return list.wait(signal).finally(() => this.#pending.delete(token));
  }

  onReply(event: Extract<NodeEvent, { type: 'PING_REPLY' }>): void {
    const list = this.#pending.get(event.token);
    if (event.status === Status.OK) list?.resolveAll({ address: event.address, rttMs: event.rttMs });
    else list?.rejectAll(errorOfStatus(event.status, `No answer to the ping of ${event.address}`));
  }

  close(error: ZtError): void {
    for (const list of this.#pending.values()) list.rejectAll(error);
  }
}
