/** Moons: additional roots a node chooses (vl1.md §6.5). */
import { type EngineNode, type MoonId, type NodeAddress, parseNodeAddress } from '@ztkit/types';
import { checkObject, invalid } from './arguments.js';

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

/** Carries out `node.orbit()`. */
export function orbit(engine: EngineNode, id: string, options: OrbitOptions): void {
  checkObject('options', options);
  const seed = options.seed === undefined ? undefined : parseNodeAddress(options.seed);
  engine.orbit(parseMoonId(id), seed);
}
