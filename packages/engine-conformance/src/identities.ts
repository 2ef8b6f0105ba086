/** Identities for tests. Making one takes CPU seconds, so they are made once and kept beside the installed packages. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@ztkit/types';

const directory = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));
const file = `${directory}/identities.json`;

function load(): string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `count` different secret identities, in the same order in every run. */
export async function identities(engine: Engine, count: number): Promise<string[]> {
  const known = load();
  if (known.length >= count) return known.slice(0, count);
  while (known.length < count) known.push(await engine.generateIdentity());
  mkdirSync(directory, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(known, undefined, 1), { mode: 0o600 });
  renameSync(temporary, file);
  return known;
}

/** The public part (vl1.md §2.6). */
export function publicPart(secret: string): string {
  return secret.split(':').slice(0, 3).join(':');
}
