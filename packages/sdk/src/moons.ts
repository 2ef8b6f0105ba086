/** Moons: additional roots a node chooses (vl1.md §6.5). */
import { type EngineNode, type MoonId, type NodeAddress, parseNodeAddress, ZtError } from '@ztkit/types';
import { checkObject, invalid } from './arguments.js';
import { moonFile } from './moon-files.js';

/** Options of `node.orbit()`. */
export interface OrbitOptions {
  /** One of the moon's roots, by address: asked for the moon until it comes. Not needed when the store has it. */
  seed?: string;
}

/** A moon to look for from the start. */
export interface OrbitSpec {
  id: string;
  seed: string;
}

/**
 * A moon's id: up to 16 hex digits, by convention the 10 of its first root's address.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`
 */
export function parseMoonId(id: unknown): MoonId {
  if (typeof id !== 'string' || !/^[0-9a-fA-F]{10,16}$/.test(id) || /^0+$/.test(id)) {
    throw invalid('A moon id is 10 to 16 hex digits, not all zero');
  }
  return id.toLowerCase().padStart(16, '0');
}

/** Checks the option `orbit` of `createNode`. */
export function parseOrbits(orbits: unknown): { id: MoonId; seed: NodeAddress }[] {
  if (orbits === undefined) return [];
  if (!Array.isArray(orbits) || orbits.length > 16) throw invalid('"orbit" must be an array of at most 16 moons');
  return orbits.map((orbit: unknown, index) => {
    const { id, seed } = checkObject(`orbit[${index}]`, orbit) as OrbitSpec;
    return { id: parseMoonId(id), seed: parseNodeAddress(seed) };
  });
}

/** Where a moon may be kept: the node's state. */
export interface StoredMoons {
  loadMoon(id: MoonId): Promise<Uint8Array | undefined>;
  forgetMoon(id: MoonId): void;
  where(name: string): string;
}

/** Carries out `node.orbit()`; `opened` answers the engine of a node that is open. */
export async function orbit(
  opened: () => EngineNode,
  stored: StoredMoons,
  id: string,
  options: OrbitOptions,
): Promise<void> {
  checkObject('options', options);
  const moon = parseMoonId(id);
  const seed = options.seed === undefined ? undefined : parseNodeAddress(options.seed);
  opened();
  const file = await stored.loadMoon(moon);
  try {
    opened().orbit(moon, seed, file);
  } catch (cause) {
    if (!(cause instanceof ZtError) || cause.code !== 'ERR_ZT_NOT_FOUND') throw cause;
    const what = `Moon ${moon} is not held and not in the store (${stored.where(moonFile(moon))})`;
    throw new ZtError(cause.code, `${what}: name one of its roots as "seed", or put its file there`, { cause });
  }
}

/** Carries out `node.deorbit()`. */
export function deorbit(engine: EngineNode, stored: StoredMoons, id: string): void {
  const moon = parseMoonId(id);
  try {
    engine.deorbit(moon);
  } catch (cause) {
    if (!(cause instanceof ZtError) || cause.code !== 'ERR_ZT_NOT_FOUND') throw cause;
    throw new ZtError(cause.code, `Moon ${moon} is neither held nor looked for`, { cause });
  }
  stored.forgetMoon(moon);
}
