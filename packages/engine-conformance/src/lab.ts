/** A world of our own on loopback: a root, a controller, and members, each on an address of its own in 127.0.0.0/8. */
import { createSocket } from 'node:dgram';
import type { Endpoint, Engine, EngineNodeOptions, NetworkId, NodeAddress } from '@ztkit/types';
import { identities, publicPart } from './identities.js';
import { MiniController } from './mini-controller.js';
import { WatchedNode } from './watched-node.js';

/** Which engine runs what. */
export interface EngineSet {
  /** For pictures of the run: `native`, `wasm`, `native to wasm`. */
  name: string;
  /** Root and controller. */
  infrastructure: Engine;
  a: Engine;
  b: Engine;
}

/** A member that is ready: its node and its addresses in the network. */
export interface Member {
  watched: WatchedNode;
  address: NodeAddress;
  /** Where its UDP socket is bound. */
  physical: Endpoint;
  network: NetworkId;
  ipv4: string;
  sixPlane: string;
  rfc4193: string;
}

/** How to start a node; `identitySecret: undefined` lets the engine make one. */
export type NodeExtras = Partial<Omit<EngineNodeOptions, 'onEvents'>>;

/** A UDP port nobody uses on that address at this moment. */
export function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, address, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** One world; `close()` ends all its nodes. */
export class Lab {
  readonly engines: EngineSet;
  planet!: Uint8Array;
  rootEndpoint!: Endpoint;
  root!: WatchedNode;
  controller!: MiniController;
  controllerNode!: WatchedNode;
  /** A network that admits everybody. */
  network!: NetworkId;
  readonly #nodes = new Set<WatchedNode>();
  #nextIdentity = 2;
  #nextHost = 10;

  private constructor(engines: EngineSet) {
    this.engines = engines;
  }

  static async start(engines: EngineSet): Promise<Lab> {
    const lab = new Lab(engines);
    const { infrastructure } = engines;
    const [root = '', controller = ''] = await identities(infrastructure, 2);
    lab.rootEndpoint = { address: '127.0.0.1', port: await freePort('127.0.0.1') };
    lab.planet = await infrastructure.makePlanet({
      id: 0x1234567890n,
      timestamp: BigInt(Date.now()),
      roots: [{ identity: publicPart(root), endpoints: [lab.rootEndpoint] }],
    });
    lab.root = await lab.startNode(infrastructure, { identitySecret: root, bind: [lab.rootEndpoint] });
    lab.controllerNode = await lab.startNode(infrastructure, { identitySecret: controller });
    // Members that ask before the root knows the controller would ask again 5 s later only.
    await lab.controllerNode.next('NODE_ONLINE');
    lab.controller = new MiniController(lab.controllerNode);
    lab.network = lab.controller.createNetwork(true);
    return lab;
  }

  /** A fresh identity for each call. */
  async identity(): Promise<string> {
    const number = this.#nextIdentity++;
    const all = await identities(this.engines.infrastructure, number + 1);
    return all[number] ?? '';
  }

  /** A loopback address nobody else of this lab has. */
  host(): string {
    return `127.0.0.${this.#nextHost++}`;
  }

  async startNode(engine: Engine, extras: NodeExtras = {}): Promise<WatchedNode> {
    const watched = new WatchedNode();
    const identitySecret = 'identitySecret' in extras ? extras.identitySecret : await this.identity();
    watched.node = await engine.createNode({
      planet: this.planet,
      bind: [{ address: this.host(), port: 0 }],
      allowLoopbackPaths: true,
      ...extras,
      ...(identitySecret === undefined ? {} : { identitySecret }),
      onEvents: watched.onEvents,
    });
    this.#nodes.add(watched);
    return watched;
  }

  /** A node that is ready on a network. */
  async member(engine: Engine, extras: NodeExtras = {}, network: NetworkId = this.network): Promise<Member> {
    const watched = await this.startNode(engine, extras);
    watched.node.join(network);
    return this.whenReady(watched, network);
  }

  async whenReady(watched: WatchedNode, network: NetworkId): Promise<Member> {
    const where = ({ network: { id } }: { network: { id: NetworkId } }) => id === network;
    const ok = await watched.next('NETWORK_OK', { where, ms: 30_000 });
    const addresses = ok.network.config?.addresses.map(({ address }) => address) ?? [];
    const find = (start: string) => addresses.find((address) => address.startsWith(start)) ?? '';
    const { address, bound } = watched.node.info();
    const physical = bound[0] ?? { address: '', port: 0 };
    return { watched, address, physical, network, ipv4: find('10.'), sixPlane: find('fc'), rfc4193: find('fd') };
  }

  /** One member per engine of the set. */
  async pair(extrasA: NodeExtras = {}, extrasB: NodeExtras = {}): Promise<[Member, Member]> {
    const { a, b } = this.engines;
    return [await this.member(a, extrasA), await this.member(b, extrasB)];
  }

  /** Ends one node before the lab ends. */
  async stop(watched: WatchedNode): Promise<void> {
    this.#nodes.delete(watched);
    await watched.node.close();
  }

  async close(): Promise<void> {
    // Members first: they say goodbye through the root.
    for (const watched of [...this.#nodes].reverse()) await this.stop(watched);
  }
}
