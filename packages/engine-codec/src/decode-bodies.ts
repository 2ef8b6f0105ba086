/** Bodies that events and replies share (HOST_PROTOCOL.md §5). */
import type { NetworkInfo, PeerInfo } from '@ztkit/types';
import { NetworkStatusName, PeerRoleName } from '@ztkit/types';
import type { ByteReader } from './byte-reader.js';
import { readEndpoint, readIp, readMac, readNetworkId, readNodeAddress, readPrefix, readRoute } from './fields.js';

export function readNetwork(input: ByteReader): NetworkInfo {
  const id = readNetworkId(input);
  const mac = readMac(input);
  const status = NetworkStatusName[input.u8()] ?? 'REQUESTING_CONFIGURATION';
  return input.bool() ? { id, mac, status, config: readConfig(input) } : { id, mac, status };
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
