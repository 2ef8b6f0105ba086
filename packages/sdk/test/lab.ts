/** Two nodes of a fake world on one network. */
import { createNode, type Network, type Node, type NodeOptions } from '../src/index.js';
import { FakeWorld, fakePlanet } from './fake-engine.js';

export const networkId = '8056c2e21c000001';

export interface Lab {
  world: FakeWorld;
  start(options?: NodeOptions): Promise<Node>;
  pair(): Promise<{ a: Network; b: Network; nodeA: Node; nodeB: Node }>;
}

export function lab(): Lab {
  const world = new FakeWorld();
  const start = (options: NodeOptions = {}) => createNode({ engine: world.engine(), planet: fakePlanet, ...options });
  return {
    world,
    start,
    async pair() {
      const nodeA = await start();
      const nodeB = await start();
      const [a, b] = await Promise.all([nodeA, nodeB].map((node) => node.join(networkId).ready()));
      if (a === undefined || b === undefined) throw new Error('no networks');
      return { a, b, nodeA, nodeB };
    },
  };
}

/** All bytes of a stream. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Bytes that differ at every position of interest. */
export function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index++) bytes[index] = (index * 31 + (index >> 8)) & 0xff;
  return bytes;
}
