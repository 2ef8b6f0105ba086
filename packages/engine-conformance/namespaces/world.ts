/** The world of these tests: a root with a public address, A and B behind routers of their own, all on one network. */
import type { EngineNodeOptions, NetworkId } from '@ztkit/types';
import { removeNamespaces } from '../../core/testing/linux/namespaces.ts';
import { native } from '../src/engines.js';
import { identities, publicPart } from '../src/identities.js';
import { Host, Internet, type Lan, type NatRouter, publicPrefix } from './internet.ts';
import { RemoteNode } from './remote-node.ts';

export type EngineName = 'native' | 'wasm';
type Extras = Partial<Omit<EngineNodeOptions, 'onEvents'>>;

/** A member and its address in the network. */
export interface Member {
  node: RemoteNode;
  host: Host;
  ip: string;
}

const rootNumber = 10;
const rootPort = 9993;

export class World {
  readonly internet = new Internet();
  readonly natA: NatRouter;
  readonly natB: NatRouter;
  /** A third network, to move to. */
  readonly natC: NatRouter;
  readonly #nodes: RemoteNode[] = [];
  #planet = new Uint8Array();
  #network = '' as NetworkId;
  #identities: string[] = [];

  private constructor() {
    this.natA = this.internet.nat('nata', 2, '192.168.1');
    this.natB = this.internet.nat('natb', 3, '10.2.0');
    this.natC = this.internet.nat('natc', 4, '172.20.0');
  }

  static async start(): Promise<World> {
    try {
      const world = new World();
      await world.#begin();
      return world;
    } catch (error) {
      removeNamespaces();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const engine = await native();
    this.#identities = [...(await identities(engine, 12))];
    const secret = this.#identities.shift() as string;
    const endpoints = [{ address: `${publicPrefix}.${rootNumber}`, port: rootPort }];
    this.#planet = await engine.makePlanet({
      id: 0x77n,
      timestamp: BigInt(Date.now()),
      roots: [{ identity: publicPart(secret), endpoints }],
    });
    const host = this.internet.host('root', rootNumber);
    const root = await this.#run(host, 'native', { identitySecret: secret, bind: endpoints });
    this.#network = await root.controller();
  }

  async #run(host: Host, engine: EngineName, options: Extras): Promise<RemoteNode> {
    const bind = { primaryPort: 0, secondaryPort: 0 };
    const node = await RemoteNode.start(host.ns, engine, { planet: this.#planet, bind, ...options });
    this.#nodes.push(node);
    return node;
  }

  /** A host on a network with a node that is ready. */
  async member(engine: EngineName, lan: Lan, number: number, extras: Extras = {}): Promise<Member> {
    const host = new Host(`host${number}`);
    host.plugInto(lan, number);
    const identitySecret = this.#identities.shift();
    const node = await this.#run(host, engine, { ...(identitySecret && { identitySecret }), ...extras });
    await node.call('join', this.#network);
    const ok = await node.watched.next('NETWORK_OK', { ms: 30_000 });
    const ip = ok.network.config?.addresses.find(({ address }) => address.startsWith('10.'))?.address ?? '';
    return { node, host, ip };
  }

  async stop(member: Member): Promise<void> {
    await member.node.stop();
    member.host.unplug();
  }

  async close(): Promise<void> {
    for (const node of [...this.#nodes].reverse()) await node.stop();
    this.internet.remove();
  }
}

/** Repeats `action` until it gives something; throws with `what` when it does not in `ms`. */
export async function until<T>(what: string, ms: number, action: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const result = await action();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
