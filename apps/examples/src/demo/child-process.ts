/** One child process of the demo, as the parent sees it. Every child that was started is ended, also after failure. */
import { type ChildProcess, fork } from 'node:child_process';
import type { CallName, Calls, ChildMessage } from './messages.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

const STOP_TIMEOUT_MS = 10_000;

/** A process and the calls to it. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<number>;
  #nextId = 1;

  constructor(name: string, onMessage: (message: ChildMessage) => void) {
    this.name = name;
    this.#process = fork(new URL('./child.js', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (message: ChildMessage) => this.#receive(message, onMessage));
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        for (const { reject } of this.#waiting.values()) reject(new Error(`${name} ended early (${how})`));
        this.#waiting.clear();
        resolve(code ?? 1);
      });
    });
  }

  /** Calls a function of the child. Rejects when it throws there or the process ends. */
  call<N extends CallName>(call: N, argument: Calls[N]['argument']): Promise<Calls[N]['result']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Calls[N]['result']), reject });
      this.#process.send({ id, call, argument }, (error) => {
        if (error !== null && this.#waiting.delete(id)) reject(new Error(`${this.name}: ${error.message}`));
      });
    });
  }

  /** Asks the child to close its node and waits for its end. The exit code; 0 when all went in order. */
  async stop(): Promise<number> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#exited;
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.call('stop', {}).catch(() => this.#process.kill('SIGTERM'));
    if (this.#process.connected) this.#process.disconnect();
    const code = await this.#exited;
    clearTimeout(killer);
    return code;
  }

  #receive(message: ChildMessage, onMessage: (message: ChildMessage) => void): void {
    if (message.kind !== 'result' && message.kind !== 'failure') {
      onMessage(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'result') waiting?.resolve(message.result);
    else waiting?.reject(new Error(`${this.name}: ${message.message}`));
  }
}
