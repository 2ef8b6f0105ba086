/**
 * Two members move data over the real loopback with the native engine, while another process sends hostile datagrams to
 * the receiver: ten for each good one, and as many as it can. What the pair keeps of its speed is measured against the
 * same flood at a port where nothing listens, because both cost processor time that the pair does not have, and against
 * silence. All of it runs in a network namespace with nothing but its loopback, because made-up sources are anyone's:
 * Linux, as root. The attacker is packages/core/bench/hostile, built with CMake when it is not there.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNet } from '@ztkit/net-compat';
import { type Member, type PrivateNetwork, privateNetwork } from '../private-network.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = 'build/scale';
const INSIDE = 'ZT_BENCH_HOSTILE_NAMESPACE';
const MIB = 1 << 20;
const BLOCK = Buffer.alloc(MIB, 'ztkit');
const TICK_MS = 5;
const SETTLE_MS = 300;
const WINDOW_MS = 2500;
/** What the stream must keep of its quiet speed under ten hostile datagrams for each good one, of every kind. */
const KEPT = 0.9;
/** A frame of 2,800 bytes goes in two datagrams. */
const DATAGRAM_BYTES = 1380;
const PER_GOOD = 10;
/** Nothing is bound to it: the kernel drops there what it was sent, as it drops what no socket wants. */
const NOWHERE = '127.0.0.99/9';
/** In the order of `Attack` in packages/core/sim/flood/attacker.h; -1: all in turn. */
const KINDS = [
  [-1, 'all in turn'],
  [0, 'replayed'],
  [1, 'replayed, other source'],
  [2, 'truncated'],
  [3, 'bit-flipped'],
  [4, 'bit-flipped, made-up sources'],
  [5, 'wrong destination'],
  [6, 'fragment bomb'],
  [7, 'HELLO flood'],
  [8, 'junk'],
] as const;

function build(): void {
  const run = (args: string[]): void => {
    const { status } = spawnSync('cmake', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`cmake ${args.join(' ')} ended with ${status}`);
  };
  run(['-S', 'packages/core', '-B', directory, '-DCMAKE_BUILD_TYPE=Release']);
  run(['--build', directory, '--target', 'zt_flood_bench', '--parallel', String(availableParallelism())]);
}

/** The attacker's process: takes an order, answers with the number of datagrams it sent. */
class Attacker {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(victim: string, identity: string) {
    this.#process = spawn(`${root}${directory}/zt_flood_bench`, [victim, identity]);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the attacker ended');
    return value;
  }

  async ready(): Promise<void> {
    await this.#line();
  }

  async flood(kind: number, rate: number, target: string): Promise<number> {
    this.#process.stdin.write(`${kind} ${rate} ${target} ${SETTLE_MS + WINDOW_MS}\n`);
    return Number((await this.#line()).split(' ')[1]) / ((SETTLE_MS + WINDOW_MS) / 1000);
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }
}

/** A stream between two members that never ends by itself; `rate` 0: as fast as it goes. */
class Stream {
  received = 0;
  rate = 0;
  #open = true;

  async run(from: Member, to: Member): Promise<() => Promise<void>> {
    const listener = createNet(to.network).createServer((socket) => {
      socket.on('data', (data: Uint8Array) => {
        this.received += data.length;
      });
    });
    listener.listen(0, to.ipv4);
    await once(listener, 'listening');
    const socket = createNet(from.network).connect(listener.address()?.port, to.ipv4);
    await once(socket, 'connect');
    const writing = this.#write((block) => socket.write(block) || once(socket, 'drain'));
    return async () => {
      this.#open = false;
      await writing;
      socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    };
  }

  async #write(send: (block: Uint8Array) => unknown): Promise<void> {
    let last = performance.now();
    while (this.#open) {
      const now = performance.now();
      const size = this.rate === 0 ? MIB / 4 : Math.min(MIB, Math.round(((now - last) / 1000) * this.rate));
      last = now;
      if (size > 0) await send(BLOCK.subarray(0, size));
      if (this.rate !== 0) await sleep(TICK_MS);
    }
  }

  /** Bytes a second within the window. */
  async speed(): Promise<number> {
    await sleep(SETTLE_MS);
    const before = this.received;
    const start = performance.now();
    await sleep(WINDOW_MS);
    return (this.received - before) / ((performance.now() - start) / 1000);
  }
}

interface Measurement {
  hostile: number;
  quiet: number;
  elsewhere: number;
  attacked: number;
}

async function measure(stream: Stream, attacker: Attacker, kind: number, rate: number, victim: string) {
  const quiet = await stream.speed();
  const [, elsewhere] = await Promise.all([attacker.flood(kind, rate, NOWHERE), stream.speed()]);
  const [hostile, attacked] = await Promise.all([attacker.flood(kind, rate, victim), stream.speed()]);
  await sleep(SETTLE_MS);
  return { hostile, quiet, elsewhere, attacked };
}

function row(name: string, m: Measurement): string {
  const good = m.quiet / DATAGRAM_BYTES;
  const cells = [
    name,
    (m.hostile / 1000).toFixed(0),
    (m.hostile / good).toFixed(1),
    (m.quiet / MIB).toFixed(1),
    (m.elsewhere / MIB).toFixed(1),
    (m.attacked / MIB).toFixed(1),
    `${((100 * m.attacked) / m.quiet).toFixed(0)} %`,
    `${((100 * m.attacked) / m.elsewhere).toFixed(0)} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function victimEndpoint({ members }: PrivateNetwork): string {
  const [from, to] = members;
  const paths = from?.node.peers().find((peer) => peer.address === to?.node.address)?.paths ?? [];
  const path = paths.find(({ preferred }) => preferred) ?? paths[0];
  if (path === undefined) throw new Error('there is no direct path between the members');
  return `${path.endpoint.address}/${path.endpoint.port}`;
}

/** The smallest part of its quiet speed that the stream kept under attack. */
async function table(
  title: string,
  mibPerSecond: number,
  stream: Stream,
  attacker: Attacker,
  victim: string,
): Promise<number> {
  console.log(`\n## ${title}\n`);
  console.log(
    '| kind | 1,000 hostile/s | per good | quiet MiB/s | flood elsewhere | attacked | of quiet | of elsewhere |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  stream.rate = mibPerSecond * MIB;
  const rate = (stream.rate / DATAGRAM_BYTES) * PER_GOOD;
  let kept = Number.POSITIVE_INFINITY;
  for (const [kind, name] of KINDS) {
    const m = await measure(stream, attacker, kind, rate, victim);
    console.log(row(name, m));
    kept = Math.min(kept, m.attacked / m.quiet);
  }
  return kept;
}

function tooLittle(kept: number): string {
  const [seen, asked] = [kept, KEPT].map((part) => `${(100 * part).toFixed(1)} %`);
  return `under ten hostile datagrams for each good one the stream kept ${seen} of its quiet speed, less than ${asked}`;
}

/** This program again, where only the loopback is. */
function inNamespace(mibPerSecond: number): void {
  const again = `ip link set lo up && exec "$0" "$@"`;
  const words = [
    process.execPath,
    fileURLToPath(new URL('main.js', import.meta.url)),
    'hostile',
    '--size',
    `${mibPerSecond}`,
  ];
  const env = { ...process.env, [INSIDE]: '1' };
  const { status, error } = spawnSync('unshare', ['--net', 'sh', '-c', again, ...words], { stdio: 'inherit', env });
  if (status !== 0) throw error ?? new Error(`unshare --net ended with ${status}: is this root on Linux?`);
}

/** Prints a table for a stream of `mibPerSecond` under ten hostile datagrams for each of its own, and one without bounds. */
export async function hostileTables(mibPerSecond: number): Promise<void> {
  if (process.env[INSIDE] === undefined) {
    build();
    return inNamespace(mibPerSecond);
  }
  await using lab = await privateNetwork({ engine: 'native', members: 2 });
  const [from, to] = lab.members;
  if (from === undefined || to === undefined) throw new Error('two members were asked for');
  const stream = new Stream();
  stream.rate = mibPerSecond * MIB;
  const stop = await stream.run(from, to);
  await sleep(1000);
  const victim = victimEndpoint(lab);
  const attacker = new Attacker(victim, to.node.identity);
  await attacker.ready();
  const kept = await table(
    `${mibPerSecond} MiB/s, ten hostile datagrams for each good one`,
    mibPerSecond,
    stream,
    attacker,
    victim,
  );
  await table('As fast as both go', 0, stream, attacker, victim);
  await attacker.close();
  await stop();
  // A stream that stood still while it was quiet has kept nothing: NaN must not pass.
  if (!(kept >= KEPT)) throw new Error(tooLittle(kept));
}
