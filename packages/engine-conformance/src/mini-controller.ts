/**
 * A controller of a few lines, on the engine's own contract: admits by list, gives IPv4, 6PLANE and RFC 4193
 * addresses.
 */
import {
  controllerOf,
  type IssuedConfig,
  type NetworkAddress,
  type NetworkId,
  type NodeAddress,
  type NodeEvent,
  rfc4193Address,
  sixPlaneAddress,
} from '@ztkit/types';
import type { WatchedNode } from './watched-node.js';

/** One rule, ACTION ACCEPT without fields (vl2.md §13.1). */
const acceptAll = { count: 1, bytes: Uint8Array.of(0x01, 0x00) };

interface NetworkRecord {
  /** Second byte of its IPv4 addresses: 10.x.0.0/24. */
  subnet: number;
  open: boolean;
  rules: IssuedConfig['rules'];
  authorized: Set<NodeAddress>;
  members: Map<NodeAddress, NetworkAddress[]>;
}

/** Answers the requests that one node gets. */
export class MiniController {
  readonly #watched: WatchedNode;
  readonly #networks = new Map<NetworkId, NetworkRecord>();
  #revision = 1n;
  requests = 0;

  constructor(watched: WatchedNode) {
    this.#watched = watched;
    watched.node.controllerEnable(true);
    watched.onEvent = (event) => {
      if (event.type === 'CONTROLLER_REQUEST') this.#answer(event);
    };
  }

  get address(): NodeAddress {
    return this.#watched.node.info().address;
  }

  /** A new network; `open` admits everybody. Without `rules` every frame is accepted. */
  createNetwork(open: boolean, rules: IssuedConfig['rules'] = acceptAll): NetworkId {
    const number = this.#networks.size + 1;
    const id = `${this.address}${number.toString(16).padStart(6, '0')}` as NetworkId;
    this.#networks.set(id, { subnet: number, open, rules, authorized: new Set(), members: new Map() });
    return id;
  }

  /** An id of this controller that it does not know. */
  unknownNetwork(): NetworkId {
    return `${this.address}fffffe` as NetworkId;
  }

  authorize(id: NetworkId, member: NodeAddress): void {
    this.#network(id).authorized.add(member);
  }

  /** Changes a member's addresses and sends it the news unasked. */
  push(id: NetworkId, member: NodeAddress, addresses: NetworkAddress[]): void {
    this.#network(id).members.set(member, addresses);
    this.#watched.node.controllerGrant(member, 0n, this.#config(id, member));
  }

  #network(id: NetworkId): NetworkRecord {
    const network = this.#networks.get(id);
    if (network === undefined) throw new Error(`no network ${id}`);
    return network;
  }

  #answer({ networkId, requestId, identity }: Extract<NodeEvent, { type: 'CONTROLLER_REQUEST' }>): void {
    this.requests += 1;
    const { node } = this.#watched;
    const member = identity.slice(0, 10) as NodeAddress;
    const network = this.#networks.get(networkId);
    if (network === undefined) node.controllerReject(member, networkId, requestId, 'not-found');
    else if (!network.open && !network.authorized.has(member)) {
      node.controllerReject(member, networkId, requestId, 'access-denied');
    } else node.controllerGrant(member, requestId, this.#config(networkId, member));
  }

  #addresses(id: NetworkId, member: NodeAddress): NetworkAddress[] {
    const { members, subnet } = this.#network(id);
    const addresses = members.get(member) ?? [
      { address: rfc4193Address(id, member), bits: 88 },
      { address: sixPlaneAddress(id, member), bits: 40 },
      { address: `10.${subnet}.0.${members.size + 1}`, bits: 24 },
    ];
    members.set(member, addresses);
    return addresses;
  }

  #config(network: NetworkId, member: NodeAddress): IssuedConfig {
    if (controllerOf(network) !== this.address) throw new Error(`${network} is not ours`);
    const { subnet, open, rules } = this.#network(network);
    this.#revision += 1n;
    return {
      network,
      member,
      timestamp: BigInt(Date.now()),
      credentialTimeMaxDelta: 1_800_000n,
      revision: this.#revision,
      flags: 0x6, // broadcast, and neighbor emulation for the derived IPv6 addresses (vl2.md §6.2)
      multicastLimit: 32,
      type: open ? 'public' : 'private',
      name: 'conformance',
      mtu: 2800,
      includeCom: true,
      specialists: [],
      routes: [{ target: { address: `10.${subnet}.0.0`, bits: 24 } }],
      addresses: this.#addresses(network, member),
      rules,
      capabilities: [],
      tags: [],
    };
  }
}
