/** A running node, as the application sees it. */
import {
  type EngineNode,
  type GivenRules,
  type MoonInfo,
  type NetworkId,
  type NodeAddress,
  type NodeEvent,
  type NodeInfo,
  type PeerInfo,
  parseNetworkId,
  parseNodeAddress,
  ZtError,
} from '@ztkit/types';
import { checkMs, checkObject, checkSignal } from './arguments.js';
import { runCallback } from './callback.js';
import { type Capture, type CaptureOptions, Captures } from './capture.js';
import type { CaptureTarget } from './capture-sink.js';
import type { ControllerPort } from './controller-port.js';
import { type Diagnosis, Diagnostician } from './diagnosis.js';
import { EngineControllerPort } from './engine-controller-port.js';
import { EngineSocketPort } from './engine-socket-port.js';
import { type EventFor, type EventKey, isPublicEvent, type PublicEvent } from './event-names.js';
import { fatalError } from './fatal-error.js';
import { FramePorts } from './frame-port.js';
import type { Logger } from './logger.js';
import { Messages } from './messages.js';
import { deorbit, type OrbitOptions, orbit } from './moons.js';
import { type JoinOptions, Network } from './network.js';
import { checkPermissions } from './network-permissions.js';
import { type ExplainOptions, explainGiven, type RuleExplanation } from './network-rules.js';
import { type EventStream, NodeEvents, type Unsubscribe } from './node-events.js';
import type { NodeParts } from './node-parts.js';
import type { NodeState } from './node-state.js';
import { type NodeStats, type NodeTotals, nodeStats } from './node-stats.js';
import { Pings } from './pings.js';
import { type SocketEvent, SocketTable } from './socket-table.js';
import type { SocketPort } from './tcp-handle.js';
import { WaitList } from './waiting.js';

/** Options of {@link Node.whenOnline}. */
export interface OnlineOptions {
  /** Give up after this time with `ERR_ZT_ROOT_UNREACHABLE`. Default: wait. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A running node. Made by `createNode()`; ends with `close()` or `await using`. */
export class Node {
  readonly address: NodeAddress;
  /** Public identity in text form. */
  readonly identity: string;
  /** `native` or `wasm` (or the name of an engine of your own). */
  readonly engine: string;
  /** For a network controller on this node (`@ztkit/controller`). */
  readonly controller: ControllerPort;
  /** Sockets over all networks, without streams (see {@link SocketPort}). */
  readonly sockets: SocketPort;
  /** Messages between nodes, outside any network. */
  readonly messages: Messages;

  readonly #engine: EngineNode;
  readonly #state: NodeState;
  readonly #logger: Logger;
  readonly #onEvent: ((event: NodeEvent) => void) | undefined;
  readonly #flush: () => void;
  readonly #endBeside: () => Promise<void>;
  readonly #table: SocketTable;
  readonly #pings: Pings;
  readonly #captures: Captures;
  readonly #frames: FramePorts;
  readonly #diagnostician: Diagnostician;
  readonly #controllerPort: EngineControllerPort;
  readonly #events = new NodeEvents();
  readonly #networks = new Map<NetworkId, Network>();
  readonly #onlineWait = new WaitList<void>();
  #online: boolean;
  #ended: ZtError | undefined;
  #closing: Promise<void> | undefined;

  /** Applications call `createNode()`. */
  constructor(parts: NodeParts) {
    const info = parts.engine.info();
    this.#engine = parts.engine;
    this.#state = parts.state;
    this.#logger = parts.logger;
    this.#onEvent = parts.onEvent;
    this.#flush = parts.flush;
    this.#endBeside = parts.endBeside;
    this.#online = info.online;
    this.address = info.address;
    this.identity = info.identity;
    this.engine = parts.engineName;
    this.#table = new SocketTable(parts.engine);
    this.#pings = new Pings(parts.engine);
    this.#diagnostician = new Diagnostician(parts.engine, info.bound);
    this.messages = new Messages(parts.engine, () => this.#checkOpen());
    this.#frames = new FramePorts(parts.engine);
    this.#captures = new Captures(parts.engine, parts.logger);
    this.#controllerPort = new EngineControllerPort(parts.engine, info.address);
    this.controller = this.#controllerPort;
    this.sockets = new EngineSocketPort(this.#table, undefined);
    for (const network of parts.engine.networks()) this.#networks.set(network.id, this.#makeNetwork(network));
  }

  /** A root answered within the last half minute, or this node is a root. */
  get online(): boolean {
    return this.#online;
  }

  /** `close()` was called or the node ended. */
  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /** Joined networks, with those that a store remembered. */
  get networks(): readonly Network[] {
    return [...this.#networks.values()];
  }

  /** A joined network, or `undefined`. */
  network(id: string): Network | undefined {
    return this.#networks.get(parseNetworkId(id));
  }

  /** Facts of the moment: bound addresses, own addresses as others see them, the planet. */
  info(): NodeInfo {
    return this.#opened().info();
  }

  /** All peers that are known, roots among them. */
  peers(): PeerInfo[] {
    return this.#opened().peers();
  }

  /** One peer and its paths, or `undefined` when it is not known. */
  peer(address: string): PeerInfo | undefined {
    const parsed = parseNodeAddress(address);
    return this.peers().find((peer) => peer.address === parsed);
  }

  /** Packets dropped, by reason; only those that happened. */
  counters(): Record<string, bigint> {
    return this.#opened().counters();
  }

  /**
   * What each protocol of the stack sent, took and refused since the start.
   *
   * The names are those of libzt's statistics: `zts_stats_counter_t` has `xmit` as `_tx`, `recv` as `_rx`, `drop` as
   * `_drop`, and {@link ProtocolStats.errors} as `_err` (for ip4 and ip6 with those of the fragmentation counters added).
   */
  stats(): NodeStats {
    return nodeStats(this.#opened().stackCounters());
  }

  /** What the node did as a whole and as a root since its start: bytes, answers, relaying, and how many peers it holds. */
  totals(): NodeTotals {
    return this.#opened().nodeCounters();
  }

  /** Takes further roots, a moon's: from the store, or from one of them by `seed`. `ERR_ZT_NOT_FOUND`, `_LIMIT_REACHED`. */
  orbit(id: string, options: OrbitOptions = {}): Promise<void> {
    return orbit(() => this.#opened(), this.#state, id, options);
  }

  /** Drops a moon and its stored copy, or stops looking for it. `ERR_ZT_NOT_FOUND`. */
  deorbit(id: string): void {
    deorbit(this.#opened(), this.#state, id);
  }

  /** Moons that are held, and those that are looked for (without a timestamp). */
  moons(): MoonInfo[] {
    return this.#opened().moons();
  }

  /**
   * Waits until the node is online. Rejects with `ERR_ZT_ROOT_UNREACHABLE`, `ERR_ZT_CLOSED`, or the signal's
   * reason.
   */
  async whenOnline(options: OnlineOptions = {}): Promise<void> {
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    const timeoutMs = options.timeoutMs === undefined ? undefined : checkMs('timeoutMs', options.timeoutMs);
    this.#checkOpen();
    if (this.#online) return;
    const timeout = new AbortController();
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => timeout.abort(this.#offlineError()), timeoutMs);
    const signals = signal === undefined ? [timeout.signal] : [signal, timeout.signal];
    await this.#onlineWait.wait(AbortSignal.any(signals)).finally(() => clearTimeout(timer));
  }

  /**
   * What rules would do to a frame, without joining or creating a network: for authors of policies. Both directions are
   * worth asking: each side judges a frame by its own rules. `rules` are serialized (vl2.md §13.1).
   * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_MESSAGE_TOO_BIG`, `ERR_ZT_CLOSED`
   */
  explainRules(given: GivenRules, options: ExplainOptions): RuleExplanation {
    return explainGiven(this.#opened(), given, options);
  }

  /**
   * Says whether the node can be reached and, if not, why: what was tried, what answered, what to do. Also after the
   * node ended: what was known last.
   */
  diagnose(): Diagnosis {
    return this.#diagnostician.diagnose(this.closed);
  }

  /** Joins a network; `network.ready()` waits until it can be used. Joining twice gives the same object. */
  join(id: string, options: JoinOptions = {}): Network {
    const networkId = parseNetworkId(id);
    checkSignal(options.signal);
    const given = checkPermissions(options.permissions);
    this.#checkOpen();
    const joined = this.#networks.get(networkId);
    if (joined !== undefined && given === undefined) return joined;
    const permissions = this.#state.permissionsOf(networkId, given);
    this.#engine.join(networkId, permissions);
    if (given !== undefined && permissions !== undefined) this.#state.rememberPermissions(networkId, permissions);
    joined?.repermitted();
    if (joined !== undefined) return joined;
    const info = this.#engine.networks().find((network) => network.id === networkId);
    if (info === undefined) throw new ZtError('ERR_ZT_INTERNAL', `The engine joined ${networkId} and does not list it`);
    const network = this.#makeNetwork(info);
    this.#networks.set(networkId, network);
    this.#state.rememberNetwork(networkId);
    return network;
  }

  /** Leaves a network and forgets it. Rejects with `ERR_ZT_NOT_FOUND` when it is not joined. */
  async leave(id: string): Promise<void> {
    const networkId = parseNetworkId(id);
    this.#checkOpen();
    const network = this.#networks.get(networkId);
    if (network === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', `Network ${networkId} is not joined`);
    this.#frames.keepCounters(networkId);
    this.#engine.leave(networkId);
    this.#networks.delete(networkId);
    this.#table.endNetwork(networkId);
    const left = new ZtError('ERR_ZT_NETWORK_DOWN', `Network ${networkId} was left`);
    this.#frames.endNetwork(networkId, left);
    network.end(left);
    await this.#state.forgetNetwork(networkId);
  }

  /**
   * Writes packets to a pcapng file or stream, for Wireshark, until `capture.stop()`, `signal` or `close()` ends it.
   * Rejects with `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_CAPTURE` when the file cannot be opened, `ERR_ZT_NOT_SUPPORTED` for
   * a path where there are no files, `ERR_ZT_LIMIT_REACHED` when four captures run, or the signal's reason.
   */
  async capture(target: CaptureTarget, options: CaptureOptions = {}): Promise<Capture> {
    this.#checkOpen();
    return this.#captures.start(target, options);
  }

  /**
   * Listens to an event by its name (older names such as `PEER_P2P` or `ZTS_EVENT_NODE_ONLINE` work too) or, with
   * `'event'`, to all.
   * Returns how to stop.
   */
  on(name: 'event', listener: (event: PublicEvent) => void): Unsubscribe;
  on<K extends EventKey>(name: K, listener: (event: EventFor<K>) => void): Unsubscribe;
  on(name: EventKey | 'event', listener: (event: never) => void): Unsubscribe {
    return this.#events.on(name as EventKey, listener as (event: PublicEvent) => void);
  }

  /** The next event of that name. Rejects with `ERR_ZT_CLOSED` or the signal's reason. */
  once<K extends EventKey>(name: K, options: { signal?: AbortSignal } = {}): Promise<EventFor<K>> {
    return this.#events.once(name, options.signal);
  }

  /** All events from now on, for `for await`. Ends when the node closes; throws the reason when `signal` aborts. */
  events(options: { signal?: AbortSignal } = {}): EventStream {
    return this.#events.stream(options.signal);
  }

  /** Keeps the process alive while the node runs (the default). */
  ref(): void {
    if (!this.closed) this.#engine.ref();
  }

  /** Lets the process end although the node runs. */
  unref(): void {
    if (!this.closed) this.#engine.unref();
  }

  /** Ends the node: what waits rejects with `ERR_ZT_CLOSED`, state is saved, everything is released. Idempotent. */
  close(): Promise<void> {
    return this.#close(new ZtError('ERR_ZT_CLOSED', 'The node was closed'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal News from the engine, in order. */
  deliver(events: readonly NodeEvent[]): void {
    for (const event of events) {
      this.#apply(event);
      runCallback(() => this.#onEvent?.(event));
      if (event.type === 'USER_MESSAGE') this.messages.dispatch(event);
      if (isPublicEvent(event)) this.#events.emit(event);
    }
  }

  /** Brings our own state up to date before listeners look at it. */
  #apply(event: NodeEvent): void {
    this.#state.onEvent(event);
    if (event.type === 'NODE_ONLINE') this.#setOnline();
    else if (event.type === 'NODE_OFFLINE' || event.type === 'NODE_DOWN') this.#online = false;
    else if (event.type === 'NODE_CONNECTIVITY') this.#diagnostician.onConnectivity(event.connectivity);
    else if (event.type === 'WARNING') this.#warn(event.kind, event.detail);
    else if (event.type === 'NODE_FATAL_ERROR') this.#fatal(event.reason, event.detail);
    else if (event.type === 'PING_REPLY') this.#pings.onReply(event);
    else if (event.type === 'CAPTURE_DATA') this.#captures.onData(event);
    else if (event.type === 'CONTROLLER_REQUEST') this.#controllerPort.dispatch(event);
    else if ('port' in event) this.#frames.dispatch(event);
    else if ('socket' in event) this.#table.dispatch(event as SocketEvent);
    else if ('network' in event) this.#networks.get(event.network.id)?.update(event);
    else if ('networkId' in event && 'address' in event) this.#networks.get(event.networkId)?.onAddress(event);
  }

  #setOnline(): void {
    this.#online = true;
    this.#diagnostician.onWarning(undefined);
    this.#onlineWait.resolveAll();
  }

  #warn(kind: string, detail: string): void {
    const text = `${kind}: ${detail}`;
    this.#diagnostician.onWarning(text);
    this.#logger.warn(`node ${this.address}: ${text}`);
  }

  /** The node cannot go on: everything that waits learns why. */
  #fatal(reason: string, detail: string): void {
    const error = fatalError(reason, detail);
    this.#logger.error(`node ${this.address}: ${error.message}`);
    this.#close(error).catch((failure: Error) => this.#logger.error(`node ${this.address}: ${failure.message}`));
  }

  #close(reason: ZtError): Promise<void> {
    // What ends tells its owners, who may call `close()` in turn: the promise has to exist before anything ends.
    if (this.#closing !== undefined) return this.#closing;
    let settle = (_ended: Promise<void>): void => undefined;
    this.#closing = new Promise((resolve) => {
      settle = resolve;
    });
    settle(this.#end(reason));
    return this.#closing;
  }

  async #end(reason: ZtError): Promise<void> {
    this.#flush();
    this.#ended = reason;
    this.#table.close(reason);
    this.#pings.close(reason);
    this.#frames.close(reason);
    this.#captures.refuse(reason);
    this.#controllerPort.close();
    for (const network of this.#networks.values()) network.end(reason);
    this.#networks.clear();
    this.#onlineWait.rejectAll(reason);
    await this.#endBeside();
    try {
      await this.#engine.close();
    } finally {
      await this.#captures.close();
      this.#online = false;
      this.#events.close(reason);
      await this.#state.close();
    }
  }

  #makeNetwork(info: Network['info']): Network {
    const leave = (network: Network) => this.leave(network.id);
    const parts = { sockets: this.#table, pings: this.#pings, frames: this.#frames, engine: this.#engine };
    return new Network({ ...parts, leave }, info);
  }

  #offlineError(): ZtError {
    const { text } = this.diagnose();
    return new ZtError('ERR_ZT_ROOT_UNREACHABLE', `The node did not get online in time: ${text}`);
  }

  #opened(): EngineNode {
    this.#checkOpen();
    return this.#engine;
  }

  #checkOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}
