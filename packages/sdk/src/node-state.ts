/** What a node finds in its store at start, and what it writes there while it runs (vl1.md §9.1). */
import { type NetworkId, type NodeEvent, parseNetworkId, parseNodeAddress, ZtError } from '@ztkit/types';
import type { Logger } from './logger.js';
import type { StateStore } from './state-store.js';

const identityPattern = /^[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}$/;
/** `networks.d` content that says "joined, no configuration yet" (vl1.md §9.1). */
const joinedMarker = new Uint8Array([0x0a]);

/** Networks loaded at start; a directory with more is not one a node wrote. */
const maxNetworks = 256;
/** Cached peers loaded at start. */
const maxCachedPeers = 1024;

const utf8 = new TextEncoder();

/**
 * Checks the outer form of a secret identity (vl1.md §2.6); the engine checks the keys.
 * @throws ZtError `ERR_ZT_INVALID_IDENTITY`
 */
export function checkIdentitySecret(text: unknown, where: string): string {
  const trimmed = typeof text === 'string' ? text.trim() : '';
  if (identityPattern.test(trimmed)) return trimmed;
  throw new ZtError(
    'ERR_ZT_INVALID_IDENTITY',
    `${where} is not a secret identity (270 characters of text); it was left as it is`,
  );
}

/** The public part of a secret identity: the text without its last field (vl1.md §2.6). */
export function publicIdentityOf(secret: string): string {
  return secret.split(':').slice(0, 3).join(':');
}

/** What the store held. */
export interface StoredState {
  identitySecret: string | undefined;
  planet: Uint8Array | undefined;
  peers: Uint8Array[];
  networks: { id: NetworkId; dictionary: Uint8Array }[];
}

/**
 * A node's state in a store. Writes happen in order, one at a time; their failures are logged, they do not stop
 * the node.
 */
export class NodeState {
  readonly #store: StateStore;
  readonly #logger: Logger;
  /** Networks that were left: news of them may still be on its way and must not bring them back. */
  readonly #forgotten = new Set<NetworkId>();
  #writes: Promise<void> = Promise.resolve();

  constructor(store: StateStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Where an object is, for messages. */
  where(name: string): string {
    return this.#store.describe?.(name) ?? name;
  }

  async open(): Promise<void> {
    await this.#store.open?.();
  }

  async load(): Promise<StoredState> {
    const secret = await this.#store.get('identity.secret');
    return {
      identitySecret: secret && checkIdentitySecret(new TextDecoder().decode(secret), this.where('identity.secret')),
      planet: await this.#store.get('planet'),
      peers: await this.#loadPeers(),
      networks: await this.#loadNetworks(),
    };
  }

  async #loadPeers(): Promise<Uint8Array[]> {
    const names = (await this.#store.list('peers.d')).filter((name) => /^peers\.d\/[0-9a-f]{10}\.peer$/.test(name));
    const peers = await Promise.all(names.slice(0, maxCachedPeers).map((name) => this.#store.get(name)));
    return peers.filter((peer) => peer !== undefined);
  }

  async #loadNetworks(): Promise<StoredState['networks']> {
    const networks: StoredState['networks'] = [];
    for (const name of await this.#store.list('networks.d')) {
      const match = /^networks\.d\/([0-9a-f]{16})\.conf$/.exec(name);
      if (match === null || networks.length >= maxNetworks || /^0+$/.test(match[1] ?? '')) continue;
      const content = (await this.#store.get(name)) ?? joinedMarker;
      networks.push({ id: parseNetworkId(match[1]), dictionary: content.length > 1 ? content : new Uint8Array() });
    }
    return networks;
  }

  /** A new identity must be safe before anybody learns its address. */
  async saveIdentity(secret: string): Promise<void> {
    await this.#store.put('identity.secret', utf8.encode(secret));
    await this.#store.put('identity.public', utf8.encode(publicIdentityOf(secret)));
  }

  /** Keeps a planet that was given, so that the directory is complete without the program. */
  async savePlanet(planet: Uint8Array): Promise<void> {
    await this.#store.put('planet', planet);
  }

  /** Remembers that a network is joined; a stored configuration stays. */
  rememberNetwork(id: NetworkId): void {
    const name = `networks.d/${id}.conf`;
    this.#forgotten.delete(id);
    this.#logged(name, async () => {
      if ((await this.#store.get(name)) === undefined) await this.#store.put(name, joinedMarker);
    });
  }

  async forgetNetwork(id: NetworkId): Promise<void> {
    this.#forgotten.add(id);
    await this.#enqueue(() => this.#store.delete(`networks.d/${id}.conf`));
  }

  /** Carries out the engine's store events. */
  onEvent(event: NodeEvent): void {
    if (event.type === 'STORE_PLANET') this.#later('planet', event.data);
    if (event.type === 'STORE_PEER') this.#later(`peers.d/${parseNodeAddress(event.peer)}.peer`, event.data);
    if (event.type === 'STORE_NETWORK' && !this.#forgotten.has(event.networkId))
      this.#later(`networks.d/${event.networkId}.conf`, event.data);
    if (event.type === 'STORE_IDENTITY_SECRET') this.#later('identity.secret', utf8.encode(event.text));
    if (event.type === 'STORE_IDENTITY_PUBLIC') this.#later('identity.public', utf8.encode(event.text));
  }

  /** Empty data means: delete. */
  #later(name: string, data: Uint8Array): void {
    const copy = data.slice();
    this.#logged(name, () => (copy.length === 0 ? this.#store.delete(name) : this.#store.put(name, copy)));
  }

  #logged(name: string, write: () => Promise<void>): void {
    this.#enqueue(write).catch((error: Error) =>
      this.#logger.error(`${this.where(name)} was not saved: ${error.message}`),
    );
  }

  #enqueue(write: () => Promise<void>): Promise<void> {
    const done = this.#writes.then(write);
    this.#writes = done.catch(() => {});
    return done;
  }

  /** Waits for the writes that were begun, then closes the store. */
  async close(): Promise<void> {
    await this.#writes;
    await this.#store.close?.();
  }
}
