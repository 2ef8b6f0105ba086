/** IPv6 addresses and MACs that follow from a network id and a node address (vl2.md §2.2, §2.3). */
import { idToBigInt, type NetworkId, type NodeAddress } from './ids.js';

/** The member's RFC 4193 address, `fd` … `9993` … ; its interface prefix is /88. */
export function rfc4193Address(network: NetworkId, node: NodeAddress): string {
  return ipv6Text(`fd${network}9993${node}`);
}

/** The member's 6PLANE address; its interface prefix is /40 and the member owns the /80 around it. */
export function sixPlaneAddress(network: NetworkId, node: NodeAddress): string {
  const id = idToBigInt(network);
  const folded = ((id ^ (id >> 32n)) & 0xffffffffn).toString(16).padStart(8, '0');
  return ipv6Text(`fc${folded}${node}000000000001`);
}

/** RFC 5952 text of 32 hex digits. */
function ipv6Text(hex: string): string {
  const groups = hex.match(/.{4}/g)?.map((group) => Number.parseInt(group, 16)) ?? [];
  const { start, length } = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The run that `::` stands for: the longest, the first of equals (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}
