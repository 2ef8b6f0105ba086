/**
 * The contract every engine implements. A third engine could be written from this file and from
 * `packages/core/HOST_PROTOCOL.md` alone; `packages/engine-conformance` is its test.
 *
 * Rules for an implementer:
 * - Methods are synchronous unless they return a promise; a caller's mistake throws a {@link ZtError} with a
 * stable `code`.
 * - Arguments are already validated by the layer above (SDK); an engine may trust types and ranges.
 * - Events are pushed in batches, in order, through {@link EngineNodeOptions.onEvents}, never from inside a method
 * call.
 * - Readiness is edge-triggered: after `tcpRead` returned less than asked (or `undefined`), a `tcp_readable` event
 * follows
 *   when there is more; after `tcpWrite` accepted less than given, a `tcp_writable` event follows when there is room.
 * - After a `tcp_closed` event with status `OK` the bytes that arrived before can still be read until
 * `socketClose`; with any
 *   other status they are gone and `tcpRead` throws. The handle stays known until `socketClose` in both cases.
 * - A method called after `close()` began throws `ERR_ZT_CLOSED` (`close()` itself returns the same promise).
 * - After `close()` resolved, the engine holds no handle, no thread, no memory of the node, and sends no event.
 * - A promise that rejects leaves nothing behind: no socket, no thread, no event.
 */
import type { EngineCaptures } from './capture.js';
import type { ConnectivityInfo } from './connectivity.js';
import type { NetworkAddress, NetworkInfo, NodeEvent, PeerInfo } from './event.js';
import type { EngineFrames } from './frames.js';
import type { NodeCounter } from './generated/enums.js';
import type { NetworkId, NodeAddress } from './ids.js';
import type { EngineRules } from './rules.js';
import type { SocketOptionKey, StackCounters, TcpInfo } from './socket-facts.js';

/** A moon's id: 16 lower-case hex digits. By convention the address of its first root (vl1.md §6.5). */
export type MoonId = string;

/** A moon we hold, or look for. */
export interface MoonInfo {
  id: MoonId;
  /** Its revision, ms since the epoch; absent until it was received. */
  timestamp?: bigint;
  /** Whom we ask for it, until it was received. */
  seed?: NodeAddress;
  /** Its roots, once received. */
  roots: readonly NodeAddress[];
}

/** An IP endpoint inside a virtual network or on the physical network. */
export interface Endpoint {
  /** Text form of an IPv4 or IPv6 address; `''` means none or unspecified. */
  address: string;
  /** 0..65535; 0 asks for any port where one is chosen. */
  port: number;
}

/** Number of a socket inside one node. Never reused while the node lives. */
export type SocketHandle = number;

/** Faults put on outgoing datagrams, for tests and demos (HOST_PROTOCOL.md §2). Each is a probability 0..1. */
export interface Impairment {
  loss?: number;
  duplicate?: number;
  reorder?: number;
  /** Seed of the fault sequence; the same seed gives the same faults. */
  seed?: bigint;
}

/**
 * Sockets that follow the machine's interfaces: one for each usable local address and port, opened and closed as
 * addresses come and go (vl1.md §3.10). Loopback, tunnels and temporary IPv6 addresses are left out.
 */
export interface InterfaceBinding {
  /** 0: drawn from 20000 to 65499. In use: `ERR_ZT_ADDRESS_IN_USE`, likewise for the secondary. */
  primaryPort: number;
  /**
   * A second one, which dodges NATs that confuse two hosts on one port. 0: drawn, and drawn again after 120 s offline
   * or when the machine slept. Absent: none.
   */
  secondaryPort?: number;
  /** A third one, for the mapping of a gateway; in use, the node goes on without it. 0: drawn. Absent: none. */
  tertiaryPort?: number;
  /** Interfaces to leave out: names, or beginnings of names followed by `*`. */
  exclude?: readonly string[];
}

/** A TCP relay: a server that turns a TCP connection into a UDP socket (vl1.md §10). */
export interface TcpRelayOptions {
  /** There is no default one: nothing public is contacted unasked. */
  server: Endpoint;
  /**
   * `automatic`: used while nothing comes by UDP from the internet, and not any more when something does. `forced`: everything
   * goes through it, no UDP socket is opened. Default `automatic`.
   */
  mode?: 'automatic' | 'forced' | 'off';
  /** How long nothing may come by UDP before it is used, and the same since the start: 1,000..3,600,000 ms; default 60,000. */
  engageAfterMs?: number;
}

/** What is special about a part of the physical network (vl1.md §3.11). */
export interface PhysicalNetwork {
  /** `IP/bits`. */
  network: string;
  /**
   * Not zero: packets to peers there are **neither encrypted nor authenticated**, and such packets from there are
   * believed. Both sides need the same number. For a network of one's own, where nobody else can send. Default 0n.
   */
  trustedPathId?: bigint;
  /** Largest UDP payload, 1400..10324; 0: the default, 1432. */
  mtu?: number;
}

/**
 * What a network may have of the addresses and routes that its controller manages (controller.md §11.3). Loopback,
 * link-local and multicast ones are never taken then.
 */
export interface NetworkPermissions {
  /** False: none. A list: those that lie within one of these prefixes (at most 64). Default true. */
  allowManaged?: boolean | readonly string[];
  /** Also those of global scope. Default false. */
  allowGlobal?: boolean;
  /** Also default routes. Default false. */
  allowDefault?: boolean;
}

/** What an engine needs to start a node. */
export interface EngineNodeOptions {
  /** Secret identity in text form (270 characters). Absent: the node makes one and emits store events. */
  identitySecret?: string;
  /** Serialized planet (vl1.md §6.1). `null`: ours was lost, the node knows the roots of its moons only. */
  planet: Uint8Array | null;
  /** Peer cache records to load (vl1.md §9.2). */
  cachedPeers?: readonly Uint8Array[];
  /** Networks to join at start, with their stored dictionaries (empty: none stored). */
  cachedNetworks?: readonly { id: NetworkId; dictionary: Uint8Array; permissions?: NetworkPermissions }[];
  /**
   * Local UDP addresses to bind. Port 0 = any. IPv6 sockets are IPv6-only, so `0.0.0.0` and `::` can
   * share a port.
   * An address in use rejects with `ERR_ZT_ADDRESS_IN_USE`, one the machine does not have with
   * `ERR_ZT_ADDRESS_NOT_AVAILABLE`. These sockets stay as they are; or sockets that follow the interfaces.
   */
  bind: readonly Endpoint[] | InterfaceBinding;
  /**
   * Let loopback addresses become paths (vl1.md §1.6 does not): for nodes whose roots are on loopback. Default
   * false.
   */
  allowLoopbackPaths?: boolean;
  /** IP prefixes that never become paths (vl1.md §7.3 rule 4). */
  blacklist?: readonly string[];
  /** The first that contains an address counts; at most 32. */
  physicalNetworks?: readonly PhysicalNetwork[];
  /** Endpoints to try besides those learned (vl1.md §7.6). */
  endpointHints?: readonly { address: NodeAddress; endpoints: readonly Endpoint[] }[];
  /** IP prefixes that never become paths to that node. */
  peerBlacklists?: readonly { address: NodeAddress; prefixes: readonly string[] }[];
  /** Fewer paths kept alive, fewer keepalives (vl1.md §7.13). Default false. */
  lowBandwidth?: boolean;
  impairment?: Impairment;
  /** A TCP relay for networks without UDP (vl1.md §10). Default: none. */
  tcpRelay?: TcpRelayOptions;
  /** Stored moons, believed as they are (vl1.md §6.5); at most 16. */
  moons?: readonly Uint8Array[];
  /** Moons to look for at a seed (vl1.md §6.5); at most 16. */
  orbits?: readonly { id: MoonId; seed: NodeAddress }[];
  /** Identities held at once, 64..1048576. Default 8192. */
  maxPeers?: number;
  /** Bytes per second that we relay for others: in total, and from one address; 0: no limit. Default: none. */
  relayLimits?: { total: number; perSource: number };
  /** Called with many events at once, in order. Must not throw. */
  onEvents(events: readonly NodeEvent[]): void;
}

/** A socket that was opened, and where it is. */
export interface OpenedSocket {
  socket: SocketHandle;
  local: Endpoint;
}

/** State of a socket, for diagnostics. */
export interface SocketInfo {
  kind: 'tcp-listener' | 'tcp' | 'udp';
  /** `0n` when bound to all networks. */
  network: bigint;
  local: Endpoint;
  remote: Endpoint;
  /** RFC 9293 state name for TCP, `''` otherwise. */
  state: string;
  /** Bytes ready to read. */
  receiveQueue: number;
  /** Bytes written and not yet acknowledged. */
  sendQueue: number;
}

/** Facts about the node itself. */
export interface NodeInfo {
  address: NodeAddress;
  online: boolean;
  /** Public identity in text form. */
  identity: string;
  planetId: bigint;
  planetTimestamp: bigint;
  /** Our addresses as others see them (vl1.md §7.11). */
  surface: readonly Endpoint[];
  /** Local UDP endpoints bound now. */
  bound: readonly Endpoint[];
}

/** A network configuration issued by a controller (controller.md §4); credentials are added by the core. */
export interface IssuedConfig {
  network: NetworkId;
  member: NodeAddress;
  /** Issue time, ms since the epoch. */
  timestamp: bigint;
  /** Credential time max delta in ms, 300000..7200000. */
  credentialTimeMaxDelta: bigint;
  revision: bigint;
  traceTarget?: NodeAddress;
  traceLevel?: number;
  /** vl2.md §6.2. */
  flags: number;
  multicastLimit: number;
  type: 'private' | 'public';
  /** At most 127 bytes of UTF-8. */
  name: string;
  /** 1280..10000. */
  mtu: number;
  includeCom: boolean;
  /** Node addresses with role bits (vl2.md §6.3). */
  specialists: readonly bigint[];
  routes: readonly { target: NetworkAddress; via?: string; flags?: number; metric?: number }[];
  addresses: readonly NetworkAddress[];
  dns?: { domain: string; servers: readonly string[] };
  /** Serialized rules (vl2.md §13.1) and their number. */
  rules: { count: number; bytes: Uint8Array };
  capabilities: readonly { id: number; ruleCount: number; rules: Uint8Array }[];
  tags: readonly { id: number; value: number }[];
}

/** Names of the counters of schema/enums.json NodeCounter. */
export type NodeCounterKey = keyof typeof NodeCounter;

/** Why a controller refuses (controller.md §3). */
export type RejectReason = 'not-found' | 'access-denied' | 'authentication-required';

/** One running node. */
export interface EngineNode extends EngineCaptures, EngineFrames, EngineRules {
  info(): NodeInfo;
  /** Whether the node can be reached, what was tried and why not. */
  diagnose(): ConnectivityInfo;
  networks(): NetworkInfo[];
  peers(): PeerInfo[];
  /** Non-zero drop counters by reason (schema/enums.json DropReason). */
  counters(): Record<string, bigint>;
  /** What each protocol of the stack sent, took and refused. */
  stackCounters(): StackCounters;
  /**
   * Joins a network; already joined is fine. `permissions`: as given from now on; absent: as they were, and everything
   * for a network that never had any.
   */
  join(network: NetworkId, permissions?: NetworkPermissions): void;
  /** Leaves; throws `ERR_ZT_NOT_FOUND` when not joined. */
  leave(network: NetworkId): void;
  /**
   * Endpoints under which a gateway maps ours, told to peers with our own (vl1.md §7.7); replaces the list. At most 16
   * are kept.
   */
  setExternalEndpoints(endpoints: readonly Endpoint[]): void;
  /**
   * Takes a stored moon, or looks for it at one of its roots until it comes. Throws `ERR_ZT_INVALID_ARGUMENT` (id 0,
   * ourselves as the seed, `stored` is not it), `ERR_ZT_NOT_FOUND` (no seed, not held), `ERR_ZT_LIMIT_REACHED` (16).
   */
  orbit(moon: MoonId, seed: NodeAddress | undefined, stored?: Uint8Array): void;
  /** Drops a moon, its stored copy and its seeds. `ERR_ZT_NOT_FOUND`. */
  deorbit(moon: MoonId): void;
  moons(): MoonInfo[];
  /** What the node did as a whole and as a root, since its start. */
  nodeCounters(): Record<NodeCounterKey, bigint>;
  /**
   * `ERR_ZT_MESSAGE_TOO_BIG`: more than fits one packet; `ERR_ZT_WOULD_BLOCK`: the transmit queue is full, try again
   * later; `ERR_ZT_INVALID_ARGUMENT`: to ourselves.
   */
  sendUserMessage(to: NodeAddress, type: bigint, data: Uint8Array): void;

  /**
   * Starts to connect; `tcp_connected` or `tcp_closed` follows. `network` `0n`: any network with a route. A
   * `local` address `''` and
   * port 0 are chosen. `timeoutMs` 0 = the stack's default. Throws when it cannot start, e.g.
   * `ERR_ZT_NETWORK_UNREACHABLE`.
   */
  tcpConnect(network: bigint, local: Endpoint, remote: Endpoint, timeoutMs: number): OpenedSocket;
  /**
   * Local address `''`: all addresses of both families; `0.0.0.0` / `::`: of one family. Throws
   * `ERR_ZT_ADDRESS_IN_USE`.
   */
  tcpListen(network: bigint, local: Endpoint, backlog: number): OpenedSocket;
  /** Bytes accepted, 0 when the send buffer is full. Throws when the connection is gone. */
  tcpWrite(socket: SocketHandle, data: Uint8Array): number;
  /** Bytes read into `into`; 0 at the end of the stream; `undefined` when nothing is there now. */
  tcpRead(socket: SocketHandle, into: Uint8Array): number | undefined;
  /** Sends FIN after what is queued. */
  tcpShutdown(socket: SocketHandle): void;
  /** Sends RST at once. */
  tcpAbort(socket: SocketHandle): void;
  /** Facts about a connection; `undefined` when there is no connection of that number. */
  tcpInfo(socket: SocketHandle): TcpInfo | undefined;
  /**
   * `ERR_ZT_INVALID_ARGUMENT`: out of range, or this kind of socket has no such option; `ERR_ZT_NOT_FOUND`. Connections
   * that a listener accepts later inherit its options.
   */
  setSocketOption(socket: SocketHandle, option: SocketOptionKey, value: number): void;
  /** What is in force. Errors as above. */
  getSocketOption(socket: SocketHandle, option: SocketOptionKey): number;
  udpBind(network: bigint, local: Endpoint): OpenedSocket;
  /**
   * Fixes the peer: others are not heard, errors of others are not told. Address `''` and port 0: any peer again.
   * Returns the local endpoint, completed by the address that reaches the peer. What was received before stays.
   */
  udpConnect(socket: SocketHandle, remote: Endpoint): Endpoint;
  /**
   * Address `''` and port 0: to the connected peer (`ERR_ZT_NOT_CONNECTED`); another than the connected peer is
   * `ERR_ZT_ALREADY_CONNECTED`. False: no room in the transmit queue now (the datagram was dropped).
   */
  udpSend(socket: SocketHandle, to: Endpoint, data: Uint8Array): boolean;
  /** The next datagram (cut to `into`), or `undefined`. */
  udpReceive(socket: SocketHandle, into: Uint8Array): { size: number; from: Endpoint; to: Endpoint } | undefined;
  /**
   * Gives the handle up: the stack finishes an orderly close alone; no more events for it. Unknown handles are
   * ignored.
   */
  socketClose(socket: SocketHandle): void;
  socketInfo(socket: SocketHandle): SocketInfo | undefined;
  /**
   * Lets a UDP socket hear a multicast group on a network; `network` `0n`: the one it is bound to, else the first with
   * that family. `ERR_ZT_INVALID_ARGUMENT`: no group; `ERR_ZT_ALREADY_EXISTS`; `ERR_ZT_NOT_FOUND`: no such network;
   * `ERR_ZT_LIMIT_REACHED`. Closing the socket leaves.
   */
  groupJoin(socket: SocketHandle, network: bigint, group: string): void;
  /** `ERR_ZT_NOT_FOUND` when the socket is not in the group there. */
  groupLeave(socket: SocketHandle, network: bigint, group: string): void;
  /** ICMP echo; `ping_reply` with this token follows. `payloadSize` 0..65000 bytes. */
  ping(network: bigint, to: string, token: number, payloadSize: number, timeoutMs: number): void;

  controllerEnable(enabled: boolean): void;
  /** Answers a `controller_request` (its `requestId`) or pushes (`0n`). */
  controllerGrant(member: NodeAddress, requestId: bigint, config: IssuedConfig): void;
  controllerReject(member: NodeAddress, network: NetworkId, requestId: bigint, reason: RejectReason): void;
  /** `issuedUntil`: ms since 1970, see `controller_revoke` of HOST_PROTOCOL.md. */
  controllerRevoke(
    network: NetworkId,
    target: NodeAddress,
    recipients: readonly NodeAddress[],
    issuedUntil: number,
  ): void;

  /** Keeps the process alive while running (default), or not. */
  ref(): void;
  unref(): void;
  /**
   * Orderly end: last events (store_peer, node_down) are delivered before it resolves. Idempotent, legal at any
   * moment.
   */
  close(): Promise<void>;
}

/** A way to run nodes. */
export interface Engine {
  readonly name: 'native' | 'wasm';
  /** Resolves when sockets are bound and the node runs. Rejects with a {@link ZtError}. */
  createNode(options: EngineNodeOptions): Promise<EngineNode>;
  /** Makes an identity off any node's path; returns the secret text form. Takes up to seconds of CPU. */
  generateIdentity(signal?: AbortSignal): Promise<string>;
  /** A signed planet or moon (vl1.md §6): for roots of one's own. */
  makeWorld(spec: WorldSpec): Promise<MadeWorld>;
  /** A planet that the same key signs now and next time. */
  makePlanet(spec: PlanetSpec): Promise<Uint8Array>;
}

/** What a planet or moon says, and who signs it. */
export interface WorldSpec extends PlanetSpec {
  type: 'planet' | 'moon';
  /** The 64-byte public key that must sign the next update. Absent: that of the signing key. */
  nextKey?: Uint8Array;
}

/** A signed world. */
export interface MadeWorld {
  /** Serialized, as in a `planet` or `.moon` file. */
  bytes: Uint8Array;
  /** The 128-byte key pair that signed it (64 public ‖ 64 private). */
  signingKey: Uint8Array;
}

/** What a planet says (vl1.md §6.1, §6.6). */
export interface PlanetSpec {
  id: bigint;
  /** Also the revision, ms since the epoch. */
  timestamp: bigint;
  /** 1..4 roots, each public identity text with 0..32 stable endpoints. */
  roots: readonly { identity: string; endpoints: readonly Endpoint[] }[];
  /**
   * 64-byte public ‖ 64-byte private key pair that signs and is named as the next signer. Absent: a fresh one is
   * made.
   */
  signingKey?: Uint8Array;
}
