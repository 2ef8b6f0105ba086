/**
 * Whether a stored object has the form it must have (vl1.md §6.1, §9.2, vl2.md §4). Each check answers what is wrong,
 * or nothing. They are about damage on disk: keys and signatures are the engine's to judge.
 */

/** Where the parts of a serialized world are. */
const worldHead = { id: 1, timestamp: 9, nextKey: 17, signature: 81, roots: 177, end: 178 } as const;
const worldTypes = { planet: 1, moon: 127 } as const;
const maxRoots = 4;
const maxRootEndpoints = 32;

const identitySize = 71;
/** Offsets in an identity: its type, which must be 0, and the length of a private key (vl1.md §2.7). */
const identityType = 5;
const identityKeyLength = 70;

/** A peer cache record up to its endpoints (vl1.md §9.2). */
const peerRecordSize = 82;
const peerRecordVersion = 2;
const peerEndpointCount = 80;

/** What is wrong with a stored planet or moon; a moon must have the id its name says. */
export function worldDefect(world: Uint8Array, kind: 'planet' | 'moon', id?: string): string | undefined {
  if (world.length < worldHead.end) return `has ${world.length} bytes, which is less than any world`;
  if (world[0] !== worldTypes[kind]) return `is not a ${kind}`;
  if (id !== undefined && hex(world.subarray(worldHead.id, worldHead.id + 8)) !== id) return 'has the id of another';
  const roots = world[worldHead.roots] ?? 0;
  if (roots > maxRoots) return `names ${roots} roots`;
  let at: number = worldHead.end;
  for (let root = 0; root < roots; root++) {
    const next = skipRoot(world, at);
    if (next === undefined) return `ends or breaks within root ${root + 1} of ${roots}`;
    at = next;
  }
  if (kind === 'planet') return undefined;
  const surplus = at + 2 + ((world[at] ?? 0) << 8) + (world[at + 1] ?? 0);
  return surplus > world.length ? 'ends too early' : undefined;
}

/** Id, timestamp and next key of a serialized world (vl1.md §6.1); zero when it is too short to be one. */
export function worldRevision(world: Uint8Array): { id: bigint; timestamp: bigint; nextKey: string } {
  if (world.length < worldHead.end) return { id: 0n, timestamp: 0n, nextKey: '' };
  const view = new DataView(world.buffer, world.byteOffset, world.byteLength);
  const nextKey = hex(world.subarray(worldHead.nextKey, worldHead.signature));
  return { id: view.getBigUint64(worldHead.id), timestamp: view.getBigUint64(worldHead.timestamp), nextKey };
}

/** Where the next root starts, or nothing when this one is not whole. */
function skipRoot(world: Uint8Array, start: number): number | undefined {
  if (start + identitySize >= world.length || !isIdentity(world.subarray(start))) return undefined;
  let at = start + identitySize;
  const endpoints = world[at++] ?? 0;
  if (endpoints > maxRootEndpoints) return undefined;
  for (let i = 0; i < endpoints; i++) {
    const size = endpointSize(world, at);
    if (size === undefined || at + size > world.length) return undefined;
    at += size;
  }
  return at;
}

/** Bytes of an encoded address (vl1.md §1.5). */
function endpointSize(bytes: Uint8Array, at: number): number | undefined {
  const sizes: Readonly<Record<number, number>> = { 0: 1, 1: 7, 2: 7, 4: 7, 6: 19 };
  const type = bytes[at] ?? -1;
  return type === 3 ? 3 + ((bytes[at + 1] ?? 0) << 8) + (bytes[at + 2] ?? 0) : sizes[type];
}

function isIdentity(bytes: Uint8Array): boolean {
  return bytes[identityType] === 0 && bytes[identityKeyLength] === 0 && bytes[0] !== 0xff;
}

/**
 * What is wrong with a peer cache record. A record of another version is not broken: a different program wrote it, and
 * ours does not use it. Broken endpoints only end the list (vl1.md §9.2).
 */
export function peerDefect(record: Uint8Array, address: string): string | undefined {
  if (record.length === 0) return 'is empty';
  if (record[0] !== peerRecordVersion) return undefined;
  if (record.length < peerRecordSize) return `has ${record.length} bytes of at least ${peerRecordSize}`;
  if (!isIdentity(record.subarray(1))) return 'holds no identity';
  return hex(record.subarray(1, 6)) === address ? undefined : 'is about another node than its name says';
}

/** How many endpoints a peer cache record says it has. */
export function peerEndpoints(record: Uint8Array): number {
  if (record[0] !== peerRecordVersion || record.length < peerRecordSize) return 0;
  return ((record[peerEndpointCount] ?? 0) << 8) | (record[peerEndpointCount + 1] ?? 0);
}

/** True for two records about the same key. */
export function samePeer(a: Uint8Array, b: Uint8Array): boolean {
  const identity = (record: Uint8Array) => hex(record.subarray(1, 1 + identitySize));
  return identity(a) === identity(b);
}

/** What is wrong with a network's stored configuration. One byte or none: joined, no configuration yet. */
export function dictionaryDefect(dictionary: Uint8Array, id: string): string | undefined {
  if (dictionary.length <= 1) return undefined;
  const text = new TextDecoder('latin1').decode(dictionary);
  const named = /(?:^|\n)nwid=([0-9a-fA-F]+)/.exec(text)?.[1];
  if (named === undefined) return 'is not the configuration of a network';
  return named.toLowerCase().padStart(16, '0') === id ? undefined : 'is the configuration of another network';
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
