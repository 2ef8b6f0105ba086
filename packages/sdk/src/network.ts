/** A joined network: its state, and sockets over it. */
import {
  type EngineRules,
  idToBigInt,
  type ManagedRoute,
  type NetworkAddress,
  type NetworkId,
  type NetworkInfo,
  type NetworkPermissions,
  type NodeEvent,
  type SignOn,
  ZtError,
  type ZtErrorCode,
} from '@ztkit/types';
import { checkLocalIp, checkObject, checkPort, checkSignal } from './arguments.js';
import { EngineSocketPort } from './engine-socket-port.js';
import type { FramePort, FramePorts, FramesOptions } from './frame-port.js';
import { NetworkRules } from './network-rules.js';
import type { PingOptions, PingReply, Pings } from './pings.js';
import type { SocketTable } from './socket-table.js';
import { type AddressNews, TakenAddresses } from './taken-addresses.js';
import { keepAliveMs, TcpConnection } from './tcp-connection.js';
import type { SocketPort, TcpHandle } from './tcp-handle.js';
import { type ListenOptions, TcpListener } from './tcp-listener.js';
import { type UdpOptions, UdpSocket } from './udp-socket.js';
import { WaitList } from './waiting.js';

/** Options of `node.join()`. */
export interface JoinOptions {
  /**
   * What the network may have of what its controller manages, also when it is joined already. Goes before the network's
   * `networks.d/<id>.local.conf` in the store, member by member, and is kept there. A network with neither has everything.
   */
  permissions?: NetworkPermissions;
  signal?: AbortSignal;
}

/** Options of {@link Network.ready}. */
export interface ReadyOptions {
  /** Keep waiting while the controller denies, does not know the network or asks for a sign-on. Default: reject. */
  waitForAuthorization?: boolean;
  /** Wait for at least one address too. Default true; `false` for networks that assign none. */
  requireAddress?: boolean;
  signal?: AbortSignal;
}

/** Options of {@link Network.connect}. */
export interface ConnectOptions {
  /** The peer's IPv4 or IPv6 address in the network. */
  address?: string;
  /** The same as `address`. Names are not resolved. */
  host?: string;
  port: number;
  localAddress?: string;
  localPort?: number;
  /** Send small writes at once (no Nagle). Default false. */
  noDelay?: boolean;
  /** See {@link TcpConnection.setKeepAlive}. Default: no probes. */
  keepAlive?: boolean | number;
  /** How long the handshake may take; default 30 s. */
  timeoutMs?: number;
  /** Ends the attempt to connect; once connected it has no effect. */
  signal?: AbortSignal;
}

/** What a network needs from its node. */
export interface NetworkHost {
  readonly sockets: SocketTable;
  readonly pings: Pings;
  readonly frames: FramePorts;
  readonly engine: EngineRules;
  leave(network: Network): Promise<void>;
}

const refusals: Partial<Record<NetworkInfo['status'], ZtErrorCode>> = {
  ACCESS_DENIED: 'ERR_ZT_ACCESS_DENIED',
  NOT_FOUND: 'ERR_ZT_NETWORK_NOT_FOUND',
  AUTHENTICATION_REQUIRED: 'ERR_ZT_AUTHENTICATION_REQUIRED',
  CLIENT_TOO_OLD: 'ERR_ZT_CLIENT_TOO_OLD',
};

/** A joined network. Made by `node.join()`. */
export class Network {
  readonly id: NetworkId;
  /** Sockets without streams, for libraries that bring their own (see {@link SocketPort}). */
  readonly sockets: SocketPort;
  /** What the network's rules did, and why they would let a frame through or not. */
  readonly rules: NetworkRules;
  readonly #host: NetworkHost;
  readonly #changed = new WaitList<void>();
  readonly #taken = new TakenAddresses();
  #info: NetworkInfo;
  #heard = false;
  #ended: ZtError | undefined;

  /** Applications call `node.join()`. */
  constructor(host: NetworkHost, info: NetworkInfo) {
    this.#host = host;
    this.#info = info;
    this.id = info.id;
    this.sockets = new EngineSocketPort(host.sockets, info.id);
    this.rules = new NetworkRules(host.engine, info.id, () => this.#checkJoined());
  }

  get status(): NetworkInfo['status'] {
    return this.#info.status;
  }

  /** Our Ethernet address in this network. */
  get mac(): string {
    return this.#info.mac;
  }

  /** `''` until a configuration is held. */
  get name(): string {
    return this.#info.config?.name ?? '';
  }

  /** Bytes of an Ethernet payload, `undefined` until a configuration is held. */
  get mtu(): number | undefined {
    return this.#info.config?.mtu;
  }

  /**
   * Addresses in use: what the controller assigned (`info.config.addresses`) as far as our permissions let it through
   * ({@link JoinOptions}). Known from the first events on.
   */
  get addresses(): readonly NetworkAddress[] {
    return this.#taken.list;
  }

  /** As the controller assigned them: which of them count is for our permissions. */
  get routes(): readonly ManagedRoute[] {
    return this.#info.config?.routes ?? [];
  }

  /** What the controller says about the sign-on it asks for, while the status is `AUTHENTICATION_REQUIRED`. */
  get signOn(): SignOn | undefined {
    return this.#info.signOn;
  }

  /** Everything that is known, as of the last event. */
  get info(): NetworkInfo {
    return this.#info;
  }

  /**
   * Waits until the network can be used: status OK and an address in use.
   * Rejects with `ERR_ZT_ACCESS_DENIED`, `ERR_ZT_NETWORK_NOT_FOUND`, `ERR_ZT_AUTHENTICATION_REQUIRED` or
   * `ERR_ZT_CLIENT_TOO_OLD`
   * (unless `waitForAuthorization`), `ERR_ZT_INVALID_ARGUMENT` when our permissions refuse all that was assigned (unless
   * `waitForAuthorization` or not `requireAddress`), `ERR_ZT_NETWORK_DOWN` when it is left, `ERR_ZT_CLOSED`, or the signal's reason.
   */
  async ready(options: ReadyOptions = {}): Promise<this> {
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    for (;;) {
      if (this.#ended !== undefined) throw this.#ended;
      const refusal = refusals[this.status];
      if (refusal !== undefined && options.waitForAuthorization !== true) {
        const where = placeToSignOn(this.#info.signOn?.url);
        throw new ZtError(refusal, `Network ${this.id} answered ${this.status}${where}`);
      }
      const addressed = options.requireAddress === false || this.addresses.length > 0;
      if (this.status === 'OK' && addressed) return this;
      if (options.waitForAuthorization !== true) this.#checkPermitted();
      await this.#changed.wait(signal);
    }
  }

  /** Listens for TCP connections. Synchronous failures (port in use, bad address) reject. */
  async listen(options: ListenOptions): Promise<TcpListener> {
    checkObject('options', options);
    return new TcpListener(this.sockets, options);
  }

  /**
   * Opens a TCP connection. Rejects with `ERR_ZT_CONNECTION_REFUSED`, `ERR_ZT_TIMED_OUT`, `ERR_ZT_HOST_UNREACHABLE`,
   * `ERR_ZT_NETWORK_UNREACHABLE`, `ERR_ZT_NETWORK_DOWN`, `ERR_ZT_CLOSED`, or the signal's reason.
   */
  async connect(options: ConnectOptions): Promise<TcpConnection> {
    checkObject('options', options);
    const signal = checkSignal(options.signal);
    const idle = keepAliveMs(options.keepAlive ?? false);
    const handle = this.sockets.openTcp({
      remote: { address: options.address ?? options.host ?? '', port: options.port },
      local: {
        address: checkLocalIp('localAddress', options.localAddress),
        port: checkPort('localPort', options.localPort ?? 0),
      },
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    await connected(handle, signal);
    if (options.noDelay === true) handle.setNoDelay(true);
    if (idle > 0) handle.setKeepAlive(idle);
    return new TcpConnection(handle);
  }

  /** Opens a UDP socket. */
  async udp(options: UdpOptions = {}): Promise<UdpSocket> {
    checkObject('options', options);
    return new UdpSocket(this.sockets, options);
  }

  /**
   * Opens the network's port for raw Ethernet frames; one at a time.
   * @throws ZtError `ERR_ZT_ALREADY_EXISTS` while one is open, `ERR_ZT_LIMIT_REACHED` (512 MiB for all ports of a node),
   * `ERR_ZT_INVALID_ARGUMENT`, `ERR_ZT_NETWORK_DOWN`, `ERR_ZT_CLOSED`, or the signal's reason
   */
  frames(options: FramesOptions = {}): FramePort {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#host.frames.open(this.id, options);
  }

  /** One ICMP echo. Rejects with `ERR_ZT_TIMED_OUT`, `ERR_ZT_HOST_UNREACHABLE`, or the signal's reason. */
  async ping(address: string, options: PingOptions = {}): Promise<PingReply> {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#host.pings.ping(idToBigInt(this.id), address, options);
  }

  /** Leaves the network and forgets it: its sockets end, the next start does not join it. Idempotent. */
  async leave(): Promise<void> {
    if (this.#ended === undefined) await this.#host.leave(this);
  }

  /** News of addresses come before the news that they belong to: when those came, what is missing was refused. */
  #checkPermitted(): void {
    const assigned = this.#info.config?.addresses ?? [];
    if (!this.#heard || this.status !== 'OK' || assigned.length === 0 || this.addresses.length > 0) return;
    const refused = assigned.map(({ address, bits }) => `${address}/${bits}`).join(', ');
    const remedy = `allow more in the "permissions" of join() or networks.d/${this.id}.local.conf, or wait with`;
    throw new ZtError(
      'ERR_ZT_INVALID_ARGUMENT',
      `The permissions here refuse all addresses of network ${this.id} (${refused}): ${remedy} requireAddress: false`,
    );
  }

  #checkJoined(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** @internal News from the engine. */
  update({ type, network }: Extract<NodeEvent, { network: NetworkInfo }>): void {
    // The end of an earlier membership: whoever leaves has this object no more.
    if (type === 'NETWORK_DOWN') this.#taken.clear();
    else this.#info = network;
    this.#heard = type !== 'NETWORK_DOWN';
    this.#changed.resolveAll();
  }

  /** @internal It got other permissions: what they mean for its addresses comes as news. */
  repermitted(): void {
    this.#heard = false;
  }

  /** @internal */
  onAddress(news: AddressNews): void {
    this.#taken.onEvent(news);
    this.#changed.resolveAll();
  }

  /** @internal It was left or its node closed. */
  end(error: ZtError): void {
    this.#ended ??= error;
    this.#changed.resolveAll();
  }
}

/** The controller's words are its own: only a web address is passed on, in the form that a parser gives it. */
function placeToSignOn(url = ''): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed !== undefined && /^https?:$/.test(parsed.protocol) ? `: sign on at ${parsed.href}` : '';
}

/** Waits for the handshake. */
function connected(handle: TcpHandle, signal: AbortSignal | undefined): Promise<void> {
  const outcome = new WaitList<void>();
  const promise = outcome.wait(signal, () => handle.abort());
  handle.attach({
    onConnected: () => outcome.resolveAll(),
    onReadable() {},
    onWritable() {},
    onClosed: (error) => outcome.rejectAll(error ?? new ZtError('ERR_ZT_CONNECTION_ABORTED', 'The connection ended')),
  });
  return promise;
}
