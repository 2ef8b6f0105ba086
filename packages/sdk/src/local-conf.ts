/**
 * The settings file of existing installations, `local.conf` (vl1.md §9.3), as options of `createNode`. Nothing reads it by
 * itself: an embedded node has options, and this makes them from a file.
 */
import { type Endpoint, type PhysicalNetwork, parseNodeAddress, type TcpRelayOptions, ZtError } from '@ztkit/types';
import { checkInteger, checkIp, checkObject, checkPort, checkPrefix } from './arguments.js';
import type { BindingOptions } from './binding-options.js';
import type { NodeOptions } from './node-options.js';
import type { PathOptions } from './path-options.js';

/** What `local.conf` says. Spread `options` into those of `createNode`. */
export interface LocalConf {
  /** What is not in the file has the default of the service, such as port 9993 and a port mapped at the gateway. */
  options: PathOptions & BindingOptions & Pick<NodeOptions, 'tcpRelay'>;
  /** Keys that have no effect here, such as `settings.softwareUpdate`. */
  ignored: string[];
}

type Json = Record<string, unknown>;

/** Collects what the parts of the file say. */
class Reading {
  readonly physicalNetworks: PhysicalNetwork[] = [];
  readonly blacklist: string[] = [];
  readonly endpointHints: Record<string, readonly Endpoint[]> = {};
  readonly peerBlacklists: Record<string, readonly string[]> = {};
  readonly ignored: string[] = [];
  settings: Json = {};

  /** The value of a setting. One that is not `used` is checked all the same, and listed with those that are ignored. */
  take<T>(key: string, check: (name: string, value: unknown) => T, used = true): T | undefined {
    const value = this.settings[key];
    delete this.settings[key];
    if (value === undefined || value === null) return undefined;
    const checked = check(`settings.${key}`, value);
    if (used) return checked;
    this.ignored.push(`settings.${key}`);
    return undefined;
  }
}

/**
 * Reads the text of a `local.conf`. An empty text is an empty file.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT` that names the key and what it must be
 */
export function readLocalConf(text: string): LocalConf {
  const file = parse(text);
  const reading = new Reading();
  for (const [key, value] of Object.entries(file)) {
    if (key === 'physical') readPhysical(reading, section(key, value));
    else if (key === 'virtual') readVirtual(reading, section(key, value));
    else if (key === 'settings') reading.settings = { ...section(key, value) };
    else reading.ignored.push(key);
  }
  return finish(reading);
}

function finish(reading: Reading): LocalConf {
  const tcpRelay = readTcpRelay(reading);
  const lowBandwidth = reading.take('lowBandwidthMode', checkBoolean);
  const { physicalNetworks, blacklist, endpointHints, peerBlacklists } = reading;
  const conf = {
    options: {
      ...readBinding(reading),
      ...(physicalNetworks.length > 0 && { physicalNetworks }),
      ...(blacklist.length > 0 && { blacklist }),
      ...(Object.keys(endpointHints).length > 0 && { endpointHints }),
      ...(Object.keys(peerBlacklists).length > 0 && { peerBlacklists }),
      ...(lowBandwidth !== undefined && { lowBandwidth }),
      ...(tcpRelay !== undefined && { tcpRelay }),
    },
  };
  return { ...conf, ignored: [...reading.ignored, ...Object.keys(reading.settings).map((key) => `settings.${key}`)] };
}

/** There is no server to fall back on but the one the file names: nothing public is contacted unasked. */
function readTcpRelay(reading: Reading): TcpRelayOptions | undefined {
  const server = reading.take('tcpFallbackRelay', checkEndpointText);
  const allowed = reading.take('allowTcpFallbackRelay', checkBoolean) ?? true;
  const forced = reading.take('forceTcpRelay', checkBoolean) ?? false;
  if (forced && server === undefined) throw wrong('settings.forceTcpRelay', 'with a server in tcpFallbackRelay');
  if (server === undefined || (!allowed && !forced)) return undefined;
  return { server, mode: forced ? 'forced' : 'automatic' };
}

/** `settings.bind` names addresses; without it sockets follow the interfaces (vl1.md §3.10). */
function readBinding(reading: Reading): BindingOptions {
  const port = reading.take('primaryPort', checkPort) ?? defaultPort;
  const portMapping = reading.take('portMappingEnabled', checkBoolean) ?? true;
  const allowSecondary = reading.take('allowSecondaryPort', checkBoolean) ?? true;
  const secondary = reading.take('secondaryPort', checkPort, allowSecondary);
  // A port that has another purpose is opened once, and is not the one that is mapped.
  const others: readonly unknown[] = [port, secondary].filter((each) => each !== 0);
  const useful = portMapping && !others.includes(reading.settings.tertiaryPort);
  const mapped = reading.take('tertiaryPort', checkPort, useful) || undefined;
  const bind = reading.take('bind', checkIps);
  const excluded = reading.take('interfacePrefixBlacklist', checkNames, bind === undefined || bind.length === 0);
  const mapping = { portMapping, ...(mapped === undefined ? {} : { mappedPort: mapped }) };
  if (bind !== undefined && bind.length > 0) {
    const ports = new Set([port, secondary, mapped].filter((each) => each !== undefined));
    return { bind: [...ports].flatMap((each) => bind.map((address) => ({ address, port: each }))), ...mapping };
  }
  return {
    port,
    secondaryPort: allowSecondary && (secondary ?? 0),
    ...(excluded === undefined ? {} : { interfaces: { exclude: excluded.map((prefix) => `${prefix}*`) } }),
    ...mapping,
  };
}

/** `settings.primaryPort` of a file that does not say (vl1.md §3.10). */
const defaultPort = 9993;

function readPhysical(reading: Reading, networks: Json): void {
  for (const [network, value] of Object.entries(networks)) {
    const name = `physical."${network}"`;
    checkPrefix(name, network);
    const { blacklist, trustedPathId, mtu, ...rest } = section(name, value);
    if (blacklist !== undefined && checkBoolean(`${name}.blacklist`, blacklist)) reading.blacklist.push(network);
    const entry: PhysicalNetwork = { network };
    if (trustedPathId !== undefined) entry.trustedPathId = checkPathId(`${name}.trustedPathId`, trustedPathId);
    if (mtu !== undefined) entry.mtu = clampMtu(checkInteger(`${name}.mtu`, mtu, 0, 0xffff));
    // Also one that changes nothing: the first that contains an address wins.
    if (trustedPathId !== undefined || mtu !== undefined) reading.physicalNetworks.push(entry);
    reading.ignored.push(...Object.keys(rest).map((key) => `${name}.${key}`));
  }
}

/** The service clamps what is out of range (vl1.md §3.11). */
function clampMtu(mtu: number): number {
  return mtu === 0 ? 0 : Math.min(Math.max(mtu, 1400), 10324);
}

function readVirtual(reading: Reading, nodes: Json): void {
  for (const [address, value] of Object.entries(nodes)) {
    const name = `virtual."${address}"`;
    const node = parseNodeAddress(address);
    const { try: hints, blacklist, ...rest } = section(name, value);
    if (hints !== undefined) {
      reading.endpointHints[node] = checkStrings(`${name}.try`, hints).map((text) =>
        checkEndpointText(`${name}.try`, text),
      );
    }
    if (blacklist !== undefined) {
      const prefixes = checkStrings(`${name}.blacklist`, blacklist);
      reading.peerBlacklists[node] = prefixes.map((text) => checkPrefix(`${name}.blacklist`, text));
    }
    reading.ignored.push(...Object.keys(rest).map((key) => `${name}.${key}`));
  }
}

function parse(text: string): Json {
  if (typeof text !== 'string') throw wrong('the file', 'text');
  if (text.trim() === '') return {};
  try {
    return section('the file', JSON.parse(text));
  } catch (cause) {
    if (cause instanceof ZtError) throw cause;
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `local.conf is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function wrong(name: string, what: string): ZtError {
  return new ZtError('ERR_ZT_INVALID_ARGUMENT', `local.conf: ${name} must be ${what}`);
}

function section(name: string, value: unknown): Json {
  return checkObject(name, value) as Json;
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(name, 'true or false');
}

/** 64 bits in JSON: a number as far as numbers are exact, or decimal or hex text. */
function checkPathId(name: string, value: unknown): bigint {
  const exact = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const text = typeof value === 'string' && /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(value);
  const id = exact || text ? BigInt(value as number | string) : -1n;
  if (id >= 0n && id >> 64n === 0n) return id;
  throw wrong(name, 'a number of at most 64 bits (as text when it is above 2^53)');
}

function checkStrings(name: string, value: unknown): string[] {
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw wrong(name, 'an array of texts');
}

function checkIps(name: string, value: unknown): string[] {
  return checkStrings(name, value).map((text) => checkIp(name, text));
}

function checkNames(name: string, value: unknown): string[] {
  const names = checkStrings(name, value);
  if (names.every((text) => /^[^\s*]+$/.test(text))) return names;
  throw wrong(name, 'an array of beginnings of interface names');
}

/** `IP/port`, as these files write it. */
function checkEndpointText(name: string, value: unknown): Endpoint {
  const [, address, port] = /^(.*)\/(\d{1,5})$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (address === undefined) throw wrong(name, 'an endpoint such as 192.0.2.1/9993');
  return { address: checkIp(name, address), port: checkPort(name, Number(port), 1) };
}
