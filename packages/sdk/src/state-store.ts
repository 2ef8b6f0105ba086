/**
 * Where a node keeps its state: named objects, in the layout of vl1.md §9.1 (`identity.secret`, `planet`,
 * `peers.d/<10 hex>.peer`,
 * `networks.d/<16 hex>.conf`).
 */
import { invalid } from './arguments.js';

/** A store. Implement it to keep state elsewhere (a database, a secret manager). */
export interface StateStore {
  /**
   * Called once before anything else; takes a lock where that means something. May reject with `ERR_ZT_STORE`; it
   * holds nothing then, and `close` is not called.
   */
  open?(): Promise<void>;
  /** Called once, last; releases what `open` took. */
  close?(): Promise<void>;
  /** The object, or `undefined` when there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Writes all or nothing. Objects named `*.secret`, `planet.json` or `moon.json` must not be readable by others. */
  put(name: string, data: Uint8Array): Promise<void>;
  /** Deletes; a missing object is fine. */
  delete(name: string): Promise<void>;
  /**
   * Names of the objects under `directory` (`'networks.d'`), with the directory. Of `'peers.d'` those written last come
   * first, where the store knows: what a node cannot hold is left out from the end.
   */
  list(directory: string): Promise<string[]>;
  /**
   * Gives a damaged object another name, under which nobody looks for it. It must not be lost, nor overwrite another;
   * without this method it is copied and then deleted.
   */
  setAside?(name: string, aside: string): Promise<void>;
  /** Called once an hour while the node runs: removes what is too old to be of use. */
  maintain?(): Promise<void>;
  /** Where an object is, for messages: a path. Default: its name. */
  describe?(name: string): string;
}

const segment = '[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}';
const objectName = new RegExp(`^(${segment}/)?${segment}$`);

/** An object's name: one or two short segments, nothing that could leave a directory. */
export function checkObjectName(name: string): string {
  if (typeof name === 'string' && objectName.test(name)) return name;
  throw invalid(`${JSON.stringify(String(name).slice(0, 80))} is not a name of a stored object`);
}

/** State that ends with the process. Each call makes an empty one. */
export function memoryStore(initial: Readonly<Record<string, Uint8Array>> = {}): StateStore {
  const objects = new Map<string, Uint8Array>();
  for (const [name, data] of Object.entries(initial)) objects.set(checkObjectName(name), data.slice());
  return {
    get: async (name) => objects.get(checkObjectName(name))?.slice(),
    put: async (name, data) => void objects.set(checkObjectName(name), data.slice()),
    delete: async (name) => void objects.delete(checkObjectName(name)),
    list: async (directory) => [...objects.keys()].filter((name) => name.startsWith(`${directory}/`)),
    describe: (name) => `${name} in the memory store`,
  };
}
