/** What a node finds in its store at start, and what it writes there while it runs (vl1.md §9.1). */
import {
  type MoonId,
  type NetworkId,
  type NetworkPermissions,
  type NodeEvent,
  parseNetworkId,
  parseNodeAddress,
  ZtError,
} from '@ztkit/types';
import { loadMoons, moonFile } from './moon-files.js';
import { formatPermissionFile, type PermissionFile, readPermissionFile } from './network-permissions.js';
import { inParallel } from './parallel.js';
import type { StateStore } from './state-store.js';
import { dictionaryDefect, peerDefect, peerEndpoints, samePeer, worldDefect } from './stored-forms.js';
import { WriteBehind } from './write-behind.js';

const identityPattern = /^[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}$/;
const publicIdentityPattern = /^[0-9a-f]{10}:0:[0-9a-f]{128}$/;
/** `networks.d` content that says "joined, no configuration yet" (vl1.md §9.1). */
const joinedMarker = new Uint8Array([0x0a]);

/** Networks loaded at start: as many as the core joins. */
const maxNetworks = 1024;
/** Local settings loaded at start: as many for networks that are not joined as for those that are, and some. */
const maxPermissions = 2048;
/** Cached peers loaded at start: as many as the node holds; this is what it holds unless it was told otherwise. */
const defaultMaxPeers = 8192;
/** Objects read at the same time. One after the other, those of a large root would take minutes. */
const parallelReads = 32;
/** Old peer records are looked for so often (vl1.md §9.2). */
const maintenanceMs = 3_600_000;
/** The engine says within this time after its start whether it takes what was stored. */
const judgementMs = 30_000;

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
  /** `null`: there was one, but it is damaged. A message: there is one, but the system does not let us read it. */
  planet: Uint8Array | string | null | undefined;
  moons: Uint8Array[];
  peers: Uint8Array[];
  networks: { id: NetworkId; dictionary: Uint8Array; permissions?: NetworkPermissions }[];
}

/** Warns the application; `kind` is `STATE_SET_ASIDE`, `STATE_DAMAGED`, `STATE_LEFT_OUT` or `STATE_NOT_SAVED`. */
export type StateWarning = (kind: string, detail: string) => void;

/**
 * A node's state in a store. What is damaged is set aside under another name, not overwritten or deleted, and the
 * node starts without it; only a damaged secret identity ends the start. Failures to write are told and tried again.
 */
export class NodeState {
  readonly #store: StateStore;
  readonly #warn: StateWarning;
  readonly #maxPeers: number;
  readonly #writes: WriteBehind;
  /** Networks that were left: news of them may still be on its way and must not bring them back. */
  readonly #forgotten = new Set<NetworkId>();
  /** Moons that were dropped, how often the engine has still to say so: until then its news of them are old. */
  readonly #droppedMoons = new Map<MoonId, number>();
  /** Damaged objects that could not be set aside: they stay as they are. */
  readonly #frozen = new Set<string>();
  /** All damaged objects that were found. */
  readonly #damaged = new Set<string>();
  /** Of those the system did not let us read: why. */
  readonly #unreadable = new Map<string, string>();
  /** Configurations as they were loaded, until the engine has judged them. */
  readonly #loaded = new Map<string, Uint8Array>();
  /** What networks may have, also such that are not joined yet. */
  readonly #permissions = new Map<NetworkId, PermissionFile>();
  #maintenance: ReturnType<typeof setInterval> | undefined;
  #judgement: ReturnType<typeof setTimeout> | undefined;

  constructor(store: StateStore, warn: StateWarning, maxPeers = defaultMaxPeers) {
    this.#store = store;
    this.#warn = warn;
    this.#maxPeers = maxPeers;
    this.#writes = new WriteBehind(store, maxPeers, (name, error) =>
      warn('STATE_NOT_SAVED', `${this.where(name)} was not saved: ${error.message}`),
    );
  }

  /** Where an object is, for messages. */
  where(name: string): string {
    return this.#store.describe?.(name) ?? name;
  }

  async open(): Promise<void> {
    await this.#store.open?.();
    this.#maintenance = setInterval(() => void this.#maintain(), maintenanceMs);
    (this.#maintenance as { unref?(): void }).unref?.();
  }

  async #maintain(): Promise<void> {
    await this.#store
      .maintain?.()
      .catch((error: Error) => this.#warn('STATE_NOT_SAVED', `Old peers are not removed: ${error.message}`));
  }

  async load(): Promise<StoredState> {
    const secret = await this.#store.get('identity.secret');
    return {
      identitySecret: secret && checkIdentitySecret(new TextDecoder().decode(secret), this.where('identity.secret')),
      planet: await this.#loadPlanet(),
      moons: await loadMoons(this, await this.#store.list('moons.d')),
      peers: await this.#loadPeers(),
      networks: await this.#loadNetworks(),
    };
  }

  /** The object if it has the right form; a damaged one is set aside. */
  async loadChecked(name: string, defectOf: (data: Uint8Array) => string | undefined): Promise<Uint8Array | undefined> {
    let defect: string | undefined;
    try {
      const data = await this.#store.get(name);
      defect = data && defectOf(data);
      if (defect === undefined) return data;
    } catch (error) {
      const why = (error as Error).message;
      if (isSystemError(error)) {
        this.#frozen.add(name);
        this.#unreadable.set(name, why);
        this.#warn('STATE_DAMAGED', `${this.where(name)} stays and is not written to: it cannot be read: ${why}`);
        return undefined;
      }
      defect = `cannot be read: ${why}`;
    }
    await this.setAside(name, defect);
    return undefined;
  }

  /** An empty one stands for one that an earlier start found damaged. */
  async #loadPlanet(): Promise<StoredState['planet']> {
    const defectOf = (data: Uint8Array) => (data.length === 0 ? undefined : worldDefect(data, 'planet'));
    const planet = await this.loadChecked('planet', defectOf);
    if (planet === undefined) return this.#damaged.has('planet') ? null : this.#unreadable.get('planet');
    return planet.length === 0 ? null : planet;
  }

  async #loadPeers(): Promise<Uint8Array[]> {
    const names = (await this.#store.list('peers.d')).filter((name) => /^peers\.d\/[0-9a-f]{10}\.peer$/.test(name));
    const peers: (Uint8Array | undefined)[] = [];
    await inParallel(names.slice(0, this.#maxPeers), parallelReads, async (name, index) => {
      peers[index] = await this.loadChecked(name, (data) => peerDefect(data, name.slice(8, 18)));
    });
    this.#leftOut(names.length - this.#maxPeers, 'cached peers', '"maxPeers"');
    return peers.filter((peer) => peer !== undefined);
  }

  async #loadNetworks(): Promise<StoredState['networks']> {
    const networks: StoredState['networks'] = [];
    const names = await this.#store.list('networks.d');
    await this.#loadPermissions(names);
    const joined = names.filter((name) => /^networks\.d\/(?!0{16})[0-9a-f]{16}\.conf$/.test(name));
    this.#leftOut(joined.length - maxNetworks, 'joined networks', `the ${maxNetworks} that a node can join`);
    for (const name of joined.slice(0, maxNetworks)) {
      const id = parseNetworkId(name.slice(11, 27));
      const content = await this.loadChecked(name, (data) => dictionaryDefect(data, id));
      // That the file exists means "joined", whatever it says.
      if (content === undefined) this.rememberNetwork(id);
      const dictionary = content !== undefined && content.length > 1 ? content : new Uint8Array();
      if (dictionary.length > 0) this.#loaded.set(name, dictionary);
      const permissions = this.#permissions.get(id)?.permissions;
      networks.push({ id, dictionary, ...(permissions === undefined ? {} : { permissions }) });
    }
    if (this.#loaded.size > 0) {
      this.#judgement = setTimeout(() => this.#loaded.clear(), judgementMs);
      (this.#judgement as { unref?(): void }).unref?.();
    }
    return networks;
  }

  async #loadPermissions(names: readonly string[]): Promise<void> {
    const files = names.filter((name) => /^networks\.d\/(?!0{16})[0-9a-f]{16}\.local\.conf$/.test(name));
    this.#leftOut(files.length - maxPermissions, 'files of local settings', `the ${maxPermissions} that are read`);
    for (const name of files.slice(0, maxPermissions)) {
      const file = await this.#readPermissions(name);
      this.#permissions.set(parseNetworkId(name.slice(11, 27)), file);
      if (file.defects.length === 0) continue;
      this.#warn('STATE_DAMAGED', `${this.where(name)} counts only in part: ${file.defects.slice(0, 3).join(', ')}`);
    }
  }

  /** The file stays where it is, and until it can be read, nothing is permitted: somebody wrote a restriction there. */
  async #readPermissions(name: string): Promise<PermissionFile> {
    try {
      return readPermissionFile(new TextDecoder().decode(await this.#store.get(name)));
    } catch (error) {
      this.#frozen.add(name);
      const why = `cannot be read: ${(error as Error).message}`;
      this.#warn('STATE_DAMAGED', `${this.where(name)} ${why}; its network gets no address and no route`);
      return { permissions: { allowManaged: false }, others: [], defects: [] };
    }
  }

  /** What the store says a network may have, with what the application says now, which wins. */
  permissionsOf(id: NetworkId, given: NetworkPermissions | undefined): NetworkPermissions | undefined {
    const held = this.#permissions.get(id)?.permissions;
    return given === undefined ? held : { ...held, ...given };
  }

  /** Remembers them for the next start; other settings in the file stay. */
  rememberPermissions(id: NetworkId, permissions: NetworkPermissions): void {
    const others = this.#permissions.get(id)?.others ?? [];
    this.#permissions.set(id, { permissions, others, defects: [] });
    this.#later(`networks.d/${id}.local.conf`, utf8.encode(formatPermissionFile(permissions, others)));
  }

  /** Says that the store has more than the node takes; it stays where it is. */
  #leftOut(count: number, what: string, limit: string): void {
    if (count > 0) this.#warn('STATE_LEFT_OUT', `${count} ${what} in the store were left out: more than ${limit}`);
  }

  /** A moon of the store, for orbiting it; a damaged one is set aside. */
  async loadMoon(id: MoonId): Promise<Uint8Array | undefined> {
    await this.#writes.flush();
    return this.loadChecked(moonFile(id), (data) => worldDefect(data, 'moon', id));
  }

  /** Deletes the copy of a moon that was dropped, now: whoever orbits it again must not find it. */
  forgetMoon(id: MoonId): void {
    this.#droppedMoons.set(id, (this.#droppedMoons.get(id) ?? 0) + 1);
    this.#later(moonFile(id), new Uint8Array());
    void this.#writes.flush();
  }

  /** Moves a damaged object out of the way, to a name nobody reads, and says so. */
  async setAside(name: string, defect: string): Promise<void> {
    this.#damaged.add(name);
    const aside = `${name}.corrupt-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
    try {
      if (this.#store.setAside !== undefined) {
        await this.#store.setAside(name, aside);
      } else {
        const data = await this.#store.get(name);
        if (data !== undefined) await this.#store.put(aside, data);
        await this.#store.delete(name);
      }
      this.#warn('STATE_SET_ASIDE', `${this.where(name)} ${defect}; it was kept as ${this.where(aside)}`);
    } catch (error) {
      this.#frozen.add(name);
      const why = (error as Error).message;
      this.#warn('STATE_DAMAGED', `${this.where(name)} ${defect}; it stays and is not written to, because: ${why}`);
    }
  }

  /** A new identity must be safe before anybody learns its address. */
  async saveIdentity(secret: string): Promise<void> {
    await this.#store.put('identity.secret', utf8.encode(secret));
    await this.#store.put('identity.public', utf8.encode(publicIdentityOf(secret)));
  }

  /** Corrects `identity.public` when it exists and differs (vl1.md §9.1). Only for a secret the engine accepted. */
  async correctPublicIdentity(secret: string): Promise<void> {
    const name = 'identity.public';
    const expected = publicIdentityOf(secret);
    let differs = false;
    const form = (data: Uint8Array) => {
      const text = new TextDecoder().decode(data).trim();
      differs = text !== expected;
      return publicIdentityPattern.test(text) ? undefined : 'is not a public identity';
    };
    await this.loadChecked(name, form);
    if (differs) this.#later(name, utf8.encode(expected));
  }

  /** There is no other to go on with: later starts must know that this is not the first one. */
  async markPlanetLost(): Promise<void> {
    const effect = 'the node starts without, and knows the roots of its moons only, until a planet is given';
    this.#warn('STATE_DAMAGED', `${this.where('planet')} is lost: ${effect}`);
    await this.savePlanet(new Uint8Array());
  }

  /** Keeps a planet that was given, so that the directory is complete without the program. */
  async savePlanet(planet: Uint8Array): Promise<void> {
    if (!this.#frozen.has('planet')) await this.#store.put('planet', planet);
  }

  /** Remembers that a network is joined; a stored configuration stays. */
  rememberNetwork(id: NetworkId): void {
    const name = `networks.d/${id}.conf`;
    this.#forgotten.delete(id);
    if (!this.#writes.has(name)) this.#later(name, joinedMarker, () => true);
  }

  async forgetNetwork(id: NetworkId): Promise<void> {
    this.#forgotten.add(id);
    // The network's local settings go with it (sdk-api.md §5.5).
    if (this.#permissions.delete(id)) this.#later(`networks.d/${id}.local.conf`, new Uint8Array());
    await this.#writes.now(`networks.d/${id}.conf`, new Uint8Array());
  }

  /** Carries out the engine's store events. */
  onEvent(event: NodeEvent): void {
    if (event.type === 'STORE_PLANET') this.#later('planet', event.data);
    if (event.type === 'STORE_MOON') this.#onMoon(event.moon, event.data);
    if (event.type === 'STORE_PEER') this.#laterPeer(`peers.d/${parseNodeAddress(event.peer)}.peer`, event.data);
    if (event.type === 'STORE_NETWORK' && !this.#forgotten.has(event.networkId))
      this.#later(`networks.d/${event.networkId}.conf`, event.data);
    if (event.type === 'STORE_IDENTITY_SECRET') this.#later('identity.secret', utf8.encode(event.text));
    if (event.type === 'STORE_IDENTITY_PUBLIC') this.#later('identity.public', utf8.encode(event.text));
    if (event.type === 'WARNING' && event.kind === 'NETWORK_CACHE_REJECTED') this.#onNetworkRejected(event.detail);
  }

  #onMoon(id: MoonId, data: Uint8Array): void {
    const ends = this.#droppedMoons.get(id) ?? 0;
    if (ends === 0) this.#later(moonFile(id), data);
    else if (data.length === 0 && ends > 1) this.#droppedMoons.set(id, ends - 1);
    else if (data.length === 0) this.#droppedMoons.delete(id);
  }

  /** The engine could not use a stored configuration: it is kept before a new one takes its place. */
  #onNetworkRejected(id: string): void {
    const name = `networks.d/${id}.conf`;
    const rejected = this.#loaded.get(name);
    if (!this.#loaded.delete(name) || rejected === undefined) return;
    const aside = `${name}.corrupt-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
    this.#later(aside, rejected);
    this.#warn('STATE_SET_ASIDE', `${this.where(name)} is damaged; a copy is kept as ${this.where(aside)}`);
  }

  /** A record with endpoints is worth more than one without: its peer only did not answer this time (vl1.md §9.2). */
  #laterPeer(name: string, record: Uint8Array): void {
    const keepsOld = (before: Uint8Array, after: Uint8Array) =>
      peerEndpoints(after) === 0 && peerEndpoints(before) > 0 && samePeer(before, after);
    this.#later(name, record, keepsOld);
  }

  /** Empty data means: delete. */
  #later(name: string, data: Uint8Array, keepsOld?: (before: Uint8Array, after: Uint8Array) => boolean): void {
    if (!this.#frozen.has(name)) this.#writes.later(name, data, keepsOld);
  }

  /** Writes what is pending, then closes the store. */
  async close(): Promise<void> {
    clearInterval(this.#maintenance);
    clearTimeout(this.#judgement);
    await this.#writes.close();
    await this.#store.close?.();
  }
}

/** The system refused, for want of descriptors or permission: that says nothing about what is in the object. */
function isSystemError(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string';
}
