/** Options of a node as the core takes them (HOST_PROTOCOL.md §2), and the raw specification of a world. */
import type { EngineNodeOptions, Impairment, MadeWorld, TcpRelayOptions, WorldSpec } from '@ztkit/types';
import { CreateOption, TcpRelayMode, ZtError } from '@ztkit/types';
import { ByteWriter } from './byte-writer.js';
import { writeEndpoint, writeNetworkId, writeNodeAddress, writePrefixText } from './fields.js';
import { writePermissions } from './network-permissions.js';
import { followsInterfaces } from './raw-node.js';

const WHOLE = 1_000_000;
const KEY_BYTES = 128;

/** All options but `random_seed`, which the raw engine adds from the machine's random source. */
export function encodeOptions(options: EngineNodeOptions, platform: string): Uint8Array {
  const out = new ByteWriter(1024);
  const option = (tag: number, write: (value: ByteWriter) => void): void => {
    const value = new ByteWriter(64);
    write(value);
    out.u16(tag).blob32(value.written);
  };
  const { identitySecret, impairment } = options;
  if (identitySecret !== undefined) {
    option(CreateOption.IDENTITY_SECRET, (v) => v.put(new TextEncoder().encode(identitySecret)));
  }
  const { planet } = options;
  if (planet === null)
    option(CreateOption.PLANET, () => undefined); // none, on purpose
  else if (planet.length > 0) option(CreateOption.PLANET, (v) => v.put(planet));
  option(CreateOption.ALLOW_LOOPBACK_PATHS, (v) => v.bool(options.allowLoopbackPaths ?? false));
  for (const prefix of options.blacklist ?? []) option(CreateOption.BLACKLIST, (v) => writePrefixText(v, prefix));
  for (const record of options.cachedPeers ?? []) option(CreateOption.CACHED_PEER, (v) => v.put(record));
  encodeNetworks(options, option);
  encodePaths(options, option);
  if (impairment !== undefined) option(CreateOption.IMPAIRMENT, (v) => writeImpairment(v, impairment));
  const { tcpRelay } = options;
  if (tcpRelay !== undefined) option(CreateOption.TCP_RELAY, (v) => writeTcpRelay(v, tcpRelay));
  writeWorldOptions(options, option);
  option(CreateOption.PRIMARY_PORT, (v) => v.u16(primaryPort(options.bind)));
  option(CreateOption.PLATFORM, (v) => v.put(new TextEncoder().encode(platform)));
  return out.written;
}

function encodeNetworks(
  { cachedNetworks }: EngineNodeOptions,
  option: (tag: number, write: (value: ByteWriter) => void) => void,
): void {
  for (const { id, dictionary, permissions } of cachedNetworks ?? []) {
    option(CreateOption.CACHED_NETWORK, (v) => {
      writeNetworkId(v, id);
      v.put(dictionary);
    });
    if (permissions === undefined) continue;
    option(CreateOption.NETWORK_PERMISSIONS, (v) => {
      writeNetworkId(v, id);
      writePermissions(v, permissions);
    });
  }
}

function encodePaths(
  options: EngineNodeOptions,
  option: (tag: number, write: (value: ByteWriter) => void) => void,
): void {
  for (const { network, trustedPathId, mtu } of options.physicalNetworks ?? []) {
    option(CreateOption.PHYSICAL_NETWORK, (v) => {
      writePrefixText(v, network);
      v.u64(trustedPathId ?? 0n).u16(mtu ?? 0);
    });
  }
  for (const { address, endpoints } of options.endpointHints ?? []) {
    option(CreateOption.ENDPOINT_HINT, (v) => {
      writeNodeAddress(v, address);
      v.list(endpoints, (endpoint) => writeEndpoint(v, endpoint));
    });
  }
  for (const { address, prefixes } of options.peerBlacklists ?? []) {
    for (const prefix of prefixes) {
      option(CreateOption.PEER_BLACKLIST, (v) => {
        writeNodeAddress(v, address);
        writePrefixText(v, prefix);
      });
    }
  }
  if (options.lowBandwidth !== undefined) {
    const on = options.lowBandwidth;
    option(CreateOption.LOW_BANDWIDTH, (v) => v.bool(on));
  }
}

function primaryPort(bind: EngineNodeOptions['bind']): number {
  return followsInterfaces(bind) ? bind.primaryPort : (bind[0]?.port ?? 0);
}

const relayModes = { off: TcpRelayMode.OFF, automatic: TcpRelayMode.AUTOMATIC, forced: TcpRelayMode.FORCED };

function writeTcpRelay(out: ByteWriter, { server, mode, engageAfterMs }: TcpRelayOptions): void {
  out.u8(relayModes[mode ?? 'automatic']);
  writeEndpoint(out, server);
  out.u32(engageAfterMs ?? 0);
}

/** Moons and the role of a root. */
function writeWorldOptions(
  { moons, orbits, maxPeers, relayLimits }: EngineNodeOptions,
  option: (tag: number, write: (value: ByteWriter) => void) => void,
): void {
  for (const moon of moons ?? []) option(CreateOption.MOON, (v) => v.put(moon));
  for (const { id, seed } of orbits ?? []) {
    option(CreateOption.ORBIT, (v) => {
      v.u64(BigInt(`0x${id}`));
      writeNodeAddress(v, seed);
    });
  }
  if (maxPeers !== undefined) option(CreateOption.MAX_PEERS, (v) => v.u32(maxPeers));
  if (relayLimits === undefined) return;
  const { total, perSource } = relayLimits;
  option(CreateOption.RELAY_LIMITS, (v) => v.u64(BigInt(Math.floor(total))).u64(BigInt(Math.floor(perSource))));
}

function writeImpairment(out: ByteWriter, { loss, duplicate, reorder, seed }: Impairment): void {
  for (const probability of [loss, duplicate, reorder]) {
    const p = probability ?? 0;
    if (!(p >= 0 && p <= 1)) throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `impairment ${p} is not within 0..1`);
    out.u32(Math.round(p * WHOLE));
  }
  out.u64(BigInt.asUintN(64, seed ?? 1n));
}

const worldTypes = { planet: 1, moon: 127 } as const;

/** As `RawEngine.makeWorld` takes it. */
export function encodeWorldSpec(spec: WorldSpec): Uint8Array {
  const out = new ByteWriter(1024);
  out.u8(worldTypes[spec.type]).u64(spec.id).i64(spec.timestamp);
  out.put(keyOf('nextKey', spec.nextKey, KEY_BYTES / 2)).put(keyOf('signingKey', spec.signingKey, KEY_BYTES));
  out.list(spec.roots, (root) => {
    out.str16(root.identity);
    out.list(root.endpoints, (endpoint) => writeEndpoint(out, endpoint));
  });
  return out.written;
}

/** Zeros stand for a key that is not given. */
function keyOf(name: string, key: Uint8Array | undefined, size: number): Uint8Array {
  if (key === undefined || key.length === size) return key ?? new Uint8Array(size);
  throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `${name} has ${key.length} bytes, not ${size}`);
}

/** The world and the key pair behind it. */
export function splitMadeWorld(made: Uint8Array): MadeWorld {
  const end = made.length - KEY_BYTES;
  return { bytes: made.slice(0, end), signingKey: made.slice(end) };
}
