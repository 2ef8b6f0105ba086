/** `ztkit moon init` and `ztkit moon sign` (vl1.md §6.6). */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMoon, parseWorldDescription, signWorldDescription } from '@ztkit/sdk';
import { ControllerError } from '../domain/errors.js';

/** The text of a first description. `identity`: a file such as `identity.public`, or the text itself. */
export async function initMoon(identity: string): Promise<string> {
  const text = /^[0-9a-f]{10}:0:/.test(identity) ? identity : await read(identity);
  return JSON.stringify(await describeMoon([{ identity: text.trim(), endpoints: [] }]), null, 2);
}

/**
 * Writes the signed moon; the line that says where. What nodes may have already, a definition of the same moon in that
 * directory, is followed by a newer one.
 */
export async function signMoon(file: string, directory: string): Promise<string> {
  const description = parseWorldDescription(await read(file));
  if (description.worldType !== 'moon') {
    const remedy =
      '"ztkit root" makes and signs the planet of its root, signWorldDescription() of @ztkit/sdk any other';
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${file} describes a planet, not a moon: ${remedy}`);
  }
  const path = join(directory, `${description.id.toLowerCase().padStart(16, '0')}.moon`);
  const previous = await readIfThere(path);
  const { bytes } = await attempt(`${file} was not signed`, () =>
    signWorldDescription(description, previous === undefined ? {} : { previous }),
  );
  await attempt(`${path} could not be written`, () => replaceFile(path, bytes));
  return path;
}

/** Whoever is cut off in the middle keeps the old file. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(draft, bytes, { flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${path} could not be read: ${(error as Error).message}`);
  }
}

function read(path: string): Promise<string> {
  return attempt(`${path} could not be read`, () => readFile(path, 'utf8'));
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${what}: ${reason}`, { cause });
  }
}
