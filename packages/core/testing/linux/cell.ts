/** One cell of the table: bulk transfers of one pair of TCPs over one impaired link, every byte compared. */
import { type Facts, Lab } from './lab.ts';
import { configure } from './namespaces.ts';

export interface Cell {
  loss: number; // probability, each direction
  delayMs: number; // added to the round trip, half in each direction
  reorder: boolean;
  duplicate: boolean;
}

export const pairs = ['kernel to kernel', 'ours to kernel', 'kernel to ours'] as const;
export type Pair = (typeof pairs)[number];

/** Two namespaces with the kernel's sockets of each; `serial` numbers the links between them. */
export interface Ground {
  nsA: string;
  nsB: string;
  kernelA: Lab;
  kernelB: Lab;
  serial: number;
}

export interface Load {
  mtu: number;
  flows: number; // at the same time over the same link
  bytes: number; // of each flow
  seed: number;
  rate: number; // bit/s of the bottleneck, 0: none
  queue: number; // its bytes
  firstPort: number; // one for each flow
}

export interface FlowResult {
  bytes: number;
  ms: number; // at the receiver: from the connection to the end of the stream
  sender: Facts;
}

export interface PairResult {
  pair: Pair;
  flows: FlowResult[];
  link: Facts;
}

const REORDERED = 0.02;
const DUPLICATED = 0.02;

export function impairments(cell: Cell, load: Load): Record<string, number | string> {
  return {
    seed: load.seed,
    loss: cell.loss,
    'delay-us': (cell.delayMs * 1000) / 2,
    reorder: cell.reorder ? REORDERED : 0,
    duplicate: cell.duplicate ? DUPLICATED : 0,
    ...(process.env.ZT_LINUX_CAPTURE === undefined ? {} : { capture: process.env.ZT_LINUX_CAPTURE }),
    rate: load.rate,
    queue: load.queue,
  };
}

/** Data flows from side a to side b. */
export async function runPair(ground: Ground, pair: Pair, cell: Cell, load: Load): Promise<PairResult> {
  const serial = ++ground.serial;
  const net = `10.${serial >> 8}.${serial & 255}`;
  const name = `zt${serial}`;
  const tap = (ns: string) => `tap:${ns}:${name}`;
  const stack = (host: number) => `stack:${load.mtu}:${net}.${host}/24`;
  const oursSends = pair === 'ours to kernel';
  const oursReceives = pair === 'kernel to ours';
  const link = await Lab.link(
    oursSends ? stack(1) : tap(ground.nsA),
    oursReceives ? stack(2) : tap(ground.nsB),
    impairments(cell, load),
  );
  try {
    if (!oursSends) configure({ ns: ground.nsA, name, mtu: load.mtu, addresses: [`${net}.1/24`] });
    if (!oursReceives) configure({ ns: ground.nsB, name, mtu: load.mtu, addresses: [`${net}.2/24`] });
    const sender = oursSends ? link : ground.kernelA;
    const receiver = oursReceives ? link : ground.kernelB;
    const ports = Array.from({ length: load.flows }, (_, i) => load.firstPort + i);
    const flows = await Promise.all(ports.map((port) => runFlow(sender, receiver, `${net}.2/${port}`, load.bytes)));
    return { pair, flows, link: await link.call('counters') };
  } finally {
    await link.stop();
  }
}

async function runFlow(sender: Lab, receiver: Lab, endpoint: string, bytes: number): Promise<FlowResult> {
  const seed = endpoint.split('/')[1] as string;
  const from = `from-${endpoint}`;
  const to = `to-${endpoint}`;
  const listener = `listener-${endpoint}`;
  await receiver.call('listen', listener, endpoint, 8);
  const received = Promise.all([receiver.call('accept', listener, to), receiver.call('read-all', to, seed)]);
  received.catch(() => {});
  await Promise.all([
    sender.call('connect', from, endpoint),
    sender.call('write', from, bytes, seed),
    sender.call('shutdown', from),
  ]);
  const [, facts] = await received;
  const info = await sender.call('info', from);
  await receiver.call('shutdown', to);
  await sender.call('read-all', from, seed);
  await Promise.all([sender.call('close', from), receiver.call('close', to), receiver.call('close', listener)]);
  if (facts?.bytes !== String(bytes)) throw new Error(`${endpoint}: ${facts?.bytes} of ${bytes} bytes arrived`);
  return { bytes, ms: Number(facts['ms-open']), sender: info };
}

/** Bits per second of a pair: all bytes over all the time its flows took. */
export function throughput({ flows }: PairResult): number {
  const bytes = flows.reduce((sum, flow) => sum + flow.bytes, 0);
  const ms = flows.reduce((sum, flow) => sum + flow.ms, 0);
  return (bytes * 8000) / ms;
}
