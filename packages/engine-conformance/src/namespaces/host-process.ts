/**
 * One node in a process of its own, so that it can run in a network namespace: `ip netns exec NS node host-process.js`.
 * Reads calls and writes answers and events, a line each (lines.ts). Ends with its standard input.
 */
import { createInterface } from 'node:readline';
import type { EngineNode, EngineNodeOptions } from '@ztkit/types';
import { native, wasm } from '../engines.js';
import { MiniController } from '../mini-controller.js';
import { WatchedNode } from '../watched-node.js';
import { type Answer, type Call, fromLine, toLine } from './lines.js';

let watched: WatchedNode | undefined;

function write(answer: Answer): void {
  process.stdout.write(`${toLine(answer)}\n`);
}

function running(): WatchedNode {
  if (watched === undefined) throw new Error('the node was not started');
  return watched;
}

async function start(engine: 'native' | 'wasm', options: Omit<EngineNodeOptions, 'onEvents'>): Promise<unknown> {
  const starting = new WatchedNode();
  const onEvents: EngineNodeOptions['onEvents'] = (events) => {
    starting.onEvents(events);
    // They are the test's to keep; here they would grow without end.
    starting.events.length = 0;
    write({ events: [...events] });
  };
  starting.node = await (engine === 'native' ? await native() : await wasm()).createNode({ ...options, onEvents });
  watched = starting;
  return starting.node.info();
}

async function perform({ method, args }: Call): Promise<unknown> {
  if (method === 'start') return start(args[0] as 'native' | 'wasm', args[1] as EngineNodeOptions);
  if (method === 'controller') return new MiniController(running()).createNetwork(true);
  const { node } = running();
  const action = node[method as keyof EngineNode] as unknown;
  if (typeof action !== 'function') throw new Error(`a node has no method ${method}`);
  return action.apply(node, args);
}

async function answer(call: Call): Promise<void> {
  try {
    const value = (await perform(call)) ?? null;
    write({ id: call.id, value });
  } catch (error) {
    write({ id: call.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(fromLine(line) as Call));
lines.once('close', async () => {
  await watched?.node.close();
  process.exit(0);
});
