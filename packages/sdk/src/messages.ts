/** Messages between nodes outside any network (USER_MESSAGE, vl1.md §5.9). */
import { type EngineNode, type NodeAddress, type NodeEvent, parseNodeAddress, ZtError } from '@ztkit/types';
import { checkBytes, checkFunction, invalid } from './arguments.js';
import { runCallback } from './callback.js';
import type { Unsubscribe } from './node-events.js';

/**
 * The most bytes of one message: what one packet can deliver (vl1.md §3.7), less its header and the type. Fewer where
 * `physicalNetworks` gives the path a smaller MTU: `send` throws ERR_ZT_MESSAGE_TOO_BIG then.
 */
export const maxMessageBytes = 9892;

/** Types up to this one belong to the vendor of the original software (100: software update). Use greater ones. */
export const lastReservedMessageType = 65535n;

/** A message that arrived. */
export interface Message {
  /** Who sent it. That is certain; that the sender means well is not. */
  from: NodeAddress;
  type: bigint;
  data: Uint8Array;
}

/** Hears messages. */
export type MessageListener = (message: Message) => void;

/**
 * Sends and hears messages between nodes, without a network.
 *
 * **Anybody who knows this node's address can send to it**: there is no membership and no permission here. `from` is
 * authentic, so check it against a list of your own, and treat `data` as hostile.
 *
 * Delivery is like UDP: not acknowledged, may be lost, reordered or repeated. A message to a node that is not known yet
 * waits up to 5 s for its identity, at most 32 packets for all nodes together; what does not fit is dropped.
 */
export class Messages {
  readonly #engine: EngineNode;
  readonly #checkOpen: () => void;
  readonly #listeners = new Map<bigint | 'any', Set<MessageListener>>();

  /** @internal */
  constructor(engine: EngineNode, checkOpen: () => void) {
    this.#engine = engine;
    this.#checkOpen = checkOpen;
  }

  /**
   * Sends one message of 0..{@link maxMessageBytes} bytes. `type` is any number of 64 bits that sender and receiver agree
   * on, greater than {@link lastReservedMessageType}.
   * @throws ZtError `ERR_ZT_WOULD_BLOCK` when the node has more to send than fits: try again in some ms;
   * `ERR_ZT_MESSAGE_TOO_BIG`; `ERR_ZT_INVALID_ARGUMENT`, also for our own address; `ERR_ZT_CLOSED`
   */
  send(to: string, type: bigint, data: Uint8Array): void {
    const address = parseNodeAddress(to);
    checkType(type);
    const bytes = checkBytes('data', data);
    if (bytes.length > maxMessageBytes) {
      throw new ZtError(
        'ERR_ZT_MESSAGE_TOO_BIG',
        `A message of ${bytes.length} bytes is longer than ${maxMessageBytes}`,
      );
    }
    this.#checkOpen();
    this.#engine.sendUserMessage(address, type, bytes);
  }

  /** Calls `listener` for each message of a type, or of any type. Returns how to stop. */
  on(type: bigint | 'any', listener: MessageListener): Unsubscribe {
    if (type !== 'any') checkType(type);
    checkFunction('listener', listener);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // A wrapper, so that the same function registered twice is two registrations.
    const entry: MessageListener = (message) => listener(message);
    listeners.add(entry);
    return () => {
      if (listeners.delete(entry) && listeners.size === 0) this.#listeners.delete(type);
    };
  }

  /** @internal */
  dispatch({ from, messageType: type, data }: Extract<NodeEvent, { type: 'USER_MESSAGE' }>): void {
    for (const key of [type, 'any'] as const) {
      for (const listener of [...(this.#listeners.get(key) ?? [])]) runCallback(() => listener({ from, type, data }));
    }
  }
}

function checkType(type: bigint): void {
  if (typeof type !== 'bigint' || type < 0n || type >> 64n !== 0n) throw invalid('"type" must be a bigint of 64 bits');
}
