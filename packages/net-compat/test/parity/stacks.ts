/** The two implementations every parity test runs on: Node's own `net`, and ours over a node's loopback interface. */
import nodeNet from 'node:net';
import { createNode, createPrivateWorld, generateIdentity, type Node, publicIdentity } from '@ztkit/sdk';
import { createNet, type Net } from '../../src/index.js';

/** One implementation under test. */
export interface Stack {
  readonly name: string;
  /** The module as a program sees it. */
  net(): Net;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const kernel: Stack = {
  name: 'node:net',
  net: () => nodeNet as unknown as Net,
  start: async () => {},
  stop: async () => {},
};

/** A node with nobody else: connections run over the stack's own loopback interface. */
export async function loneNode(engine: 'native' | 'wasm'): Promise<Node> {
  const identity = await generateIdentity({ engine });
  const planet = await createPrivateWorld(
    { roots: [{ identity: publicIdentity(identity), endpoints: [{ address: '127.0.0.1', port: 9 }] }] },
    { engine },
  );
  return createNode({ engine, planet, identity, bind: [{ address: '127.0.0.1', port: 0 }], allowLoopbackPaths: true });
}

function ours(engine: 'native' | 'wasm'): Stack {
  let node: Node | undefined;
  let net: Net | undefined;
  return {
    name: `@ztkit/net-compat (${engine})`,
    net: () => {
      if (net === undefined) throw new Error('start() first');
      return net;
    },
    start: async () => {
      node = await loneNode(engine);
      net = createNet(node);
    },
    stop: async () => {
      await node?.close();
    },
  };
}

/** Node's own first: a test that fails there is a wrong test. */
export const stacks: Stack[] = [kernel, ours('native'), ours('wasm')];
