/** State in a directory, in the file layout that existing installations use (vl1.md §9.1). */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ZtError } from '@ztkit/types';
import { invalid } from './arguments.js';
import { acquireDirectoryLock, dropDeadClaims } from './directory-lock.js';
import { inParallel } from './parallel.js';
import { checkObjectName, type StateStore } from './state-store.js';

/** Peer cache files that were not written for this long are deleted (vl1.md §9.2). */
const maxPeerCacheAgeMs = 30 * 24 * 3600 * 1000;
/** The largest object read: a configuration dictionary is below 1 MiB by far. */
const maxObjectBytes = 4 << 20;

/** Files looked at at the same time. */
const parallelStats = 32;
/** What others must not read: secret identities, and descriptions of worlds with their signing key (vl1.md §6.6). */
const secretName = /\.secret$|^(planet|moon)\.json$/;
const peerName = /^peers\.d\/[0-9a-f]{10}\.peer$/;
/** What `#writeAtomically` calls a file that is not whole yet. */
const temporaryName = /\.[0-9a-f]{12}\.tmp$/;
/** File systems without hard links. */
const hardLinksFail: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

interface WriteOptions {
  mode: number;
  durable: boolean;
}

interface DirectorySync {
  now: Promise<void>;
  next: Promise<void> | undefined;
}

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
  readonly #syncs = new Map<string, DirectorySync>();
  /** When cached peers were written, from the last `maintain`. */
  #peerTimes = new Map<string, number>();
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
      await this.#guard('list', this.#directory, () => dropDeadClaims(this.#directory));
      await this.#dropLeftovers();
      await this.maintain();
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
        const file = await open(path, 'r');
        try {
          if ((await file.stat()).size > maxObjectBytes) throw new Error(`larger than ${maxObjectBytes} bytes`);
          return new Uint8Array(await file.readFile());
        } finally {
          await file.close();
        }
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
    const options = { mode: secretName.test(name) ? 0o600 : 0o644, durable: !name.startsWith('peers.d/') };
    await this.#guard('write', path, () => this.#writeAtomically(path, data, options));
  }

  async setAside(name: string, aside: string): Promise<void> {
    const [path, target] = [this.describe(checkObjectName(name)), this.describe(checkObjectName(aside))];
    await this.#guard('set aside', path, async () => {
      try {
        // Unlike a rename this never takes the place of another file.
        await link(path, target);
      } catch (error) {
        if (!hardLinksFail.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        await rename(path, target);
        return;
      }
      await unlink(path);
    });
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
        const names = entries.filter((entry) => entry.isFile()).map((entry) => `${directory}/${entry.name}`);
        const times = this.#peerTimes;
        return directory === 'peers.d' ? names.sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0)) : names;
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    });
  }

  /** What a killed process was about to write. Nobody else writes here: the directory is locked. */
  async #dropLeftovers(): Promise<void> {
    for (const directory of ['', 'networks.d', 'peers.d', 'moons.d']) {
      const path = join(this.#directory, directory);
      const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const leftover = join(path, entry.name);
        if (!entry.isFile() || !temporaryName.test(entry.name)) continue;
        await this.#guard('delete', leftover, () => rm(leftover, { force: true }));
      }
    }
  }

  async maintain(): Promise<void> {
    const names = (await this.list('peers.d')).filter((name) => peerName.test(name));
    const times = new Map<string, number>();
    await inParallel(names, parallelStats, async (name) => {
      const path = this.describe(name);
      await this.#guard('delete', path, async () => {
        const { mtimeMs } = await stat(path);
        if (Date.now() - mtimeMs > maxPeerCacheAgeMs) await rm(path, { force: true });
        else times.set(name, mtimeMs);
      });
    });
    this.#peerTimes = times;
  }

  /**
   * A reader sees the old content or the new one: write beside, then rename. When durable also after a power cut: sync
   * the file before and the directory after. A cached peer is not worth that, and at the end there are thousands.
   */
  async #writeAtomically(path: string, data: Uint8Array, { mode, durable }: WriteOptions): Promise<void> {
    const directory = dirname(path);
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const file = await open(temporary, 'wx', mode).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return open(temporary, 'wx', mode);
      });
      try {
        // Whatever the umask says.
        if (mode === 0o600) await file.chmod(mode);
        await file.writeFile(data);
        if (durable) await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    if (durable) await this.#syncDirectory(directory);
  }

  /** Makes renames durable. Those that come while a sync runs share the next one. */
  #syncDirectory(directory: string): Promise<void> {
    const running = this.#syncs.get(directory);
    if (running?.next !== undefined) return running.next;
    const start = (): Promise<void> => {
      const entry: DirectorySync = { now: syncDirectory(directory), next: undefined };
      this.#syncs.set(directory, entry);
      const clear = () => void (this.#syncs.get(directory) === entry && this.#syncs.delete(directory));
      return entry.now.finally(clear);
    };
    if (running === undefined) return start();
    running.next = running.now.catch(() => {}).then(start);
    return running.next;
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

/** Windows cannot open a directory and needs no such call. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
