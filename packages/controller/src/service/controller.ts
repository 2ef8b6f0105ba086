/** A network controller: networks, members, and the answers to those who want to join (controller.md §1). */
import { randomInt } from 'node:crypto';
import type { ControllerPort, ControllerRequest } from '@ztkit/sdk';
import { controllerOf, type NetworkId, type NodeAddress } from '@ztkit/types';
import { ControllerError } from '../domain/errors.js';
import { addressOfIdentity, networkIdOf, readNetworkId, readNodeAddress } from '../domain/ids.js';
import { type MemberRecord, newMember, patchMember } from '../domain/member.js';
import { type NetworkRecord, newNetwork, patchNetwork } from '../domain/network.js';
import { MemoryStore } from '../store/memory-store.js';
import type { ControllerStore } from '../store/store.js';
import { type AnsweringContext, answerRequest, pushConfig, pushNetwork, random64 } from './answering.js';
import { Directory } from './directory.js';
import { IssueClock } from './issue-clock.js';
import type { Body, MemberPatch, NetworkPatch } from './patch.js';
import { Presence } from './presence.js';
import { onlineMembers, revoke } from './revocation.js';
import { SerialLanes } from './serial-lanes.js';

/** Random network numbers tried before giving up (controller.md §14). */
const MAX_NUMBER_TRIES = 100_000;
/** Requests that may wait for their turn; more are dropped and counted, and their senders ask again after 5 s. */
const MAX_QUEUED_REQUESTS = 4096;
/** Lane of everything that chooses a new network number. */
const CREATION = 'creation';

/** How a controller is made. */
export interface ControllerOptions {
  /** A running node, whose `controller` port is used. */
  node?: { readonly controller: ControllerPort };
  /** Or the port itself. */
  port?: ControllerPort;
  /** Default: memory only. It is closed with the controller. */
  store?: ControllerStore;
  /**
   * Told of failures that no caller sees (a record could not be stored while answering). Default: a process
   * warning.
   */
  onError?(error: Error): void;
  /** ms since the epoch. Default `Date.now`. */
  now?(): number;
  /** Random 64 bits, for pool addresses. Default: cryptographically random. */
  random64?(): bigint;
}

/** Facts about a controller. */
export interface ControllerStatus {
  address: NodeAddress;
  /** ms since the epoch. */
  clock: number;
  /** Whether the last write to the store succeeded. */
  databaseReady: boolean;
  networkCount: number;
  /** Requests dropped because too many were waiting. */
  droppedRequests: number;
}

/** Below it a restart after a crash explains what the clock is ahead. */
const WORTH_TELLING_MINUTES = 5;

/**
 * Reads the store and answers requests from now on.
 * @throws ControllerError `ERR_CONTROLLER_INPUT`, `ERR_CONTROLLER_STORE`
 */
export async function createController(options: ControllerOptions): Promise<Controller> {
  const port = options.port ?? options.node?.controller;
  if (port === undefined) throw new ControllerError('ERR_CONTROLLER_INPUT', 'createController needs a node or a port');
  const store = options.store ?? new MemoryStore();
  const directory = await Directory.open(store);
  const now = options.now ?? Date.now;
  const clock = new IssueClock({
    wall: now,
    steady: () => performance.now(),
    reserved: (await store.loadClock?.()) ?? 0,
    reserve: async (until) => store.saveClock?.(until),
  });
  const context: AnsweringContext = {
    port,
    directory,
    presence: new Presence(options.now ?? (() => performance.now())),
    now,
    clock,
    random64: options.random64 ?? random64,
  };
  const onError = options.onError ?? ((error: Error): void => void process.emitWarning(error));
  const minutes = Math.round(clock.ahead() / 60_000);
  if (minutes >= WORTH_TELLING_MINUTES) {
    const why = `Configurations are issued with times ${minutes} minutes ahead of this clock, as before the restart`;
    onError(
      new ControllerError('ERR_CONTROLLER_STORE', `${why}: is the clock right? They slow down until it is there`),
    );
  }
  return new Controller(context, onError);
}

/** See {@link createController}. Records it gives are frozen; changes of one network happen one after the other. */
export class Controller {
  readonly #context: AnsweringContext;
  readonly #onError: (error: Error) => void;
  readonly #lanes = new SerialLanes<NetworkId | typeof CREATION>();
  #queued = 0;
  #dropped = 0;
  #closing: Promise<void> | undefined;

  /** Use {@link createController}. */
  constructor(context: AnsweringContext, onError: (error: Error) => void) {
    this.#context = context;
    this.#onError = onError;
    context.port.enable((request) => this.#onRequest(request));
  }

  status(): ControllerStatus {
    const { port, directory } = this.#context;
    return {
      address: port.address,
      clock: this.#context.now(),
      databaseReady: directory.ready,
      networkCount: directory.networkIds().length,
      droppedRequests: this.#dropped,
    };
  }

  /** All networks, ascending by id. */
  networks(): NetworkRecord[] {
    const { directory } = this.#context;
    return directory.networkIds().flatMap((id) => directory.network(id) ?? []);
  }

  network(id: string): NetworkRecord | undefined {
    const network = readNetworkId(id);
    return network === undefined ? undefined : this.#context.directory.network(network);
  }

  /** Members of a network, ascending by address; none for an unknown network. */
  members(id: string): MemberRecord[] {
    const network = readNetworkId(id);
    return network === undefined ? [] : this.#context.directory.members(network);
  }

  member(id: string, member: string): MemberRecord | undefined {
    const [network, address] = [readNetworkId(id), readNodeAddress(member)];
    if (network === undefined || address === undefined) return undefined;
    return this.#context.directory.member(network, address);
  }

  /**
   * Creates a network with a random number.
   * @throws ControllerError `ERR_CONTROLLER_FULL` when no free number is found
   */
  createNetwork(patch: Body<NetworkPatch> = {}): Promise<NetworkRecord> {
    return this.#run(CREATION, async () => {
      for (let tries = 0; tries < MAX_NUMBER_TRIES; tries += 1) {
        const id = networkIdOf(this.#context.port.address, randomInt(1, 0x100_0000));
        if (this.#context.directory.network(id) === undefined) return this.updateNetwork(id, patch);
      }
      throw new ControllerError('ERR_CONTROLLER_FULL', 'No free network number was found');
    });
  }

  /**
   * Changes a network, or creates it with this id. Members that are online get the change at once.
   * @throws ControllerError `ERR_CONTROLLER_FOREIGN_NETWORK` when the id belongs to another controller
   */
  async updateNetwork(id: string, patch: Body<NetworkPatch>): Promise<NetworkRecord> {
    const network = this.#ownNetworkId(id);
    return this.#run(network, async () => {
      const { directory } = this.#context;
      const old = directory.network(network) ?? newNetwork(network, this.#context.now());
      const saved = await directory.saveNetwork(patchNetwork(old, patch));
      if (saved.changed) this.#inBackground(network, () => pushNetwork(this.#context, network));
      return saved.record;
    });
  }

  /** Deletes a network: its online members are told that every member is out. Gives the record as it was. */
  async deleteNetwork(id: string): Promise<NetworkRecord> {
    const network = this.#ownNetworkId(id);
    return this.#run(network, async () => {
      const record = this.#existing(network);
      const targets = this.#context.directory.members(network).map((member) => member.id);
      const recipients = onlineMembers(this.#context, network);
      await this.#context.directory.deleteNetwork(network);
      revoke(this.#context, network, targets, recipients);
      for (const target of targets) this.#context.presence.forget(network, target);
      return record;
    });
  }

  /**
   * Changes a member, or creates it. It gets its configuration at once when it is online; one that loses its
   * authorisation is cut off by the others.
   * @throws ControllerError `ERR_CONTROLLER_NOT_FOUND` when the network is unknown
   */
  async updateMember(id: string, member: string, patch: Body<MemberPatch>): Promise<MemberRecord> {
    const [network, address] = [this.#ownNetworkId(id), this.#address(member)];
    return this.#run(network, async () => {
      const { directory } = this.#context;
      const record = this.#existing(network);
      const now = this.#context.now();
      const old = directory.member(network, address) ?? newMember(network, address, now);
      const saved = await directory.saveMember(patchMember(old, patch, record, now));
      if (old.authorized && !saved.record.authorized) {
        revoke(this.#context, network, [address], onlineMembers(this.#context, network));
      } else if (saved.changed) {
        // Everybody's configuration names the bridges (vl2.md §6.3).
        const forAll = old.activeBridge !== saved.record.activeBridge;
        this.#inBackground(network, () =>
          forAll ? pushNetwork(this.#context, network) : pushConfig(this.#context, saved.record),
        );
      }
      return saved.record;
    });
  }

  /**
   * Deletes a member and frees its addresses. If it asks again, its record is made anew. Gives the record as it
   * was.
   */
  async deleteMember(id: string, member: string): Promise<MemberRecord> {
    const [network, address] = [this.#ownNetworkId(id), this.#address(member)];
    return this.#run(network, async () => {
      const { directory, presence } = this.#context;
      const record = directory.member(network, address);
      if (record === undefined)
        throw new ControllerError('ERR_CONTROLLER_NOT_FOUND', `Network ${id} has no member ${member}`);
      const recipients = onlineMembers(this.#context, network);
      await directory.deleteMember(network, address);
      presence.forget(network, address);
      if (record.authorized) revoke(this.#context, network, [address], recipients);
      return record;
    });
  }

  /** Lets a member in. */
  authorize(id: string, member: string): Promise<MemberRecord> {
    return this.updateMember(id, member, { authorized: true });
  }

  /** Puts a member out: the online members cut it off. */
  deauthorize(id: string, member: string): Promise<MemberRecord> {
    return this.updateMember(id, member, { authorized: false });
  }

  /** Stops answering, finishes what was begun, closes the store. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#context.port.disable();
    await this.#lanes.drain();
    try {
      await this.#context.clock.close();
    } finally {
      await this.#context.directory.close();
    }
  }

  /** Intake of a request (controller.md §3): foreign networks and impatient members are dropped silently. */
  #onRequest(request: ControllerRequest): void {
    const { port, presence } = this.#context;
    const address = addressOfIdentity(request.identity);
    if (address !== request.member || controllerOf(request.networkId) !== port.address) return;
    if (this.#queued >= MAX_QUEUED_REQUESTS) {
      this.#dropped += 1;
      return;
    }
    if (!presence.admit(request.networkId, address, this.#context.now())) return;
    this.#queued += 1;
    this.#inBackground(request.networkId, async () => {
      this.#queued -= 1;
      await answerRequest(this.#context, request);
    });
  }

  #run<T>(lane: NetworkId | typeof CREATION, task: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(new ControllerError('ERR_CONTROLLER_CLOSED', 'The controller is closed'));
    }
    return this.#lanes.run(lane, task);
  }

  /** Work nobody waits for. It comes after what the lane does now; its failure goes to `onError`. */
  #inBackground(network: NetworkId, task: () => Promise<void>): void {
    this.#lanes.run(network, task).catch((cause: unknown) => {
      this.#onError(cause instanceof Error ? cause : new Error(String(cause)));
    });
  }

  #ownNetworkId(id: string): NetworkId {
    const network = readNetworkId(id);
    if (network === undefined) throw new ControllerError('ERR_CONTROLLER_INPUT', 'A network id has 16 hex digits');
    const { address } = this.#context.port;
    if (controllerOf(network) === address) return network;
    const message = `Network ${network} belongs to controller ${controllerOf(network)}; this is ${address}`;
    throw new ControllerError('ERR_CONTROLLER_FOREIGN_NETWORK', message);
  }

  #address(member: string): NodeAddress {
    const address = readNodeAddress(member);
    if (address !== undefined) return address;
    throw new ControllerError(
      'ERR_CONTROLLER_INPUT',
      'A node address has 10 hex digits, is not zero and does not begin with ff',
    );
  }

  #existing(network: NetworkId): NetworkRecord {
    const record = this.#context.directory.network(network);
    if (record !== undefined) return record;
    throw new ControllerError('ERR_CONTROLLER_NOT_FOUND', `There is no network ${network}`);
  }
}
