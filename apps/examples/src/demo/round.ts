/** One round of the demo: a world, four processes, a network, a direct path, a transfer, an orderly end. */
import { createSocket } from 'node:dgram';
import { createPrivateWorld, generateIdentity, publicIdentity } from '@ztkit/sdk';
import { Child } from './child-process.js';
import type { NodeSetup, PhysicalAddress } from './messages.js';
import type { DemoOptions } from './options.js';
import type { View } from './view.js';

const LOOPBACK = '127.0.0.1';
const PINGS = 10;

/** The engines of the two nodes of a round. */
export interface Engines {
  a: 'native' | 'wasm';
  b: 'native' | 'wasm';
}

async function freePort(): Promise<PhysicalAddress> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, LOOPBACK, resolve);
  });
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return { address: LOOPBACK, port };
}

/** Everything the four processes need before they start. */
async function plan(engines: Engines, options: DemoOptions): Promise<NodeSetup[]> {
  const infrastructure = engines.a;
  const names = ['root', 'controller', 'node-a', 'node-b'] as const;
  const identities = await Promise.all(names.map(() => generateIdentity({ engine: infrastructure })));
  const bind = await Promise.all(names.map(freePort));
  const [rootIdentity = ''] = identities;
  const [rootBind = { address: LOOPBACK, port: 0 }] = bind;
  const planet = await createPrivateWorld(
    { roots: [{ identity: publicIdentity(rootIdentity), endpoints: [rootBind] }] },
    { engine: infrastructure },
  );
  const { loss, duplicate, reorder, seed } = options;
  return names.map((name, index) => {
    const engine = name === 'node-b' ? engines.b : engines.a;
    const setup: NodeSetup = {
      role: name === 'root' || name === 'controller' ? name : 'node',
      name,
      engine,
      identity: identities[index] ?? '',
      planet: Buffer.from(planet).toString('base64'),
      bind: bind[index] ?? rootBind,
    };
    if (setup.role === 'node' && loss + duplicate + reorder > 0) {
      setup.impairment = { loss, duplicate, reorder, seed: String(seed + BigInt(index)) };
    }
    return setup;
  });
}

/** The processes of a round, by name; `stop` ends all of them and says which did not end in order. */
class Processes {
  readonly #children = new Map<string, Child>();
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  get(name: string): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`no process ${name}`);
    return child;
  }

  async start(setup: NodeSetup): Promise<string> {
    const child = new Child(setup.name, (message) => this.#view.message(setup.name, message));
    this.#children.set(setup.name, child);
    const { address } = await child.call('start', setup);
    this.#view.result(`${setup.name} is ${address} (${setup.engine}) on ${setup.bind.address}:${setup.bind.port}`);
    return address;
  }

  async stop(): Promise<string[]> {
    const failed: string[] = [];
    // The root last: the others say goodbye through it.
    for (const child of [...this.#children.values()].reverse()) {
      const code = await child.stop();
      if (code !== 0) failed.push(`${child.name} (exit code ${code})`);
    }
    return failed;
  }
}

async function transfer(
  processes: Processes,
  networkId: string,
  to: string,
  options: DemoOptions,
  view: View,
): Promise<void> {
  const [a, b] = [processes.get('node-a'), processes.get('node-b')];
  const { rttMs } = await a.call('ping', { networkId, to, count: PINGS });
  const sorted = [...rttMs].sort((x, y) => x - y);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? '–';
  view.result(
    `ping ${to}: ${rttMs.length} of ${PINGS} answered, min ${sorted[0] ?? '–'} ms, median ${middle} ms, max ${sorted.at(-1) ?? '–'} ms`,
  );
  const { port } = await b.call('receive', { networkId, size: options.size });
  view.startProgress(options.size);
  const started = performance.now();
  const [sent, received] = await Promise.all([
    a.call('send', { networkId, to, port, size: options.size }),
    b.call('received', {}),
  ]);
  view.endProgress();
  const seconds = (performance.now() - started) / 1000;
  if (sent.sha256 !== received.sha256)
    throw new Error(`SHA-256 differs: sent ${sent.sha256}, received ${received.sha256}`);
  const mib = options.size / (1 << 20);
  view.result(
    `${mib.toFixed(2)} MiB in ${seconds.toFixed(2)} s: ${(mib / seconds).toFixed(1)} MiB/s (${((mib * 8.388608) / seconds).toFixed(0)} Mbit/s)`,
  );
  view.result(`SHA-256 ${received.sha256} on both sides`);
}

/** Runs one round; throws what went wrong after every process has ended. */
export async function runRound(engines: Engines, options: DemoOptions, view: View, signal: AbortSignal): Promise<void> {
  const processes = new Processes(view);
  const stopEarly = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  stopEarly.catch(() => {}); // a round that ends before has nobody waiting
  let failed: string[] = [];
  try {
    await Promise.race([stopEarly, play(processes, engines, options, view)]);
  } finally {
    view.endProgress();
    failed = await processes.stop();
  }
  if (failed.length > 0) throw new Error(`did not end in order: ${failed.join(', ')}`);
  view.result('all processes ended in order');
}

async function play(processes: Processes, engines: Engines, options: DemoOptions, view: View): Promise<void> {
  view.step(`${engines.a} ↔ ${engines.b}: a world of our own, then root, controller and two nodes as processes`);
  const setups = await plan(engines, options);
  const addresses: string[] = [];
  for (const setup of setups) addresses.push(await processes.start(setup));
  const [, , addressA = '', addressB = ''] = addresses;

  view.step('a private network, both nodes authorised');
  const { networkId } = await processes.get('controller').call('createNetwork', { members: [addressA, addressB] });
  const [a, b] = [processes.get('node-a'), processes.get('node-b')];
  const [joinedA, joinedB] = await Promise.all([a.call('join', { networkId }), b.call('join', { networkId })]);
  view.result(`network ${networkId}`);
  view.result(`node-a has ${joinedA.addresses.join(', ')}`);
  view.result(`node-b has ${joinedB.addresses.join(', ')}`);
  const to = joinedB.addresses.find((address) => address.startsWith('10.'))?.split('/')[0];
  if (to === undefined) throw new Error('node-b got no IPv4 address');

  view.step('first packets go through the root, then directly');
  const { rttMs } = await a.call('ping', { networkId, to, count: 1 });
  view.result(rttMs[0] === undefined ? 'the first ping was lost' : `first ping answered in ${rttMs[0]} ms`);
  const { endpoint } = await a.call('whenDirect', { peer: addressB });
  view.result(`direct path to node-b: ${endpoint}`);

  const faults = options.loss + options.duplicate + options.reorder;
  const weather =
    faults === 0
      ? ''
      : ` with ${options.loss * 100} % loss, ${options.duplicate * 100} % duplicates, ${options.reorder * 100} % reordered`;
  view.step(`${(options.size / (1 << 20)).toFixed(2)} MiB over TCP from node-a to node-b${weather}`);
  await transfer(processes, networkId, to, options, view);
}
