/**
 * One process per state directory: two nodes with one identity make each other unreachable.
 *
 * A lock is a file that names its owner: `<pid> <start of the process> <nonce>`. A lock whose owner is gone is *replaced*,
 * never deleted first, and only by the one process that holds the claim on exactly that lock: the claim is a lock too,
 * named after the nonce. So of any number of processes that find one stale lock, one gets it; a late one that claims a
 * lock that was replaced meanwhile sees another nonce and starts again.
 */
import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZtError } from '@ztkit/types';

const lockName = 'ztkit.lock';
/** Directories that this thread holds: a pid alone cannot tell its own leftovers from a live store. */
const heldHere = new Set<string>();

/** A process that died while it held a claim leaves one more to claim; more in a row is no accident. */
const maxClaims = 8;
const maxAttempts = 50;
const longestPauseMs = 20;
/** A draft is written in far less. */
const draftMs = 60_000;

interface Owner {
  pid: number;
  /** When it started, in the system's own unit; `0`: not known. Tells a process from a later one of the same number. */
  start: string;
  nonce: string;
}

/**
 * Takes the lock of `directory` and returns how to release it. Rejects with `ERR_ZT_STORE` when another one
 * holds it.
 */
export async function acquireDirectoryLock(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  if (heldHere.has(directory)) throw inUse(directory, path, process.pid);
  heldHere.add(directory);
  const own = await newOwner();
  try {
    const outcome = await acquire(path, own, 0);
    if (outcome !== 'held') throw inUse(directory, path, outcome.pid);
  } catch (error) {
    heldHere.delete(directory);
    throw error;
  }
  return async () => {
    try {
      // Not when somebody deleted it and another one took it since.
      if ((await ownerOf(path))?.nonce === own.nonce) await rm(path, { force: true });
    } finally {
      heldHere.delete(directory);
    }
  };
}

/** Removes drafts and claims that killed processes left beside the lock, which the caller holds. */
export async function dropDeadClaims(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((candidate) => candidate.startsWith(`${lockName}.`))) {
    const path = join(directory, name);
    const owner = await ownerOf(path).catch(() => undefined);
    if (owner === undefined || (await isAlive(owner))) continue;
    // One without an owner is being written just now, if it is not old.
    const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    const age = Date.now() - written;
    if (owner.pid !== 0 || age > draftMs) await rm(path, { force: true });
  }
}

/** Takes the lock at `path`; or who has it. */
async function acquire(path: string, own: Owner, depth: number): Promise<'held' | Owner> {
  const draft = `${path}.${own.nonce}.draft`;
  try {
    await writeFile(draft, `${own.pid} ${own.start} ${own.nonce}\n`, { mode: 0o600 });
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (await created(draft, path)) return 'held';
      const owner = await ownerOf(path);
      if (owner === undefined) continue; // released just now
      if (await isAlive(owner)) return owner;
      if (await replaced(draft, path, owner, depth)) return 'held';
      await pause();
    }
  } catch (cause) {
    if (cause instanceof ZtError) throw cause;
    throw new ZtError('ERR_ZT_STORE', `Cannot lock ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
  throw new ZtError('ERR_ZT_STORE', `Cannot lock ${path}: others keep taking it`);
}

async function newOwner(): Promise<Owner> {
  return { pid: process.pid, start: await startOf(process.pid), nonce: randomBytes(8).toString('hex') };
}

/** A link appears with its content in one step, so nobody sees a lock without an owner. False: the lock exists. */
async function created(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Puts `draft` in the place of the lock that a dead owner left. False: somebody else does or did. */
async function replaced(draft: string, path: string, dead: Owner, depth: number): Promise<boolean> {
  if (depth >= maxClaims) throw new ZtError('ERR_ZT_STORE', `Cannot lock ${path}: delete it when no program uses it`);
  const claim = `${path}.${dead.nonce}`;
  if ((await acquire(claim, await newOwner(), depth + 1)) !== 'held') return false;
  try {
    // Nobody but the holder of this claim replaces this lock, and its owner is dead: what holds now stays.
    if ((await ownerOf(path))?.nonce !== dead.nonce) return false;
    await rename(draft, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Who holds a lock; nothing: there is none. What is no lock of ours belongs to nobody alive. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const [pid = '', start = '0', nonce = `old-${pid}`] = text.trim().split(' ');
  const number = /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : 0;
  return { pid: number, start, nonce: /^[\w-]{1,32}$/.test(nonce) ? nonce : 'broken' };
}

async function isAlive({ pid, start }: Owner): Promise<boolean> {
  // Of our own number: another thread has it, or, where starts are not known, an earlier process had it.
  if (pid === 0 || (pid === process.pid && start === '0')) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === '0' || start === (await startOf(pid));
}

/** Field 22 of /proc/PID/stat, after the name in parentheses, which may hold anything. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return '0';
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs));
}

function inUse(directory: string, path: string, pid: number): ZtError {
  return new ZtError('ERR_ZT_STORE', `${directory} is in use by process ${pid} (if that is not so, delete ${path})`);
}
