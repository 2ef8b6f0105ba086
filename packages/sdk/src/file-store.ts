/** State in a directory, in the file layout that existing installations use (vl1.md §9.1). */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ZtError } from '@ztkit/types';
import { invalid } from './arguments.js';
import { acquireDirectoryLock } from './directory-lock.js';
import { checkObjectName, type StateStore } from './state-store.js';

/** Peer cache files that were not written for this long are deleted (vl1.md §9.2). */
const maxPeerCacheAgeMs = 30 * 24 * 3600 * 1000;
/** The largest object read: a configuration dictionary is below 1 MiB by far. */
const maxObjectBytes = 4 << 20;

/**
 * Keeps a node's state in `directory`, which is made when it does not exist. A home directory of an existing
 * installation opens as it
 * is. Only one process may use a directory at a time: a second one is refused with `ERR_ZT_STORE`.
 */
export function fileStore(directory: string): StateStore {
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw invalid('"directory" must be a path');
  }
  return new FileStore(resolve(directory));
}

class FileStore implements StateStore {
  readonly #directory: string;
  #unlock: (() => Promise<void>) | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  describe(name: string): string {
    return join(this.#directory, name);
  }

  async open(): Promise<void> {
    await this.#guard('create', this.#directory, () => mkdir(this.#directory, { recursive: true, mode: 0o700 }));
    this.#unlock = await acquireDirectoryLock(this.#directory);
    try {
      await this.#dropOldPeers();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const unlock = this.#unlock;
    this.#unlock = undefined;
    await unlock?.();
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const path = this.describe(checkObjectName(name));
    return this.#guard('read', path, async () => {
      try {
        if ((await stat(path)).size > maxObjectBytes) throw new Error(`larger than ${maxObjectBytes} bytes`);
        return new Uint8Array(await readFile(path));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async put(name: string, data: Uint8Array): Promise<void> {
    const path = this.describe(checkObjectName(name));
    // Writing an unchanged object is skipped (vl1.md §9.1).
    const before = await this.get(name);
    if (before !== undefined && Buffer.compare(before, data) === 0) return;
    await this.#guard('write', path, () => writeAtomically(path, data, name.endsWith('.secret') ? 0o600 : 0o644));
  }

  async delete(name: string): Promise<void> {
    const path = this.describe(checkObjectName(name));
    await this.#guard('delete', path, () => rm(path, { force: true }));
  }

  async list(directory: string): Promise<string[]> {
    const path = this.describe(checkObjectName(directory));
    return this.#guard('list', path, async () => {
      try {
        const entries = await readdir(path, { withFileTypes: true });
        return entries.filter((entry) => entry.isFile()).map((entry) => `${directory}/${entry.name}`);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    });
  }

  async #dropOldPeers(): Promise<void> {
    for (const name of await this.list('peers.d')) {
      const path = this.describe(name);
      if (!name.endsWith('.peer')) continue;
      await this.#guard('delete', path, async () => {
        if (Date.now() - (await stat(path)).mtimeMs > maxPeerCacheAgeMs) await rm(path, { force: true });
      });
    }
  }

  async #guard<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof ZtError) throw cause;
      throw new ZtError('ERR_ZT_STORE', `Cannot ${verb} ${path}: ${(cause as Error).message}`, { cause });
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/**
 * A reader sees the old content or the new one, also after a power cut: write beside, sync, rename, sync the
 * directory.
 */
async function writeAtomically(path: string, data: Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes the rename durable. Windows cannot open a directory and needs no such call. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
