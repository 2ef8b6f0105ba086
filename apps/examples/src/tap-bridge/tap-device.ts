/** A TAP device of the Linux kernel as streams of frames, through a small program of its own (tap-device.c). */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const source = join(import.meta.dirname, '../../src/tap-bridge/tap-device.c');
const lengthBytes = 2;

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
  readonly #exited: Promise<unknown>;
  readonly #options: TapOptions;
  readonly #chunks: AsyncIterator<Buffer>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, options: TapOptions) {
    this.#child = child;
    this.#options = options;
    this.#exited = once(child, 'exit');
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

  /** Frames of the kernel, as many at once as came; ends with the device. */
  async *frames(): AsyncGenerator<Uint8Array[], void, undefined> {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { done, value } = await this.#chunks.next();
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

  /** Gives frames to the kernel; resolves when there is room for more. */
  async write(frames: readonly Uint8Array[]): Promise<void> {
    const size = frames.reduce((sum, { length }) => sum + lengthBytes + length, 0);
    const records = Buffer.allocUnsafe(size);
    let at = 0;
    for (const frame of frames) {
      at = records.writeUInt16BE(frame.length, at);
      records.set(frame, at);
      at += frame.length;
    }
    if (!this.#child.stdin.write(records)) await Promise.race([once(this.#child.stdin, 'drain'), this.#exited]);
  }

  /** Multicast MACs that the kernel wants to receive on the device. */
  async groups(): Promise<Set<string>> {
    // The file of the process that is in the device's namespace.
    const table = await readFile(`/proc/${this.#child.pid}/net/dev_mcast`, 'utf8');
    const groups = new Set<string>();
    for (const line of table.split('\n')) {
      const [, name, , , mac] = line.trim().split(/\s+/);
      if (name === this.#options.name && mac !== undefined) groups.add(mac.replace(/..(?=.)/g, '$&:'));
    }
    return groups;
  }

  /** The device goes away. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
  }
}
