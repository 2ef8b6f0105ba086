/**
 * Two members move data over the real loopback with the native engine, while another process sends hostile datagrams
 * to the receiver: ten for each good one, and as many as a processor of its own can. What the pair keeps of its speed
 * is measured against silence, and against the same flood at a port where nothing listens, which shows what the flood
 * costs without reaching anybody. All of it runs in a network namespace with nothing but its loopback, because made-up
 * sources are anyone's: Linux, as root. The attacker is built with CMake when it is not there.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNet } from '@ztkit/net-compat';
import { type Member, type PrivateNetwork, privateNetwork } from '../private-network.js';
import { Attacker, buildAttacker, KINDS, type Kind, pin, processors } from './hostile-attacker.js';

const INSIDE = 'ZT_BENCH_HOSTILE_NAMESPACE';
const MIB = 1 << 20;
const BLOCK = Buffer.alloc(MIB, 'ztkit');
const TICK_MS = 5;
/** The receiver takes half a second to be sure that it is a flood. */
const SETTLE_MS = 1000;
const WINDOW_MS = 1000;
/** The speed of a busy machine wanders: each round compares what lies side by side, and their median counts. */
const ROUNDS = 3;
/** What the stream must keep of its quiet speed. */
const KEPT = 0.9;
/** A frame of 2,800 bytes goes in two datagrams. */
const DATAGRAM_BYTES = 1380;
const PER_GOOD = 10;
/** Nothing is bound to it: the kernel drops there what it was sent, as it drops what no socket wants. */
const NOWHERE = '127.0.0.99/9';
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

/** Numbers of one round, per second; bytes, but for `hostile`. */
interface Round {
  hostile: number;
  quiet: number;
  elsewhere: number;
  attacked: number;
}

interface Attack {
  kind: Kind;
  /** Datagrams a second; 0: as many as it can. */
  rate: number;
  victim: string;
}

async function measure(stream: Stream, attacker: Attacker, { kind, rate, victim }: Attack): Promise<Round[]> {
  const under = (target: string): Promise<[number, number]> =>
    Promise.all([attacker.flood(kind, rate, target, SETTLE_MS + WINDOW_MS), stream.speed()]);
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) {
    const quiet = await stream.speed();
    const [, elsewhere] = await under(NOWHERE);
    const [hostile, attacked] = await under(victim);
    rounds.push({ hostile, quiet, elsewhere, attacked });
  }
  return rounds;
}

function median(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.map(of).sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

const keptOf = (rounds: readonly Round[]): number => median(rounds, (r) => r.attacked / r.quiet);

function row(name: string, rounds: readonly Round[], bound: boolean): string {
  const of = (value: (round: Round) => number, digits: number): string => median(rounds, value).toFixed(digits);
  const cells = [
    name,
    of((r) => r.hostile / 1000, 0),
    of((r) => (r.hostile * DATAGRAM_BYTES) / r.quiet, 1),
    of((r) => r.quiet / MIB, 1),
    of((r) => r.elsewhere / MIB, 1),
    of((r) => r.attacked / MIB, 1),
    `${of((r) => (100 * r.attacked) / r.quiet, 0)} %`,
    `${of((r) => (100 * r.attacked) / r.elsewhere, 0)} %`,
    // Of the processor that the pair kept busy while it was quiet.
    bound ? of((r) => ((1 - r.attacked / r.quiet) * 1e9) / r.hostile, 0) : '–',
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

interface Bench {
  stream: Stream;
  attacker: Attacker;
  victim: string;
}

/** The kinds under which the stream kept too little, of those it must bear. */
async function table(title: string, mibPerSecond: number, bench: Bench, must: (kind: Kind) => boolean) {
  const { stream, attacker, victim } = bench;
  console.log(`\n## ${title}\n`);
  console.log(
    '| kind | 1,000 hostile/s | per good | quiet MiB/s | elsewhere | attacked | of quiet | of elsewhere | ns each |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  stream.rate = mibPerSecond * MIB;
  const rate = (stream.rate / DATAGRAM_BYTES) * PER_GOOD;
  const failed: string[] = [];
  for (const kind of KINDS) {
    const rounds = await measure(stream, attacker, { kind, rate, victim });
    console.log(row(kind.name, rounds, mibPerSecond === 0));
    // A stream that stood still while it was quiet has kept nothing: NaN must not pass.
    if (must(kind) && !(keptOf(rounds) >= KEPT)) {
      failed.push(`${title}, ${kind.name}: kept ${(100 * keptOf(rounds)).toFixed(1)} %`);
    }
  }
  return failed;
}

/** What the flood costs the pair when the attacker's own work is not taken from it. */
async function apart(bench: Bench): Promise<string[]> {
  const [mine, ...others] = processors();
  if (mine === undefined || others.length === 0) {
    console.log('\nOne processor: what the attacker takes cannot be told from what its datagrams cost.');
    return [];
  }
  pin(process.pid, [mine]);
  pin(bench.attacker.pid, others);
  const title = 'As fast as both go, the attacker on a processor of its own';
  return table(title, 0, bench, ({ asPeer }) => !asPeer);
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

/** Prints a table for a stream of `mibPerSecond` under ten hostile datagrams for each of its own, and one without limits. */
export async function hostileTables(mibPerSecond: number): Promise<void> {
  if (process.env[INSIDE] === undefined) {
    buildAttacker();
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
  const bench = { stream, attacker, victim };
  const title = `${mibPerSecond} MiB/s, ten hostile datagrams for each good one`;
  const failed = await table(title, mibPerSecond, bench, () => true);
  failed.push(...(await apart(bench)));
  await attacker.close();
  await stop();
  if (failed.length > 0) throw new Error(`less than ${100 * KEPT} % of its quiet speed: ${failed.join('; ')}`);
}
