/** The addresses of a network that this node took: what the controller assigned and the permissions let through. */
import type { NetworkAddress, NodeEvent } from '@ztkit/types';

/** News of an address. */
export type AddressNews = Extract<NodeEvent, { address: NetworkAddress; networkId: unknown }>;

/** Follows the engine's events: it alone knows what the stack has. */
export class TakenAddresses {
  #held: readonly NetworkAddress[] = [];

  get list(): readonly NetworkAddress[] {
    return this.#held;
  }

  onEvent({ type, address }: AddressNews): void {
    const others = this.#held.filter((held) => held.address !== address.address || held.bits !== address.bits);
    const added = type === 'ADDR_ADDED_IP4' || type === 'ADDR_ADDED_IP6';
    this.#held = added ? [...others, address] : others;
  }

  /** The network was left. */
  clear(): void {
    this.#held = [];
  }
}
