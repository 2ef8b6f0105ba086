/** Bodies that events and replies share (HOST_PROTOCOL.md §5). */
import type {
  ConnectivityInfo,
  MoonInfo,
  NetworkInfo,
  NodeCounterKey,
  OfflineCause,
  PeerInfo,
  RootContact,
  RootEndpoint,
  SignOn,
} from '@ztkit/types';
import { ConnectivityName, NetworkStatusName, NodeCounterName, OfflineReasonName, PeerRoleName } from '@ztkit/types';
import type { ByteReader } from './byte-reader.js';
import { readEndpoint, readIp, readMac, readNetworkId, readNodeAddress, readPrefix, readRoute } from './fields.js';

export function readNetwork(input: ByteReader): NetworkInfo {
  const id = readNetworkId(input);
  const mac = readMac(input);
  const status = NetworkStatusName[input.u8()] ?? 'REQUESTING_CONFIGURATION';
  const config = input.bool() ? { config: readConfig(input) } : {};
  const signOn = input.bool() ? { signOn: readSignOn(input) } : {};
  return { id, mac, status, ...config, ...signOn };
}

function readSignOn(input: ByteReader): SignOn {
  const version = input.u8();
  const url = input.str16();
  const openId = {
    centralEndpoint: input.str16(),
    nonce: input.str16(),
    state: input.str16(),
    clientId: input.str16(),
    provider: input.str16(),
  };
  return version === 1 ? { version, url, openId } : { version, url };
}

function readConfig(input: ByteReader): NonNullable<NetworkInfo['config']> {
  return {
    name: input.str16(),
    type: input.u8() === 1 ? 'public' : 'private',
    mtu: input.u32(),
    revision: input.u64(),
    broadcast: input.bool(),
    bridge: input.bool(),
    addresses: input.list(() => readPrefix(input)),
    routes: input.list(() => readRoute(input)),
    dns: { domain: input.str16(), servers: input.list(() => readIp(input)) },
  };
}

export function readPeer(input: ByteReader): PeerInfo {
  const address = readNodeAddress(input);
  const version = [input.i32(), input.i32(), input.i32()];
  const protocol = input.i32();
  const latency = input.i32();
  const role = PeerRoleName[input.u8()] ?? 'LEAF';
  const paths = input.list(() => ({
    endpoint: readEndpoint(input),
    sinceHeardMs: Number(input.i64()),
    sinceSentMs: Number(input.i64()),
    expired: input.bool(),
    preferred: input.bool(),
  }));
  return {
    address,
    role,
    paths,
    ...(version[0] !== -1 && { version: version.join('.') }),
    ...(protocol !== -1 && { protocol }),
    ...(latency !== -1 && { latency }),
  };
}

/** HOST_PROTOCOL.md §10. A reason this version does not know is left out. */
export function readConnectivity(input: ByteReader): ConnectivityInfo {
  const state = ConnectivityName[input.u8()] ?? 'OFFLINE';
  const reasons = input.list(() => OfflineReasonName[input.u8()]);
  const sinceRootHeardMs = Number(input.i64());
  const tunnel = readEndpoint(input);
  const roots = input.list(() => readRoot(input));
  return {
    state,
    reasons: reasons.filter((reason): reason is OfflineCause => reason !== undefined),
    ...(sinceRootHeardMs !== -1 && { sinceRootHeardMs }),
    ...(tunnel.address !== '' && { tunnel }),
    roots,
  };
}

function readRoot(input: ByteReader): RootContact {
  const address = readNodeAddress(input);
  const role = PeerRoleName[input.u8()] === 'MOON' ? 'MOON' : 'PLANET';
  const sinceHeardMs = Number(input.i64());
  const endpoints = input.list(() => readRootEndpoint(input));
  return { address, role, ...(sinceHeardMs !== -1 && { sinceHeardMs }), endpoints };
}

function readRootEndpoint(input: ByteReader): RootEndpoint {
  const tried = { endpoint: readEndpoint(input), refused: input.bool(), tries: input.u32() };
  const sinceTryMs = Number(input.i64());
  return sinceTryMs === -1 ? tried : { ...tried, sinceTryMs };
}

/** Timestamp 0: not received yet; seed 0: nobody is asked (any more). */
export function readMoon(input: ByteReader): MoonInfo {
  const id = readNetworkId(input);
  const timestamp = input.i64();
  const seed = readNodeAddress(input);
  const roots = input.list(() => readNodeAddress(input));
  return {
    id,
    roots,
    ...(timestamp !== 0n && { timestamp }),
    ...(seed !== '0000000000' && { seed }),
  };
}

export function readNodeCounters(input: ByteReader): Record<NodeCounterKey, bigint> {
  const pairs = input.list(() => [NodeCounterName[input.u16()], input.u64()] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== undefined)) as Record<NodeCounterKey, bigint>;
}
