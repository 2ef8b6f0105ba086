/**
 * Network namespaces of one test file: names nobody else has, gone at the end, also after a failure or a signal.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';

const made = new Set<string>();
let serial = 0;

/** Why this machine cannot run the harness, or undefined. Never undefined silently in CI: see `requireKernel`. */
export function missingForKernelTests(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return 'no /dev/net/tun';
  }
  return undefined;
}

/** True: run. False: skip, and say why. In CI a machine that cannot run them is a failure. */
export function requireKernel(): boolean {
  const missing = missingForKernelTests();
  if (missing === undefined) return true;
  if (process.env.CI === 'true') throw new Error(`the tests against the Linux kernel cannot run in CI: ${missing}`);
  console.warn(`skipped: the tests against the Linux kernel need root and /dev/net/tun (${missing})`);
  return false;
}

export function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program in a namespace to its end. */
export function inNamespace(ns: string, ...command: string[]): string {
  return ip('netns', 'exec', ns, ...command);
}

// What the kernel's end of every comparison is set to; README.md says why.
const settings = {
  'net.ipv4.tcp_rmem': '4096 131072 16777216',
  'net.ipv4.tcp_wmem': '4096 65536 16777216',
  'net.ipv4.tcp_no_metrics_save': '1',
  'net.ipv6.conf.all.accept_dad': '0',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
};

/** Those of a process that was killed. */
function removeStale(): void {
  for (const line of ip('netns', 'list').split('\n')) {
    const owner = /^zt-\w+-(\d+)-\d+/.exec(line)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) ip('netns', 'del', line.split(' ')[0] as string);
  }
}

export function makeNamespace(label: string): string {
  if (serial === 0) removeStale();
  const name = `zt-${label}-${process.pid}-${++serial}`;
  ip('netns', 'add', name);
  made.add(name);
  inNamespace(name, 'sysctl', '-q', '-w', ...Object.entries(settings).map(([key, value]) => `${key}=${value}`));
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return name;
}

export function removeNamespaces(): void {
  for (const name of made) ip('netns', 'del', name);
  made.clear();
}

export interface Device {
  ns: string;
  name: string;
  mtu: number;
  addresses: string[];
}

/** Configures a TAP that the harness has just made. */
export function configure({ ns, name, mtu, addresses }: Device): void {
  // Longer than any window: no frame is lost outside the impairment.
  ip('-n', ns, 'link', 'set', name, 'mtu', String(mtu), 'txqueuelen', '20000', 'up');
  for (const address of addresses) {
    ip('-n', ns, 'address', 'add', address, 'dev', name, ...(address.includes(':') ? ['nodad'] : []));
  }
}

process.once('exit', () => {
  for (const name of made) {
    try {
      ip('netns', 'del', name);
    } catch {
      // The process ends; the namespace may have gone already.
    }
  }
});
