/** Events of a node: one interface per code of schema/enums.json, told apart by `type`. */
import type { CaptureHandle } from './capture.js';
import type { ConnectivityInfo } from './connectivity.js';
import type { Endpoint, MoonId, SocketHandle } from './engine.js';
import type { FramePortHandle } from './frames.js';
import type { Event, NetworkStatus } from './generated/enums.js';
import type { NetworkId, NodeAddress } from './ids.js';

/** An address with its prefix length. */
export interface NetworkAddress {
  address: string;
  /** 0..32 for IPv4, 0..128 for IPv6. */
  bits: number;
}

/** A managed route (vl2.md §6.4). */
export interface ManagedRoute {
  target: NetworkAddress;
  /** Next hop; absent when the target is directly attached. */
  via?: string;
  flags: number;
  metric: number;
}

/** A joined network. */
export interface NetworkInfo {
  id: NetworkId;
  /** `aa:bb:cc:dd:ee:ff`. */
  mac: string;
  status: keyof typeof NetworkStatus;
  /** Absent until a configuration is held. */
  config?: {
    name: string;
    type: 'private' | 'public';
    mtu: number;
    revision: bigint;
    broadcast: boolean;
    bridge: boolean;
    addresses: readonly NetworkAddress[];
    routes: readonly ManagedRoute[];
    dns: { domain: string; servers: readonly string[] };
  };
  /** With the status `AUTHENTICATION_REQUIRED`: what the controller says about the sign-on it asks for. */
  signOn?: SignOn;
}

/**
 * A sign-on that a controller asks for (vl2.md §5.7). Every text is the controller's, nothing of it is checked: ask the
 * user before a browser opens it.
 */
export interface SignOn {
  /** Version 0: the page to open. Version 1: the issuer. `''` when the controller does not say. */
  url: string;
  /** 0: a page. 1: OpenID Connect, with the parameters below. Others: nothing is known. */
  version: number;
  /** With version 1. */
  openId?: { centralEndpoint: string; nonce: string; state: string; clientId: string; provider: string };
}

/** A peer and its paths. */
export interface PeerInfo {
  address: NodeAddress;
  /** `major.minor.revision`, absent when unknown. */
  version?: string;
  protocol?: number;
  /** Round trip in ms over the best path, absent when unknown. */
  latency?: number;
  role: 'LEAF' | 'MOON' | 'PLANET';
  /** Direct paths; none means the peer is reached through a root only. */
  paths: readonly {
    endpoint: Endpoint;
    sinceHeardMs: number;
    sinceSentMs: number;
    expired: boolean;
    preferred: boolean;
  }[];
}

type Code<K extends keyof typeof Event> = (typeof Event)[K];

/** Every event. `code` is the numeric code of sdk-api.md §2 (new numbering); `type` its name. */
export type NodeEvent =
  | { type: 'NODE_UP' | 'NODE_ONLINE' | 'NODE_OFFLINE' | 'NODE_DOWN'; code: Event; address: NodeAddress }
  | { type: 'NODE_CONNECTIVITY'; code: Code<'NODE_CONNECTIVITY'>; connectivity: ConnectivityInfo }
  | { type: 'NODE_FATAL_ERROR'; code: Code<'NODE_FATAL_ERROR'>; reason: string; detail: string }
  /** Our addresses as others see them (vl1.md §7.11), all of them; at most once a second. */
  | { type: 'SURFACE_CHANGED'; code: Code<'SURFACE_CHANGED'>; endpoints: readonly Endpoint[] }
  | { type: NetworkEventType; code: Event; network: NetworkInfo }
  | { type: 'STACK_UP' | 'STACK_DOWN'; code: Event }
  | { type: 'TUNNEL_UP' | 'TUNNEL_DOWN'; code: Event; server: Endpoint }
  | {
      type: 'NETIF_UP' | 'NETIF_DOWN' | 'NETIF_REMOVED' | 'NETIF_LINK_UP' | 'NETIF_LINK_DOWN';
      code: Event;
      networkId: NetworkId;
      mac: string;
      mtu: number;
    }
  | { type: PeerEventType; code: Event; peer: PeerInfo; path?: Endpoint }
  | { type: 'ROUTE_ADDED' | 'ROUTE_REMOVED'; code: Event; networkId: NetworkId; route: ManagedRoute }
  | { type: AddressEventType; code: Event; networkId: NetworkId; address: NetworkAddress }
  | { type: 'STORE_IDENTITY_SECRET' | 'STORE_IDENTITY_PUBLIC'; code: Event; text: string }
  | { type: 'STORE_PLANET'; code: Code<'STORE_PLANET'>; data: Uint8Array }
  | { type: 'STORE_MOON'; code: Code<'STORE_MOON'>; moon: MoonId; data: Uint8Array }
  | { type: 'STORE_PEER'; code: Code<'STORE_PEER'>; peer: NodeAddress; data: Uint8Array }
  | { type: 'STORE_NETWORK'; code: Code<'STORE_NETWORK'>; networkId: NetworkId; data: Uint8Array }
  | { type: 'TCP_CONNECTED'; code: Code<'TCP_CONNECTED'>; socket: SocketHandle; local: Endpoint; remote: Endpoint }
  | {
      type: 'TCP_ACCEPTED';
      code: Code<'TCP_ACCEPTED'>;
      listener: SocketHandle;
      socket: SocketHandle;
      networkId: NetworkId;
      local: Endpoint;
      remote: Endpoint;
    }
  | { type: 'TCP_READABLE' | 'TCP_WRITABLE' | 'UDP_READABLE'; code: Event; socket: SocketHandle }
  | { type: 'TCP_CLOSED'; code: Code<'TCP_CLOSED'>; socket: SocketHandle; status: number }
  | { type: 'UDP_ERROR'; code: Code<'UDP_ERROR'>; socket: SocketHandle; status: number; remote: Endpoint }
  | { type: 'PING_REPLY'; code: Code<'PING_REPLY'>; token: number; status: number; address: string; rttMs: number }
  | {
      type: 'CONTROLLER_REQUEST';
      code: Code<'CONTROLLER_REQUEST'>;
      networkId: NetworkId;
      requestId: bigint;
      identity: string;
      hops: number;
      from: Endpoint;
      metadata: Uint8Array;
    }
  | { type: 'FRAMES_READABLE' | 'FRAMES_WRITABLE'; code: Event; port: FramePortHandle }
  /** The port ended: its network was left (`NETWORK_DOWN`) or the node ends (`CLOSED`). */
  | { type: 'FRAMES_CLOSED'; code: Code<'FRAMES_CLOSED'>; port: FramePortHandle; status: number }
  /** Diagnostics of another node (vl1.md §5.11): text of a dictionary that anybody may have sent and nobody checked. */
  | { type: 'REMOTE_TRACE'; code: Code<'REMOTE_TRACE'>; from: NodeAddress; text: string }
  | { type: 'USER_MESSAGE'; code: Code<'USER_MESSAGE'>; from: NodeAddress; messageType: bigint; data: Uint8Array }
  | {
      type: 'CAPTURE_DATA';
      code: Code<'CAPTURE_DATA'>;
      capture: CaptureHandle;
      /** Nothing follows. */
      last: boolean;
      /** Packets that passed the filter so far, and how many of them are missing from the file. */
      packets: number;
      dropped: number;
      /** The next bytes of the pcapng file. */
      data: Uint8Array;
    }
  /**
   * `kind`: a name of `Warning` (schema/enums.json), or one of the SDK's about stored state: `STATE_SET_ASIDE`,
   * `STATE_DAMAGED`, `STATE_NOT_SAVED`.
   */
  | { type: 'WARNING'; code: Code<'WARNING'>; kind: string; detail: string };

/** Names of events about a network. */
export type NetworkEventType =
  | 'NETWORK_NOT_FOUND'
  | 'NETWORK_CLIENT_TOO_OLD'
  | 'NETWORK_REQ_CONFIG'
  | 'NETWORK_OK'
  | 'NETWORK_ACCESS_DENIED'
  | 'NETWORK_READY_IP4'
  | 'NETWORK_READY_IP6'
  | 'NETWORK_READY_IP4_IP6'
  | 'NETWORK_DOWN'
  | 'NETWORK_UPDATE'
  | 'NETWORK_AUTHENTICATION_REQUIRED';
/** Names of events about a peer. */
export type PeerEventType =
  | 'PEER_DIRECT'
  | 'PEER_RELAY'
  | 'PEER_UNREACHABLE'
  | 'PEER_PATH_DISCOVERED'
  | 'PEER_PATH_DEAD';
/** Names of events about an assigned address. */
export type AddressEventType = 'ADDR_ADDED_IP4' | 'ADDR_REMOVED_IP4' | 'ADDR_ADDED_IP6' | 'ADDR_REMOVED_IP6';
