/** Fields with a meaning: addresses, endpoints, prefixes, ids (HOST_PROTOCOL.md §1). */
import type { Endpoint, ManagedRoute, NetworkAddress, NetworkId, NodeAddress } from '@ztkit/types';
import { ZtError } from '@ztkit/types';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { formatIp, parseIp } from './ip-text.js';

function badAddress(text: string): ZtError {
  return new ZtError('ERR_ZT_INVALID_ARGUMENT', `"${text}" is not an IP address`);
}

/** `''` is written as none. */
export function writeIp(out: ByteWriter, text: string): void {
  if (text === '') {
    out.u8(0);
    return;
  }
  const bytes = parseIp(text);
  if (bytes === undefined) throw badAddress(text);
  out.u8(bytes.length === 4 ? 4 : 6).put(bytes);
}

export function readIp(input: ByteReader): string {
  const family = input.u8();
  return family === 0 ? '' : formatIp(input.view(family === 4 ? 4 : 16));
}

export function writeEndpoint(out: ByteWriter, endpoint: Endpoint): void {
  writeIp(out, endpoint.address);
  out.u16(endpoint.port);
}

export function readEndpoint(input: ByteReader): Endpoint {
  return { address: readIp(input), port: input.u16() };
}

export function writePrefix(out: ByteWriter, prefix: NetworkAddress): void {
  writeIp(out, prefix.address);
  out.u8(prefix.bits);
}

/** From `address/bits`. */
export function writePrefixText(out: ByteWriter, text: string): void {
  const slash = text.lastIndexOf('/');
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(bits)) {
    throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `"${text}" is not an IP prefix such as 10.0.0.0/8`);
  }
  writePrefix(out, { address: text.slice(0, slash), bits: Number(bits) });
}

export function readPrefix(input: ByteReader): NetworkAddress {
  return { address: readIp(input), bits: input.u8() };
}

export function readRoute(input: ByteReader): ManagedRoute {
  const target = readPrefix(input);
  const via = readIp(input);
  const flags = input.u16();
  const metric = input.u16();
  return via === '' ? { target, flags, metric } : { target, via, flags, metric };
}

export function writeNodeAddress(out: ByteWriter, address: string): void {
  const value = BigInt(`0x${address}`);
  out.u8(Number(value >> 32n)).u32(Number(value & 0xffffffffn));
}

export function readNodeAddress(input: ByteReader): NodeAddress {
  return hex(input.view(5)) as NodeAddress;
}

export function writeNetworkId(out: ByteWriter, id: string): void {
  out.u64(BigInt(`0x${id}`));
}

export function readNetworkId(input: ByteReader): NetworkId {
  return hex(input.view(8)) as NetworkId;
}

/** Six octets as hex digits, with colons or without. */
export function writeMac(out: ByteWriter, text: string): void {
  const digits = text.replaceAll(':', '');
  if (!/^[0-9a-f]{12}$/i.test(digits)) throw new ZtError('ERR_ZT_INVALID_ARGUMENT', `"${text}" is not a MAC address`);
  out.u16(Number.parseInt(digits.slice(0, 4), 16)).u32(Number.parseInt(digits.slice(4), 16));
}

export function readMac(input: ByteReader): string {
  return Array.from(input.view(6), (b) => b.toString(16).padStart(2, '0')).join(':');
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
