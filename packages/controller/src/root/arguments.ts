/** Values of command-line options. A wrong one is told with the form it must have. */
import type { Endpoint } from '@ztkit/types';
import { InvalidArgumentError } from 'commander';
import ipaddr from 'ipaddr.js';

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** A UDP or TCP port. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff) return Number(text);
  throw new InvalidArgumentError('It must be a port, 0..65535.');
}

/** `127.0.0.1:9100`, `[::1]:9100`, `localhost:0`. */
export function parseHostPort(text: string): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  if (address === undefined) throw new InvalidArgumentError('It must look like 127.0.0.1:9100 or [::1]:9100.');
  return { address, port: parsePort(match?.[3] ?? '') };
}

/** `100MB/s`, `512kB/s`, `2GB/s`, or bytes per second alone. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?) *(?:([kmg]?)b(?:\/s)?)?$/i.exec(text);
  const rate = Math.floor(Number(match?.[1]) * (units[(match?.[2] ?? '').toLowerCase()] ?? 1));
  if (match !== null && rate > 0 && rate <= 1e12) return rate;
  throw new InvalidArgumentError('It must look like 100MB/s, 512kB/s or 2000000 (bytes per second).');
}

/** `203.0.113.7/9993` or `2001:db8::7/9993`. */
export function parseStableEndpoint(text: string): string {
  const [address, port, rest] = text.split('/');
  if (rest === undefined && ipaddr.isValid(address ?? '') && /^\d{1,5}$/.test(port ?? '') && Number(port) > 0) {
    return `${address}/${parsePort(port ?? '')}`;
  }
  throw new InvalidArgumentError('It must look like 203.0.113.7/9993 or 2001:db8::7/9993.');
}
