/** A TAP device of the Linux kernel as streams of frames, through a small program of its own (tap-device.c). */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const source = join(import.meta.dirname, '../../src/tap-bridge/tap-device.c');
const lengthBytes = 2;

/** The program ends at once when it is told to; one that does not is killed. */
const closeMs = 2000;
/** From the loss of its pipes or of its entry in /proc to the news that the program ended. */
const exitMs = 1000;

/** Where the device is, and how it is set up. */
export interface TapOptions {
  name: string;
  /** A network namespace of `ip netns`; default: this process's. */
  netns?: string;
  mtu: number;
  /** Absent: the kernel chooses one. */
  mac?: string;
  /** `address/bits` to give to it. */
  addresses: readonly string[];
  /** A Linux bridge to put it into. */
  master?: string;
}

/** What is missing here, in words for the user; `undefined`: nothing. */
export function whyNoTap(): string | undefined {
  if (process.platform !== 'linux') return 'TAP devices are made here on Linux only';
  if (process.getuid?.() !== 0) return 'making a TAP device needs root (CAP_NET_ADMIN): run this with sudo';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return 'there is no /dev/net/tun: load the module (modprobe tun) or give the container the device';
  }
  for (const program of ['cc', 'ip']) {
    if (spawnSync(program, ['--version']).error !== undefined && spawnSync(program, ['-V']).error !== undefined) {
      return `"${program}" is needed: install a C compiler and iproute2`;
    }
  }
  return undefined;
}

export class TapDevice {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** How the program ended, in words. */
  readonly #exited: Promise<string>;
  readonly #options: TapOptions;
  readonly #chunks: AsyncIterator<Buffer>;
  #ended: string | undefined;
  #closing = false;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, options: TapOptions) {
    this.#child = child;
    this.#options = options;
    this.#exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
      child.once('error', (error) => resolve(error.message));
    }).then((how) => {
      this.#ended = how;
      return how;
    });
    this.#chunks = child.stdout[Symbol.asyncIterator]();
    child.stdin.on('error', () => undefined); // It ended: its exit says so.
  }

  /** Compiles the program, makes the device and sets it up. */
  static async open(options: TapOptions): Promise<TapDevice> {
    const directory = await mkdtemp(join(tmpdir(), 'ztkit-tap-'));
    try {
      const program = join(directory, 'tap-device');
      execFileSync('cc', ['-O2', '-o', program, source], { stdio: ['ignore', 'inherit', 'inherit'] });
      const enter = options.netns === undefined ? [] : ['ip', 'netns', 'exec', options.netns];
      const [command = program, ...args] = [...enter, program, options.name];
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const device = new TapDevice(child, options);
      const first = await device.#chunks.next();
      if (first.done === true) throw new Error(`The TAP device ${options.name} could not be made`);
      device.#configure();
      return device;
    } finally {
      await rm(directory, { recursive: true });
    }
  }

  #configure(): void {
    const { name, netns, mtu, mac, addresses, master } = this.#options;
    const ip = (...args: string[]) => execFileSync('ip', netns === undefined ? args : ['-n', netns, ...args]);
    if (mac !== undefined) ip('link', 'set', name, 'address', mac);
    ip('link', 'set', name, 'mtu', String(mtu));
    if (master !== undefined) ip('link', 'set', name, 'master', master);
    for (const address of addresses) ip('address', 'add', address, 'dev', name);
    ip('link', 'set', name, 'up');
  }

  /** Frames of the kernel, as many at once as came, until {@link close}; throws when the device is lost. */
  async *frames(): AsyncGenerator<Uint8Array[], void, undefined> {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { done, value } = await this.#next();
      if (done === true) return;
      const bytes = rest.length === 0 ? value : Buffer.concat([rest, value]);
      const frames: Uint8Array[] = [];
      let at = 0;
      while (bytes.length - at >= lengthBytes) {
        const end = at + lengthBytes + bytes.readUInt16BE(at);
        if (end > bytes.length) break;
        frames.push(bytes.subarray(at + lengthBytes, end));
        at = end;
      }
      rest = bytes.subarray(at);
      if (frames.length > 0) yield frames;
    }
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    const end = { done: true, value: undefined } as const;
    let failure: unknown;
    try {
      const result = this.#closing ? end : await this.#chunks.next();
      if (result.done !== true) return result;
    } catch (error) {
      failure = error; // Closed under the reader's hands, or broken.
    }
    if (this.#closing) return end;
    throw await this.#lost(failure);
  }

  /** The error for a device that went away by itself; `failure`, when its program runs still. */
  async #lost(failure: unknown): Promise<unknown> {
    const timeout = new Promise((resolve) => setTimeout(resolve, exitMs).unref());
    await Promise.race([this.#exited, timeout]);
    if (this.#ended === undefined && failure !== undefined) return failure;
    const how = this.#ended ?? 'nobody knows how yet';
    return new Error(`The TAP device ${this.#options.name} is gone: its program ended (${how})`);
  }

  /** Gives frames to the kernel; resolves when there is room for more, throws when the device is lost. */
  async write(frames: readonly Uint8Array[]): Promise<void> {
    const size = frames.reduce((sum, { length }) => sum + lengthBytes + length, 0);
    const records = Buffer.allocUnsafe(size);
    let at = 0;
    for (const frame of frames) {
      at = records.writeUInt16BE(frame.length, at);
      records.set(frame, at);
      at += frame.length;
    }
    if (this.#ended === undefined && this.#child.stdin.write(records)) return;
    const drained = new Promise((resolve) => this.#child.stdin.once('drain', resolve));
    await Promise.race([drained, this.#exited]);
    if (this.#ended !== undefined && !this.#closing) throw await this.#lost(undefined);
  }

  /** Multicast MACs that the kernel wants to receive on the device. */
  async groups(): Promise<Set<string>> {
    // The file of the process that is in the device's namespace.
    const file = `/proc/${this.#child.pid}/net/dev_mcast`;
    const table = await readFile(file, 'utf8').catch(async (error) => {
      throw await this.#lost(error);
    });
    const groups = new Set<string>();
    for (const line of table.split('\n')) {
      const [, name, , , mac] = line.trim().split(/\s+/);
      if (name === this.#options.name && mac !== undefined) groups.add(mac.replace(/..(?=.)/g, '$&:'));
    }
    return groups;
  }

  /** The device goes away, with what was not read. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#child.stdin.end();
    this.#child.stdout.destroy();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), closeMs);
    await this.#exited;
    clearTimeout(timer);
  }
}
