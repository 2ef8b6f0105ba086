/**
 * Ids as they come in paths and identities: unusable ones are `undefined`, because the answer is a 404, not an
 * exception.
 */
import type { NetworkId, NodeAddress } from '@ztkit/types';

/** A network id of 16 hex digits in either case, kept in lower case (controller.md §8). */
export function readNetworkId(text: string): NetworkId | undefined {
  return /^[0-9a-f]{16}$/i.test(text) ? (text.toLowerCase() as NetworkId) : undefined;
}

/** A node address of 10 hex digits in either case; zero and `ff…` are reserved (vl1.md §2.1). */
export function readNodeAddress(text: string): NodeAddress | undefined {
  return /^(?!ff|0{10})[0-9a-f]{10}$/i.test(text) ? (text.toLowerCase() as NodeAddress) : undefined;
}

/** The id of network `number` (1..0xffffff) at a controller. Controllers never create number 0 (vl2.md §2.1). */
export function networkIdOf(controller: NodeAddress, number: number): NetworkId {
  return (controller + number.toString(16).padStart(6, '0')) as NetworkId;
}

/** The address inside a public identity text `addr:0:<128 hex>`, or `undefined` when it is not one. */
export function addressOfIdentity(identity: string): NodeAddress | undefined {
  return /^[0-9a-f]{10}:0:[0-9a-f]{128}$/.test(identity) ? readNodeAddress(identity.slice(0, 10)) : undefined;
}
