/**
 * Ids as text, and their checked conversion. Text is what people and files use; it is short, exact and safe in
 * JSON.
 */
import { ZtError } from './errors.js';

/** A 40-bit node address as 10 lower-case hex digits (vl1.md §2.1). */
export type NodeAddress = string & { readonly __nodeAddress: unique symbol };

/** A 64-bit network id as 16 lower-case hex digits; the first 10 are the controller's address (vl2.md §2.1). */
export type NetworkId = string & { readonly __networkId: unique symbol };

const maxNodeAddress = 0xffffffffffn;
const maxNetworkId = 0xffffffffffffffffn;

/** Shows a hostile value in a message: short, quoted, whatever it is. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return typeof value;
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}

/**
 * Checks a node address: exactly 10 hex digits, not zero, not beginning with `ff` (vl1.md §2.1).
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`
 */
export function parseNodeAddress(text: unknown): NodeAddress {
  if (typeof text !== 'string' || !/^[0-9a-f]{10}$/i.test(text)) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `A node address is 10 hex digits, not ${shown(text)}`);
  }
  return formatNodeAddress(BigInt(`0x${text}`));
}

/**
 * The text of a 40-bit node address.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` when it is zero, reserved (`ff…`) or too large
 */
export function formatNodeAddress(value: bigint): NodeAddress {
  if (typeof value !== 'bigint' || value <= 0n || value > maxNodeAddress || value >> 32n === 0xffn) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `${hexOf(value)} is not a node address (1..feffffffff)`);
  }
  return value.toString(16).padStart(10, '0') as NodeAddress;
}

/**
 * Checks a network id: exactly 16 hex digits, not zero (vl2.md §2.1).
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`
 */
export function parseNetworkId(text: unknown): NetworkId {
  if (typeof text !== 'string' || !/^[0-9a-f]{16}$/i.test(text)) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `A network id is 16 hex digits, not ${shown(text)}`);
  }
  return formatNetworkId(BigInt(`0x${text}`));
}

/**
 * The text of a 64-bit network id.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` when it is zero or too large
 */
export function formatNetworkId(value: bigint): NetworkId {
  if (typeof value !== 'bigint' || value <= 0n || value > maxNetworkId) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `${hexOf(value)} is not a network id (64 bits, not zero)`);
  }
  return value.toString(16).padStart(16, '0') as NetworkId;
}

/** The number behind an id. */
export function idToBigInt(id: NodeAddress | NetworkId): bigint {
  return BigInt(`0x${id}`);
}

/**
 * The address of the controller of a network: the first ten digits (vl2.md §2.1). Of an ad-hoc network: not an
 * address.
 */
export function controllerOf(network: NetworkId): NodeAddress {
  return network.slice(0, 10) as NodeAddress;
}

/** Ad-hoc networks need no controller (vl2.md §14). */
export function isAdHoc(network: NetworkId): boolean {
  return network.startsWith('ff');
}

/**
 * The id of the ad-hoc network that lets TCP and UDP ports `start`..`end` through (sdk-api.md §11).
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`
 */
export function adHocNetworkId(start: number, end: number): NetworkId {
  for (const port of [start, end]) {
    if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
      throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `Port ${String(port)} is not an integer in 0..65535`);
    }
  }
  if (end < start) throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `The port range ${start}..${end} is empty`);
  return formatNetworkId((0xffn << 56n) | (BigInt(start) << 40n) | (BigInt(end) << 24n));
}

function hexOf(value: unknown): string {
  return typeof value === 'bigint' ? value.toString(16) : typeof value;
}
