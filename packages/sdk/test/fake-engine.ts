/** An engine in memory: nodes of one FakeWorld meet without packets. Obeys the contract of `@ztkit/types` engine.ts. */
import {
  type ConnectivityInfo,
  codeOfStatus,
  type Endpoint,
  type Engine,
  type EngineCaptureOptions,
  type EngineNode,
  type EngineNodeOptions,
  Event,
  type MoonInfo,
  type NetworkId,
  type NetworkInfo,
  type NetworkPermissions,
  type NodeAddress,
  NodeCounter,
  type NodeCounterKey,
  type NodeEvent,
  type SocketOptionKey,
  type StackCounters,
  StackProtocol,
  Status,
  ZtError,
} from '@ztkit/types';
import { FakeCaptures } from './fake-captures.js';
import { FakeFrames } from './fake-frames.js';
import { FakeRules } from './fake-rules.js';
import { FakeSockets } from './fake-sockets.js';

/** Well-formed: a planet without roots (vl1.md §6.1). */
export const fakePlanet = new Uint8Array([1, ...new Array(16).fill(7), ...new Array(161).fill(0)]);

/** A well-formed peer cache record (vl1.md §9.2). */
export function fakePeerRecord(address: string, endpoints = 0): Uint8Array {
  const record = new Uint8Array(82 + 7 * endpoints);
  record.set([2, ...Buffer.from(address, 'hex')]);
  record[81] = endpoints;
  for (let i = 0; i < endpoints; i++) record.set([4, 10, 0, 0, 1, 39, 9], 82 + 7 * i);
  return record;
}

/** Field number `i` of every protocol is `i`. */
const counts = [
  'xmit',
  'recv',
  'fw',
  'drop',
  'chkerr',
  'lenerr',
  'memerr',
  'rterr',
  'proterr',
  'opterr',
  'err',
  'cachehit',
];
const each = Object.fromEntries(counts.map((name, i) => [name, BigInt(i + 1)]));
const fakeCounters = Object.fromEntries(
  Object.keys(StackProtocol).map((name) => [name, each]),
) as unknown as StackCounters;

/** A well-formed secret identity. */
export function fakeSecret(address: string): string {
  return `${address}:0:${'ab'.repeat(64)}:${'cd'.repeat(64)}`;
}

/** The nodes that see each other, and what their networks answer. */
export class FakeWorld {
  readonly nodes = new Set<FakeNode>();
  /** Status of a network; OK unless set. */
  readonly answers = new Map<string, NetworkInfo['status']>();
  online = true;
  createDelayMs = 0;
  nextAddress = 0x1000000001n;
  created = 0;
  closed = 0;
  readonly sockets = new FakeSockets(this);

  engine(): Engine {
    return {
      name: 'wasm',
      createNode: (options) => this.#create(options),
      generateIdentity: async (signal) => {
        await new Promise((resolve) => setTimeout(resolve, this.createDelayMs));
        signal?.throwIfAborted();
        this.nextAddress += 1n;
        return fakeSecret(this.nextAddress.toString(16));
      },
      makeWorld: async ({ roots }) => ({
        bytes: new TextEncoder().encode(JSON.stringify(roots)),
        signingKey: new Uint8Array(128),
      }),
      makePlanet: async ({ roots }) => new TextEncoder().encode(JSON.stringify(roots)),
    };
  }

  async #create(options: EngineNodeOptions): Promise<EngineNode> {
    await new Promise((resolve) => setTimeout(resolve, this.createDelayMs));
    if (options.identitySecret?.includes('ee'.repeat(64))) throw new ZtError('ERR_ZT_INVALID_IDENTITY', 'Bad keys');
    const node = new FakeNode(this, options);
    this.nodes.add(node);
    this.created += 1;
    return node;
  }

  /** Changes what a network answers, and tells its members. */
  answer(
    network: string,
    status: NetworkInfo['status'],
    type: 'NETWORK_OK' | 'NETWORK_ACCESS_DENIED' | 'NETWORK_NOT_FOUND',
  ): void {
    this.answers.set(network, status);
    for (const node of this.nodes) node.refresh(network as NetworkId, type);
  }
}

export class FakeNode implements EngineNode {
  readonly world: FakeWorld;
  readonly options: EngineNodeOptions;
  readonly address: NodeAddress;
  readonly joined = new Map<NetworkId, NetworkInfo>();
  readonly permissions = new Map<NetworkId, NetworkPermissions>();
  readonly granted: unknown[] = [];
  readonly captures = new FakeCaptures((event) => this.emit(event));
  readonly frames = new FakeFrames((event) => this.emit(event));
  readonly rules = new FakeRules();
  external: readonly Endpoint[] = [];
  connectivity: ConnectivityInfo;
  pingAnswers = true;
  reffed = true;
  #closing: Promise<void> | undefined;
  #batch: NodeEvent[] = [];

  constructor(world: FakeWorld, options: EngineNodeOptions) {
    this.world = world;
    this.options = options;
    this.address = (options.identitySecret ?? '').slice(0, 10) as NodeAddress;
    this.connectivity = { state: world.online ? 'ONLINE' : 'STARTING', reasons: [], roots: [] };
    this.emit({ type: 'NODE_UP', code: Event.NODE_UP, address: this.address });
    if (world.online) this.emit({ type: 'NODE_ONLINE', code: Event.NODE_ONLINE, address: this.address });
    for (const { id, permissions } of options.cachedNetworks ?? []) this.join(id, permissions);
  }

  /** Events go out in batches, never from inside a method. */
  emit(event: NodeEvent): void {
    if (this.#batch.push(event) > 1) return;
    setImmediate(() => this.flush());
  }

  flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) this.options.onEvents(batch);
  }

  info() {
    return {
      address: this.address,
      online: false,
      identity: (this.options.identitySecret ?? '').split(':').slice(0, 3).join(':'),
      planetId: 1n,
      planetTimestamp: 1n,
      surface: [],
      bound: 'primaryPort' in this.options.bind ? [] : this.options.bind,
    };
  }

  diagnose(): ConnectivityInfo {
    return this.connectivity;
  }

  networks(): NetworkInfo[] {
    return [...this.joined.values()];
  }

  peers() {
    return [];
  }

  counters() {
    return {};
  }

  /** `10.0.0.<last byte of the address>`. */
  get ip(): string {
    return `10.0.0.${Number.parseInt(this.address.slice(8), 16)}`;
  }

  join(network: NetworkId, permissions?: NetworkPermissions): void {
    this.#check();
    if (permissions !== undefined) this.permissions.set(network, permissions);
    if (this.joined.has(network)) return;
    this.joined.set(network, { id: network, mac: '02:00:00:00:00:01', status: 'REQUESTING_CONFIGURATION' });
    setImmediate(() => this.refresh(network, 'NETWORK_OK'));
  }

  refresh(network: NetworkId, type: 'NETWORK_OK' | 'NETWORK_ACCESS_DENIED' | 'NETWORK_NOT_FOUND'): void {
    const before = this.joined.get(network);
    if (before === undefined) return;
    const status = this.world.answers.get(network) ?? 'OK';
    const info: NetworkInfo = { ...before, status };
    if (status === 'OK') {
      info.config = {
        name: 'fake',
        type: 'private',
        mtu: 2800,
        revision: 1n,
        broadcast: true,
        bridge: false,
        addresses: [{ address: this.ip, bits: 24 }],
        routes: [{ target: { address: '10.0.0.0', bits: 24 }, flags: 0, metric: 0 }],
        dns: { domain: '', servers: [] },
      };
    }
    this.joined.set(network, info);
    const permitted = this.permissions.get(network)?.allowManaged !== false;
    if (permitted && before.config === undefined) {
      for (const address of info.config?.addresses ?? []) {
        this.emit({ type: 'ADDR_ADDED_IP4', code: Event.ADDR_ADDED_IP4, networkId: network, address });
      }
    }
    this.emit({ type, code: Event[type], network: info });
  }

  leave(network: NetworkId): void {
    this.#check();
    const info = this.joined.get(network);
    if (info === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', 'Not joined');
    this.joined.delete(network);
    if (this.frames.opened?.network === network) this.frames.end(Status.NETWORK_DOWN);
    this.emit({ type: 'NETWORK_DOWN', code: Event.NETWORK_DOWN, network: info });
  }

  setExternalEndpoints(endpoints: readonly Endpoint[]): void {
    this.external = endpoints;
  }

  readonly orbits = new Map<string, NodeAddress | undefined>();

  orbit(moon: string, seed: NodeAddress | undefined, stored?: Uint8Array): void {
    this.#check();
    if (seed === undefined && stored === undefined) throw new ZtError('ERR_ZT_NOT_FOUND', 'No such moon');
    this.orbits.set(moon, seed);
  }

  deorbit(moon: string): void {
    if (!this.orbits.delete(moon)) throw new ZtError('ERR_ZT_NOT_FOUND', 'No such moon');
    this.emit({ type: 'STORE_MOON', code: Event.STORE_MOON, moon, data: new Uint8Array() });
  }

  moons(): MoonInfo[] {
    return [...this.orbits].map(([id, seed]) => ({ id, roots: [], ...(seed === undefined ? {} : { seed }) }));
  }

  nodeCounters() {
    const names = Object.keys(NodeCounter) as NodeCounterKey[];
    return Object.fromEntries(names.map((name) => [name, 0n])) as Record<NodeCounterKey, bigint>;
  }

  sendUserMessage(to: NodeAddress, messageType: bigint, data: Uint8Array): void {
    const peer = [...this.world.nodes].find((node) => node.address === to);
    peer?.emit({ type: 'USER_MESSAGE', code: Event.USER_MESSAGE, from: this.address, messageType, data: data.slice() });
  }

  tcpConnect(_network: bigint, local: Endpoint, remote: Endpoint) {
    this.#check();
    return this.world.sockets.connect(this, local, remote);
  }

  tcpListen(_network: bigint, local: Endpoint, _backlog: number) {
    this.#check();
    return this.world.sockets.listen(this, local);
  }

  tcpWrite(socket: number, data: Uint8Array): number {
    return this.world.sockets.write(socket, data);
  }

  tcpRead(socket: number, into: Uint8Array): number | undefined {
    return this.world.sockets.read(socket, into);
  }

  tcpShutdown(socket: number): void {
    this.world.sockets.shutdown(socket);
  }

  tcpAbort(socket: number): void {
    this.world.sockets.abort(socket);
  }

  tcpInfo() {
    return undefined;
  }

  setSocketOption(socket: number, option: SocketOptionKey, value: number): void {
    this.#check();
    this.world.sockets.options(socket).set(option, value);
  }

  getSocketOption(socket: number, option: SocketOptionKey): number {
    return this.world.sockets.options(socket).get(option) ?? 0;
  }

  stackCounters(): StackCounters {
    return fakeCounters;
  }

  udpConnect(socket: number, remote: Endpoint): Endpoint {
    this.#check();
    return this.world.sockets.connectUdp(this, socket, remote);
  }

  groupJoin(socket: number, network: bigint, group: string): void {
    const groups = this.world.sockets.groups(socket);
    const key = `${network}/${group}`;
    if (groups.has(key)) throw new ZtError('ERR_ZT_ALREADY_EXISTS', 'Joined');
    groups.add(key);
  }

  groupLeave(socket: number, network: bigint, group: string): void {
    if (this.world.sockets.groups(socket).delete(`${network}/${group}`)) return;
    throw new ZtError('ERR_ZT_NOT_FOUND', 'Not joined');
  }

  udpBind(_network: bigint, local: Endpoint) {
    this.#check();
    return this.world.sockets.bindUdp(this, local);
  }

  udpSend(socket: number, to: Endpoint, data: Uint8Array): boolean {
    return this.world.sockets.sendUdp(this, socket, to, data);
  }

  udpReceive(socket: number, into: Uint8Array) {
    return this.world.sockets.receiveUdp(socket, into);
  }

  socketClose(socket: number): void {
    this.world.sockets.close(socket);
  }

  socketInfo() {
    return undefined;
  }

  ping(_network: bigint, to: string, token: number): void {
    this.#check();
    if (!this.pingAnswers) return;
    const known = [...this.world.nodes].some((node) => node.ip === to);
    const status = known ? Status.OK : Status.TIMED_OUT;
    this.emit({ type: 'PING_REPLY', code: Event.PING_REPLY, token, status, address: to, rttMs: 1 });
  }

  captureStart(options: EngineCaptureOptions): number {
    this.#check();
    return this.captures.captureStart(options);
  }

  captureAck(capture: number, bytes: number): void {
    this.captures.captureAck(capture, bytes);
  }

  captureStop(capture: number): void {
    this.#check();
    this.captures.captureStop(capture);
  }

  framesOpen = this.frames.framesOpen.bind(this.frames);
  framesClose = this.frames.framesClose.bind(this.frames);
  framesGroups = this.frames.framesGroups.bind(this.frames);
  framesInfo = this.frames.framesInfo.bind(this.frames);
  framesSend = this.frames.framesSend.bind(this.frames);
  framesReceive = this.frames.framesReceive.bind(this.frames);

  networkRuleHits = this.rules.networkRuleHits.bind(this.rules);
  networkExplain = this.rules.networkExplain.bind(this.rules);
  rulesExplain = this.rules.rulesExplain.bind(this.rules);

  controllerEnable(): void {}

  controllerGrant(...answer: unknown[]): void {
    this.granted.push(answer);
  }

  controllerReject(...answer: unknown[]): void {
    this.granted.push(answer);
  }

  controllerRevoke(...answer: unknown[]): void {
    this.granted.push(answer);
  }

  ref(): void {
    this.reffed = true;
  }

  unref(): void {
    this.reffed = false;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const peer = 'aaaaaaaaaa' as NodeAddress;
      this.emit({ type: 'STORE_PEER', code: Event.STORE_PEER, peer, data: fakePeerRecord(peer) });
      this.captures.endAll();
      this.emit({ type: 'NODE_DOWN', code: Event.NODE_DOWN, address: this.address });
      this.flush();
      this.world.nodes.delete(this);
      this.world.closed += 1;
    })();
    return this.#closing;
  }

  #check(): void {
    if (this.#closing !== undefined) throw new ZtError(codeOfStatus(Status.CLOSED), 'The node is closed');
  }
}
