/** A private network inside one process, for examples and tests: root, controller, members, all on loopback. */
import { type Controller, createController } from '@ztkit/controller';
import { createNode, createPrivateWorld, generateIdentity, type Network, type Node, publicIdentity } from '@ztkit/sdk';

const LOOPBACK = '127.0.0.1';
const READY_MS = 30_000;

/** One member. */
export interface Member {
  node: Node;
  network: Network;
  /** Its address from the pool. */
  ipv4: string;
}

/** Everything; ends with `close()` or `await using`. */
export interface PrivateNetwork {
  planet: Uint8Array;
  networkId: string;
  root: Node;
  controller: Controller;
  members: readonly Member[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a root, a controller with one private network 10.77.0.0/24, and `members` authorised nodes. */
export async function privateNetwork(options: { engine: 'native' | 'wasm'; members: number }): Promise<PrivateNetwork> {
  const { engine } = options;
  const nodes: Node[] = [];
  const bind = [{ address: LOOPBACK, port: 0 }];
  const identity = await generateIdentity({ engine });
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const endpoints = [{ address: LOOPBACK, port }];
  const planet = await createPrivateWorld({ roots: [{ identity: publicIdentity(identity), endpoints }] }, { engine });
  const start = async (extra: { identity?: string; bind: typeof bind }): Promise<Node> => {
    const node = await createNode({ engine, planet, allowLoopbackPaths: true, ...extra });
    nodes.push(node);
    return node;
  };
  const root = await start({ identity, bind: endpoints });
  const authority = await start({ bind });
  const controller = await createController({ node: authority });
  const created = await controller.createNetwork({
    name: 'example',
    private: true,
    v4AssignMode: { zt: true },
    v6AssignMode: { '6plane': true, rfc4193: false, zt: false },
    ipAssignmentPools: [{ ipRangeStart: '10.77.0.1', ipRangeEnd: '10.77.0.254' }],
    routes: [{ target: '10.77.0.0/24', via: null }],
  });
  const members = await Promise.all(
    Array.from({ length: options.members }, async (): Promise<Member> => {
      const node = await start({ bind });
      await controller.authorize(created.id, node.address);
      const network = node.join(created.id);
      await network.ready({ signal: AbortSignal.timeout(READY_MS) });
      const ipv4 = network.addresses.find(({ address }) => address.includes('.'))?.address ?? '';
      return { node, network, ipv4 };
    }),
  );
  const close = async (): Promise<void> => {
    await controller.close();
    for (const node of nodes.reverse()) await node.close();
  };
  return { planet, networkId: created.id, root, controller, members, close, [Symbol.asyncDispose]: close };
}
