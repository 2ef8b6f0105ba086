/** One process of the harness (main.cc), its requests as promises. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { labProgram } from './build.ts';

export type Facts = Record<string, string>;

/** A request that ended with another status than ok. */
export class LabError extends Error {
  constructor(
    readonly request: string,
    readonly status: string,
    readonly facts: Facts,
  ) {
    super(`${request}: ${status} ${JSON.stringify(facts)}`);
  }
}

interface Waiting {
  request: string;
  resolve: (facts: Facts) => void;
  reject: (error: Error) => void;
}

export class Lab {
  #child: ChildProcessWithoutNullStreams;
  #waiting = new Map<number, Waiting>();
  #last = 0;
  #errors = '';
  #ready: Promise<void>;
  #ended: Promise<void>;

  private constructor(command: string[]) {
    const [file, ...args] = command;
    this.#child = spawn(file as string, args, { stdio: 'pipe' });
    this.#child.stderr.on('data', (text) => {
      this.#errors += text;
    });
    this.#ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
    this.#ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) =>
        line === 'ready' ? resolve() : this.#answer(line),
      );
      this.#child.on('close', () => {
        const error = new Error(`zt_linux_lab ended: ${this.#errors}`);
        reject(error);
        for (const { reject: fail } of this.#waiting.values()) fail(error);
        this.#waiting.clear();
      });
    });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#ready.catch(() => {});
  }

  /** The kernel's sockets in a namespace. */
  static sockets(ns: string): Lab {
    return new Lab(['ip', 'netns', 'exec', ns, labProgram, 'sockets']);
  }

  /** A link; its devices exist when this resolves. An end is `tap:NS:DEVICE` or `stack:MTU:ADDRESS/BITS,...`. */
  static async link(a: string, b: string, settings: Record<string, number | string> = {}): Promise<Lab> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const lab = new Lab([labProgram, 'link', a, b, ...words]);
    await lab.#ready;
    return lab;
  }

  /** Resolves with the answer's facts when the request is done, rejects with LabError otherwise. */
  call(...words: (string | number)[]): Promise<Facts> {
    const id = ++this.#last;
    const request = words.join(' ');
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { request, resolve, reject });
      this.#child.stdin.write(`${id} ${request}\n`);
    });
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  #answer(line: string): void {
    const [id, status, ...rest] = line.split(' ').filter((word) => word !== '');
    const waiting = this.#waiting.get(Number(id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(id));
    const facts: Facts = {};
    for (const word of rest) {
      const equals = word.indexOf('=');
      facts[word.slice(0, equals)] = word.slice(equals + 1);
    }
    if (status === 'ok') waiting.resolve(facts);
    else waiting.reject(new LabError(waiting.request, status ?? '', facts));
  }
}
