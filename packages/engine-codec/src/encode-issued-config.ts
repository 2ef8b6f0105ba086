/** A controller's decision as the core signs it (HOST_PROTOCOL.md §6). */
import type { IssuedConfig } from '@ztkit/types';
import type { ByteWriter } from './byte-writer.js';
import { writeIp, writeNetworkId, writeNodeAddress, writePrefix } from './fields.js';

const NO_ADDRESS = '0000000000';

export function writeIssuedConfig(out: ByteWriter, config: IssuedConfig): void {
  writeNetworkId(out, config.network);
  out.i64(config.timestamp).i64(config.credentialTimeMaxDelta).u64(config.revision);
  writeNodeAddress(out, config.member);
  writeNodeAddress(out, config.traceTarget ?? NO_ADDRESS);
  out
    .u64(BigInt(config.traceLevel ?? 0))
    .u64(BigInt(config.flags))
    .u32(config.multicastLimit);
  out
    .u8(config.type === 'public' ? 1 : 0)
    .str16(config.name)
    .u32(config.mtu)
    .bool(config.includeCom);
  out.list(config.specialists, (specialist) => out.u64(specialist));
  out.list(config.routes, (route) => {
    writePrefix(out, route.target);
    writeIp(out, route.via ?? '');
    out.u16(route.flags ?? 0).u16(route.metric ?? 0);
  });
  out.list(config.addresses, (address) => writePrefix(out, address));
  out.str16(config.dns?.domain ?? '');
  out.list(config.dns?.servers ?? [], (server) => writeIp(out, server));
  out.u16(config.rules.count).blob32(config.rules.bytes);
  out.list(config.capabilities, ({ id, ruleCount, rules }) => out.u32(id).u16(ruleCount).blob32(rules));
  out.list(config.tags, ({ id, value }) => out.u32(id).u32(value));
}
