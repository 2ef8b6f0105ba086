import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { memoryStore, type StateStore } from './state-store.js';
import { WriteBehind } from './write-behind.js';

/** A store that counts and fails on demand. */
class Disk implements StateStore {
  readonly store = memoryStore();
  readonly puts: string[] = [];
  full = false;
  get = this.store.get;
  delete = this.store.delete;
  list = this.store.list;
  async put(name: string, data: Uint8Array): Promise<void> {
    if (this.full) throw new Error('no space left');
    this.puts.push(name);
    await this.store.put(name, data);
  }
}

const one = new Uint8Array([1]);
const two = new Uint8Array([2]);
let disk: Disk;
let writes: WriteBehind;
let failures: string[];
beforeEach(() => {
  vi.useFakeTimers();
  disk = new Disk();
  failures = [];
  writes = new WriteBehind(disk, 100_000, (name, error) => failures.push(`${name}: ${error.message}`));
});
afterEach(() => vi.useRealTimers());

it('writes a burst of values for one object once, the last one', async () => {
  for (let i = 0; i < 100; i++) writes.later('planet', new Uint8Array([i]));
  writes.later('networks.d/1', one);
  await vi.advanceTimersByTimeAsync(1000);
  expect(disk.puts.sort()).toEqual(['networks.d/1', 'planet']);
  expect(await disk.get('planet')).toEqual(new Uint8Array([99]));
});

it('copies what it is given, deletes for empty data, and writes the rest when closed', async () => {
  const data = new Uint8Array([7]);
  writes.later('a', data);
  data[0] = 8;
  writes.later('b', one);
  writes.later('b', new Uint8Array());
  await writes.close();
  expect(await disk.get('a')).toEqual(new Uint8Array([7]));
  expect(await disk.get('b')).toBeUndefined();
});

it('says once that an object is not saved, tries again, and loses nothing that was there', async () => {
  writes.later('planet', one);
  await vi.advanceTimersByTimeAsync(1000);
  disk.full = true;
  writes.later('planet', two);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(failures).toEqual(['planet: no space left']);
  expect(await disk.get('planet')).toEqual(one);
  disk.full = false;
  await vi.advanceTimersByTimeAsync(300_000);
  expect(await disk.get('planet')).toEqual(two);
  disk.full = true;
  writes.later('planet', one);
  await vi.advanceTimersByTimeAsync(1000);
  expect(failures).toHaveLength(2);
});

it('a newer value is not replaced by an older one that failed', async () => {
  disk.full = true;
  writes.later('planet', one);
  await vi.advanceTimersByTimeAsync(1000);
  disk.full = false;
  writes.later('planet', two);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(await disk.get('planet')).toEqual(two);
});

it('what is written now takes the place of what was pending, and fails to the caller', async () => {
  writes.later('a', one);
  await writes.now('a', two);
  await vi.advanceTimersByTimeAsync(1000);
  expect(disk.puts).toEqual(['a']);
  disk.full = true;
  await expect(writes.now('a', one)).rejects.toThrow('no space left');
  expect(failures).toEqual([]);
});

it('keeps the old object when asked to', async () => {
  await disk.put('p', one);
  writes.later('p', two, () => true);
  writes.later('q', two, () => true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await disk.get('p')).toEqual(one);
  expect(await disk.get('q')).toEqual(two);
});
