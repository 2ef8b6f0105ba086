/** Options of sockets by their BSD names: types, ranges, and what the engine is told. */
import { Congestion, type SocketOptionKey } from '@ztkit/types';
import { checkInteger, invalid } from './arguments.js';

/**
 * The options and the type of their values. Sizes are bytes, times ms.
 *
 * Where `false` is a value, it turns the option off.
 */
export interface SocketOptionValues {
  /** Probe an idle peer (TCP). See `TCP_KEEPIDLE`, `TCP_KEEPINTVL`, `TCP_KEEPCNT`. */
  SO_KEEPALIVE: boolean;
  /** How long a closed connection goes on delivering, 1..2147483647 ms; 0: `close()` resets; `false`: no limit (TCP). */
  SO_LINGER: number | false;
  /** 2048..16777216 (TCP, UDP). Setting one ends its auto-tuning. */
  SO_RCVBUF: number;
  /** 2048..16777216 (TCP; UDP: the largest datagram). */
  SO_SNDBUF: number;
  /** Whether broadcast addresses may be sent to (UDP). Default true. */
  SO_BROADCAST: boolean;
  /** IPv4 TOS and IPv6 traffic class, 0..255. */
  IP_TOS: number;
  /** IPv4 TTL and IPv6 hop limit of what goes to one host, 1..255. */
  IP_TTL: number;
  /** Never fragment: datagrams that are too large throw `ERR_ZT_MESSAGE_TOO_BIG` (UDP). */
  IP_MTU_DISCOVER: boolean;
  /** TTL of what goes to groups, 0..255; 0 stays on this node (UDP). Default 1. */
  IP_MULTICAST_TTL: number;
  /** Whether the node's own sockets in a group hear what this one sends (UDP). Default true. */
  IP_MULTICAST_LOOP: boolean;
  /** A socket bound to `::` takes no IPv4 (listener, UDP). */
  IPV6_V6ONLY: boolean;
  /** Send small writes at once: no Nagle (TCP). */
  TCP_NODELAY: boolean;
  /** Largest segment: reading gives the size now, setting an upper bound of 88..65535 (TCP). */
  TCP_MAXSEG: number;
  /** Silence before the first keep-alive probe, 1..4294967296 ms (TCP). */
  TCP_KEEPIDLE: number;
  /** Between probes, 1..4294967296 ms (TCP). */
  TCP_KEEPINTVL: number;
  /** Unanswered probes that end the connection, 1..127 (TCP). */
  TCP_KEEPCNT: number;
  /** How long sent data may stay unacknowledged, in ms; 0: the default (TCP, RFC 5482). */
  TCP_USER_TIMEOUT: number;
  /** Congestion control (TCP). Default `cubic`. */
  TCP_CONGESTION: 'cubic' | 'reno';
}

/** Options of TCP connections. Set on a listener, connections it accepts later have them from the start. */
export type TcpOption = Exclude<
  SocketOptionKey,
  'SO_BROADCAST' | 'IP_MTU_DISCOVER' | 'IP_MULTICAST_TTL' | 'IP_MULTICAST_LOOP' | 'IPV6_V6ONLY'
>;
/** Options of listeners. */
export type TcpListenerOption = TcpOption | 'IPV6_V6ONLY';
/** Options of UDP sockets. */
export type UdpOption = Exclude<SocketOptionKey, 'SO_KEEPALIVE' | 'SO_LINGER' | `TCP_${string}`>;

/** The part of an engine this needs; `socket` is bound already. */
export interface OptionPort {
  set(option: SocketOptionKey, value: number): void;
  get(option: SocketOptionKey): number;
}

type Kind = 'tcp' | 'listener' | 'udp';
type Rule = { of: readonly Kind[]; boolean: true } | { of: readonly Kind[]; low: number; high: number };

const tcp: readonly Kind[] = ['tcp', 'listener'];
const udp: readonly Kind[] = ['udp'];
const all: readonly Kind[] = ['tcp', 'listener', 'udp'];
const buffer = { low: 2048, high: 16 * 1024 * 1024 };
const interval = { low: 1, high: 2 ** 32 };

const rules: Readonly<Record<SocketOptionKey, Rule>> = {
  SO_KEEPALIVE: { of: tcp, boolean: true },
  SO_LINGER: { of: tcp, low: 0, high: 0x7fffffff },
  SO_RCVBUF: { of: all, ...buffer },
  SO_SNDBUF: { of: all, ...buffer },
  SO_BROADCAST: { of: udp, boolean: true },
  IP_TOS: { of: all, low: 0, high: 255 },
  IP_TTL: { of: all, low: 1, high: 255 },
  IP_MTU_DISCOVER: { of: udp, boolean: true },
  IP_MULTICAST_TTL: { of: udp, low: 0, high: 255 },
  IP_MULTICAST_LOOP: { of: udp, boolean: true },
  IPV6_V6ONLY: { of: ['listener', 'udp'], boolean: true },
  TCP_NODELAY: { of: tcp, boolean: true },
  TCP_MAXSEG: { of: tcp, low: 88, high: 65535 },
  TCP_KEEPIDLE: { of: tcp, ...interval },
  TCP_KEEPINTVL: { of: tcp, ...interval },
  TCP_KEEPCNT: { of: tcp, low: 1, high: 127 },
  TCP_USER_TIMEOUT: { of: tcp, low: 0, high: 0x7fffffff },
  TCP_CONGESTION: { of: tcp, low: 0, high: 0 },
};

const kindNames: Readonly<Record<Kind, string>> = {
  tcp: 'a TCP connection',
  listener: 'a TCP listener',
  udp: 'a UDP socket',
};

function ruleOf(kind: Kind, name: unknown): Rule {
  const rule = typeof name === 'string' && Object.hasOwn(rules, name) ? rules[name as SocketOptionKey] : undefined;
  if (rule?.of.includes(kind)) return rule;
  const known = Object.entries(rules).filter(([, { of }]) => of.includes(kind));
  throw invalid(`"name" must be an option of ${kindNames[kind]} (${known.map(([option]) => option).join(', ')})`);
}

/** Checks and sets. */
export function setOption(port: OptionPort, kind: Kind, name: SocketOptionKey, value: unknown): void {
  port.set(name, toNumber(name, ruleOf(kind, name), value));
}

function toNumber(name: SocketOptionKey, rule: Rule, value: unknown): number {
  if (name === 'TCP_CONGESTION') {
    if (value === 'cubic') return Congestion.CUBIC;
    if (value === 'reno') return Congestion.RENO;
    throw invalid(`"${name}" must be "cubic" or "reno"`);
  }
  if (name === 'SO_LINGER' && value === false) return -1;
  if (!('boolean' in rule)) return checkInteger(name, value, rule.low, rule.high);
  if (typeof value !== 'boolean') throw invalid(`"${name}" must be true or false`);
  return value ? 1 : 0;
}

/** What is in force. */
export function getOption<K extends SocketOptionKey>(port: OptionPort, kind: Kind, name: K): SocketOptionValues[K] {
  const rule = ruleOf(kind, name);
  return toValue(name, rule, port.get(name)) as SocketOptionValues[K];
}

function toValue(name: SocketOptionKey, rule: Rule, value: number): number | boolean | string {
  if (name === 'TCP_CONGESTION') return value === Congestion.RENO ? 'reno' : 'cubic';
  if (name === 'SO_LINGER' && value < 0) return false;
  return 'boolean' in rule ? value !== 0 : value;
}
