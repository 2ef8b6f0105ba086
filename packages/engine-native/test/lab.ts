/** A small world on loopback for engine tests: a root, a controller that admits everyone, and member nodes. */
import { createSocket } from 'node:dgram';
import type { Engine, EngineNode, EngineNodeOptions, NetworkId, NodeAddress, NodeEvent } from '@ztkit/types';

const ACCEPT_ALL = { count: 1, bytes: Uint8Array.of(0x01, 0x00) }; // vl2.md §13.1: ACTION ACCEPT, no fields

/** A node with its events kept and awaited. */
export class LabNode {
  node!: EngineNode;
  readonly events: NodeEvent[] = [];
  readonly #waiters = new Set<() => void>();
  handler: ((event: NodeEvent) => void) | undefined;

  readonly onEvents = (events: readonly NodeEvent[]): void => {
    for (const event of events) {
      this.events.push(event);
      this.handler?.(event);
    }
    for (const check of [...this.#waiters]) check();
  };

  /** The first event, past or future, that satisfies `match`. */
  until<T extends NodeEvent>(match: (event: NodeEvent) => event is T, what: string, ms?: number): Promise<T>;
  until(match: (event: NodeEvent) => boolean, what: string, ms?: number): Promise<NodeEvent>;
  until(match: (event: NodeEvent) => boolean, what: string, ms = 20_000): Promise<NodeEvent> {
    return new Promise((resolve, reject) => {
      let at = 0;
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(check);
      };
      const check = (): void => {
        for (; at < this.events.length; at++) {
          const event = this.events[at] as NodeEvent;
          if (!match(event)) continue;
          done();
          resolve(event);
          return;
        }
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`no ${what} within ${ms} ms; events: ${this.events.map((e) => e.type).join(' ')}`));
      }, ms);
      this.#waiters.add(check);
      check();
    });
  }
}

export function ofType<K extends NodeEvent['type']>(type: K) {
  return (event: NodeEvent): event is Extract<NodeEvent, { type: K }> => event.type === type;
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(0, address, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

export class Lab {
  readonly #nodes: LabNode[] = [];
  readonly #engine: Engine;
  planet!: Uint8Array;
  network!: NetworkId;
  root!: LabNode;
  controller!: LabNode;

  readonly #address: string;

  private constructor(engine: Engine, address: string) {
    this.#engine = engine;
    this.#address = address;
  }

  static async start(engine: Engine, at = '127.0.0.1'): Promise<Lab> {
    const lab = new Lab(engine, at);
    const secret = await engine.generateIdentity();
    const port = await freePort(lab.#address);
    const identity = secret.split(':').slice(0, 3).join(':');
    const endpoints = [{ address: lab.#address, port }];
    lab.planet = await engine.makePlanet({ id: 7n, timestamp: BigInt(Date.now()), roots: [{ identity, endpoints }] });
    lab.root = await lab.add(engine, { identitySecret: secret, bind: endpoints });
    lab.controller = await lab.add(engine);
    const { address } = lab.controller.node.info();
    lab.network = `${address}000001` as NetworkId;
    lab.controller.node.controllerEnable(true);
    lab.controller.handler = (event) => lab.#admit(event);
    return lab;
  }

  async add(engine: Engine = this.#engine, options: Partial<EngineNodeOptions> = {}): Promise<LabNode> {
    const lab = new LabNode();
    const bind = [{ address: this.#address, port: 0 }];
    lab.node = await engine.createNode({
      bind,
      planet: this.planet,
      allowLoopbackPaths: true,
      ...options,
      onEvents: lab.onEvents,
    });
    this.#nodes.push(lab);
    return lab;
  }

  /** A member that is ready on the network, and its IPv4 address there. */
  async member(engine: Engine = this.#engine, options: Partial<EngineNodeOptions> = {}) {
    const lab = await this.add(engine, options);
    lab.node.join(this.network);
    await lab.until(ofType('NETWORK_OK'), 'NETWORK_OK');
    const added = await lab.until(ofType('ADDR_ADDED_IP4'), 'ADDR_ADDED_IP4');
    return { lab, node: lab.node, ip: added.address.address };
  }

  #members: NodeAddress[] = [];
  #admit(event: NodeEvent): void {
    if (event.type !== 'CONTROLLER_REQUEST') return;
    const member = event.identity.slice(0, 10) as NodeAddress;
    if (!this.#members.includes(member)) this.#members.push(member);
    const address = `10.77.0.${this.#members.indexOf(member) + 1}`;
    this.controller.node.controllerGrant(member, event.requestId, {
      network: event.networkId,
      member,
      timestamp: BigInt(Date.now()),
      credentialTimeMaxDelta: 1_800_000n,
      revision: 1n,
      flags: 2,
      multicastLimit: 32,
      type: 'private',
      name: 'lab',
      mtu: 2800,
      includeCom: true,
      specialists: [],
      routes: [{ target: { address: '10.77.0.0', bits: 24 } }],
      addresses: [{ address, bits: 24 }],
      rules: ACCEPT_ALL,
      capabilities: [],
      tags: [],
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map(({ node }) => node.close()));
  }
}
