/** Moons in a store: `moons.d/<16 hex>.moon`, one serialized moon each (vl1.md §6.6, §9.1). */
import type { MoonId } from '@ztkit/types';
import { worldDefect } from './stored-forms.js';

/** As many as the core holds. */
const maxMoons = 16;

/** What loads them: a state that sets damaged objects aside. */
export interface CheckedObjects {
  loadChecked(name: string, defectOf: (data: Uint8Array) => string | undefined): Promise<Uint8Array | undefined>;
}

/** Where a moon is kept. */
export function moonFile(id: MoonId): string {
  return `moons.d/${id}.moon`;
}

/** The stored moons, of these names; further ones than a node can hold are left alone, damaged ones are set aside. */
export async function loadMoons(objects: CheckedObjects, names: readonly string[]): Promise<Uint8Array[]> {
  const moons: Uint8Array[] = [];
  for (const name of names) {
    const id = /^moons\.d\/([0-9a-f]{16})\.moon$/.exec(name)?.[1];
    if (id === undefined || moons.length >= maxMoons) continue;
    const moon = await objects.loadChecked(name, (data) => worldDefect(data, 'moon', id));
    if (moon !== undefined) moons.push(moon);
  }
  return moons;
}
