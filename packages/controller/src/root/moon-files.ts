/** `ztkit moon init` and `ztkit moon sign` (vl1.md §6.6). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMoon, parseWorldDescription, signWorldDescription } from '@ztkit/sdk';
import { ControllerError } from '../domain/errors.js';

/** The text of a first description. `identity`: a file such as `identity.public`, or the text itself. */
export async function initMoon(identity: string): Promise<string> {
  const text = /^[0-9a-f]{10}:0:/.test(identity) ? identity : await read(identity);
  return JSON.stringify(await describeMoon([{ identity: text.trim(), endpoints: [] }]), null, 2);
}

/** Writes the signed moon; the line that says where. */
export async function signMoon(file: string, directory: string): Promise<string> {
  const { id, bytes } = await signWorldDescription(parseWorldDescription(await read(file)));
  const path = join(directory, `${id}.moon`);
  await attempt(`${path} could not be written`, () => writeFile(path, bytes));
  return path;
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
