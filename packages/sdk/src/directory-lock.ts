/** One process per state directory: two nodes with one identity make each other unreachable. */
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZtError } from '@ztkit/types';

const lockName = 'ztkit.lock';
/** Directories that this process holds: a pid alone cannot tell its own leftovers from a live store. */
const heldHere = new Set<string>();

/**
 * Takes the lock of `directory` and returns how to release it. Rejects with `ERR_ZT_STORE` when another one
 * holds it.
 */
export async function acquireDirectoryLock(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  if (heldHere.has(directory)) throw inUse(directory, path, process.pid);
  heldHere.add(directory);
  try {
    await createLockFile(directory, path);
  } catch (error) {
    heldHere.delete(directory);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    heldHere.delete(directory);
  };
}

async function createLockFile(directory: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await linkOwnPid(path)) return;
    const owner = await ownerOf(path);
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) throw inUse(directory, path, owner);
    // Left by a process that was killed.
    await rm(path, { force: true });
  }
  throw new ZtError('ERR_ZT_STORE', `Cannot lock ${path}: others keep taking it`);
}

/** A link appears with its content in one step, so nobody sees a lock without an owner. False: the lock exists. */
async function linkOwnPid(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  try {
    await writeFile(own, `${process.pid}\n`, { mode: 0o600 });
    await link(own, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new ZtError('ERR_ZT_STORE', `Cannot lock ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(own, { force: true });
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(directory: string, path: string, pid: number): ZtError {
  return new ZtError('ERR_ZT_STORE', `${directory} is in use by process ${pid} (if that is not so, delete ${path})`);
}
