/** A node in a network namespace, driven from the test. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  EngineNode,
  EngineNodeOptions,
  NetworkId,
  NodeAddress,
  NodeEvent,
  NodeInfo,
  PeerInfo,
} from '@ztkit/types';
import { type Answer, fromLine, toLine } from '../src/namespaces/lines.js';
import { WatchedNode } from '../src/watched-node.js';

const program = fileURLToPath(new URL('../dist/namespaces/host-process.js', import.meta.url));

/** The methods of a node that can be called from here: those without callbacks. */
type Method = Exclude<keyof EngineNode, 'close' | 'ref' | 'unref'>;
type ArgumentsOf<M extends Method> = Parameters<EngineNode[M]>;
type ResultOf<M extends Method> = Awaited<ReturnType<EngineNode[M]>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class RemoteNode {
  /** Its events, kept here. */
  readonly watched = new WatchedNode();
  address = '' as NodeAddress;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;
  #lastToken = 0;
  #complaints = '';

  private constructor(ns: string) {
    this.#child = spawn('ip', ['netns', 'exec', ns, process.execPath, program], { stdio: 'pipe' });
    this.#child.stderr.on('data', (text) => {
      this.#complaints += text;
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(fromLine(line) as Answer));
    this.#child.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a host's process ended: ${this.#complaints}`));
      this.#waiting.clear();
    });
  }

  static async start(
    ns: string,
    engine: 'native' | 'wasm',
    options: Omit<EngineNodeOptions, 'onEvents'>,
  ): Promise<RemoteNode> {
    const remote = new RemoteNode(ns);
    remote.address = ((await remote.#send('start', [engine, options])) as NodeInfo).address;
    return remote;
  }

  call<M extends Method>(method: M, ...args: ArgumentsOf<M>): Promise<ResultOf<M>> {
    return this.#send(method, args) as Promise<ResultOf<M>>;
  }

  /** Makes it the controller of a new network that admits everybody. */
  controller(): Promise<NetworkId> {
    return this.#send('controller', []) as Promise<NetworkId>;
  }

  async peer(address: NodeAddress): Promise<PeerInfo | undefined> {
    return (await this.call('peers')).find((peer) => peer.address === address);
  }

  /** Direct paths that are alive. */
  async pathsTo(address: NodeAddress): Promise<string[]> {
    const paths = (await this.peer(address))?.paths ?? [];
    return paths.filter(({ expired }) => !expired).map(({ endpoint: { address, port } }) => `${address}/${port}`);
  }

  /** Round trip in ms, `undefined` without an answer in `timeoutMs`. */
  async ping(to: string, timeoutMs: number): Promise<number | undefined> {
    const token = ++this.#lastToken;
    await this.call('ping', 0n, to, token, 56, timeoutMs);
    const reply = await this.watched.next('PING_REPLY', { where: (event) => event.token === token, ms: 20_000 });
    return reply.status === 0 ? reply.rttMs : undefined;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }

  #send(method: string, args: unknown[]): Promise<unknown> {
    const id = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) reject(new Error(`a host's process ended: ${this.#complaints}`));
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin.write(`${toLine({ id, method, args })}\n`);
    });
  }

  #take(answer: Answer): void {
    if ('events' in answer) {
      this.watched.onEvents(answer.events as NodeEvent[]);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }
}
