/** The process that overhears the loopback and sends hostile datagrams: packages/core/bench/hostile. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = 'build/scale';

/** What it sends. */
export interface Kind {
  /** Of `Attack` in packages/core/sim/flood/attacker.h; -1: all in turn. */
  number: number;
  name: string;
  /** Made from the sending member's own address and port, so that nothing tells it from good before its MAC. */
  asPeer: boolean;
}

export const KINDS: readonly Kind[] = [
  { number: -1, name: 'all in turn', asPeer: true },
  { number: 0, name: 'replayed', asPeer: true },
  { number: 1, name: 'replayed, other source', asPeer: false },
  { number: 2, name: 'truncated', asPeer: true },
  { number: 3, name: 'bit-flipped', asPeer: true },
  { number: 4, name: 'bit-flipped, made-up sources', asPeer: false },
  { number: 5, name: 'wrong destination', asPeer: false },
  { number: 6, name: 'fragment bomb', asPeer: false },
  { number: 7, name: 'HELLO flood', asPeer: false },
  { number: 8, name: 'junk', asPeer: false },
];

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

export function buildAttacker(): void {
  run('cmake', ['-S', 'packages/core', '-B', directory, '-DCMAKE_BUILD_TYPE=Release']);
  run('cmake', ['--build', directory, '--target', 'zt_flood_bench', '--parallel', String(availableParallelism())]);
}

/** The processors this process may use (proc(5), Cpus_allowed_list). */
export function processors(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** All threads of a process, and those it will have, on these processors only. */
export function pin(pid: number, to: readonly number[]): void {
  run('taskset', ['--all-tasks', '--cpu-list', '--pid', to.join(','), String(pid)]);
}

/** Takes an order, answers with the number of datagrams it sent. */
export class Attacker {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(victim: string, identity: string) {
    this.#process = spawn(`${root}${directory}/zt_flood_bench`, [victim, identity]);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the attacker did not start');
    return this.#process.pid;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the attacker ended');
    return value;
  }

  async ready(): Promise<void> {
    await this.#line();
  }

  /** `rate` 0: as fast as it goes. Resolves with datagrams a second. */
  async flood(kind: Kind, rate: number, target: string, ms: number): Promise<number> {
    this.#process.stdin.write(`${kind.number} ${rate} ${target} ${ms}\n`);
    return Number((await this.#line()).split(' ')[1]) / (ms / 1000);
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }
}
