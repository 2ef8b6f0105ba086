/** One codec per shape of rule: its JSON keys (controller.md §9) ⇄ its wire data (vl2.md §13.1). */
import { ControllerError } from './errors.js';
import { ipBytes, ipFromBytes, parseIp, prefixText } from './ip-address.js';
import { type Json, type JsonObject, readBoolean, readInteger } from './json.js';

/** Converts the keys of a rule to its wire data (`undefined`: not a rule) and back. */
export interface RuleCodec {
  encode(rule: JsonObject): Uint8Array | undefined;
  decode(data: Uint8Array): JsonObject;
}

/** Big-endian bytes of the low `size` bytes of a number. */
function bigEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function numberAt(data: Uint8Array, offset: number, size: number): bigint {
  let value = 0n;
  for (const byte of data.subarray(offset, offset + size)) value = (value << 8n) | BigInt(byte);
  return value;
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function hexOf(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function readAddress(value: Json | undefined): bigint | undefined {
  return typeof value === 'string' && /^[0-9a-f]{10}$/i.test(value) ? BigInt(`0x${value}`) : undefined;
}

/** A 64-bit number given as hex digits or as an integer; anything else is the caller's mistake (controller.md §9). */
function readHexOrInteger(value: Json | undefined, key: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number') return readInteger(value, 0n);
  if (typeof value === 'string' && /^(0x)?[0-9a-f]{1,16}$/i.test(value))
    return BigInt(`0x${value.replace(/^0x/i, '')}`);
  throw new ControllerError('ERR_CONTROLLER_INPUT', `A rule's "${key}" must be up to 16 hex digits or a number`);
}

/** A rule without keys. */
export const noFields: RuleCodec = { encode: () => new Uint8Array(0), decode: () => ({}) };

/** TEE and WATCH have a length; REDIRECT has none in JSON, and 0 on the wire. */
export function forwardAction(withLength: boolean): RuleCodec {
  return {
    encode(rule) {
      const address = readAddress(rule.address);
      if (address === undefined) return undefined;
      const length = withLength ? readInteger(rule.length, 0n) : 0n;
      return concat(bigEndian(address, 8), bigEndian(readInteger(rule.flags, 0n), 4), bigEndian(length, 2));
    },
    decode: (data) => ({
      address: hexOf(BigInt.asUintN(40, numberAt(data, 0, 8)), 10),
      flags: Number(numberAt(data, 8, 4)),
      ...(withLength ? { length: Number(numberAt(data, 12, 2)) } : {}),
    }),
  };
}

/** A node address under the key `zt`. */
export const nodeAddress: RuleCodec = {
  encode(rule) {
    const address = readAddress(rule.zt);
    return address === undefined ? undefined : bigEndian(address, 5);
  },
  decode: (data) => ({ zt: hexOf(numberAt(data, 0, 5), 10) }),
};

/** Integers of fixed width under the given keys, in wire order. `end` defaults to `start` where there is no mask. */
export function integers(...fields: readonly (readonly [key: string, size: number])[]): RuleCodec {
  const endIsStart = fields.every(([key]) => key !== 'mask');
  return {
    encode: (rule) =>
      concat(
        ...fields.map(([key, size]) => {
          const start = endIsStart && key === 'end' ? readInteger(rule.start, 0n) : 0n;
          return bigEndian(readInteger(rule[key], start), size);
        }),
      ),
    decode(data) {
      let offset = 0;
      const entries = fields.map(([key, size]): [string, Json] => {
        const value = Number(numberAt(data, offset, size));
        offset += size;
        return [key, value];
      });
      return Object.fromEntries(entries);
    },
  };
}

/** `mac`: `:` and `-` are ignored on input. */
export const mac: RuleCodec = {
  encode(rule) {
    const digits = typeof rule.mac === 'string' ? rule.mac.replace(/[:-]/g, '') : '';
    return /^[0-9a-f]{12}$/i.test(digits) ? bigEndian(BigInt(`0x${digits}`), 6) : undefined;
  },
  decode: (data) => ({
    mac: Buffer.from(data.subarray(0, 6))
      .toString('hex')
      .replace(/..(?!$)/g, '$&:'),
  }),
};

/** `ip` of one family with its prefix length. */
export function ipPrefix(family: 4 | 6): RuleCodec {
  const size = family === 4 ? 4 : 16;
  return {
    encode(rule) {
      const ip = typeof rule.ip === 'string' ? parseIp(rule.ip) : undefined;
      return ip?.family === family ? concat(ipBytes(ip), Uint8Array.of(ip.bits)) : undefined;
    },
    decode: (data) => ({ ip: prefixText(ipFromBytes(data.subarray(0, size), data[size] ?? 0)) }),
  };
}

/** `icmpType`, and `icmpCode` or null for any; wire flag 0x01 says that the code is checked. */
export const icmp: RuleCodec = {
  encode(rule) {
    const any = rule.icmpCode === undefined || rule.icmpCode === null;
    const code = any ? 0n : readInteger(rule.icmpCode, 0n);
    return concat(bigEndian(readInteger(rule.icmpType, 0n), 1), bigEndian(code, 1), Uint8Array.of(any ? 0 : 1));
  },
  decode: (data) => ({
    icmpType: data[0] ?? 0,
    icmpCode: ((data[2] ?? 0) & 1) === 1 ? (data[1] ?? 0) : null,
  }),
};

/** `mask`: 64 bits, rendered as 16 hex digits. */
export const characteristics: RuleCodec = {
  encode: (rule) => bigEndian(readHexOrInteger(rule.mask, 'mask'), 8),
  decode: (data) => ({ mask: hexOf(numberAt(data, 0, 8), 16) }),
};

/**
 * `start`, `end` (absolute, inclusive), `idx`, `little`, `bits` 1..64 (the format byte holds bits - 1 and 0x80 for
 * little).
 */
export const integerRange: RuleCodec = {
  encode(rule) {
    const bits = readInteger(rule.bits, 0n);
    if (bits < 1n || bits > 64n) return undefined;
    const format = Number(bits - 1n) | (readBoolean(rule.little, false) ? 0x80 : 0);
    const bounds = [
      bigEndian(readHexOrInteger(rule.start, 'start'), 8),
      bigEndian(readHexOrInteger(rule.end, 'end'), 8),
    ];
    return concat(...bounds, bigEndian(readInteger(rule.idx, 0n), 2), Uint8Array.of(format));
  },
  decode: (data) => ({
    start: hexOf(numberAt(data, 0, 8), 16),
    end: hexOf(numberAt(data, 8, 8), 16),
    idx: Number(numberAt(data, 16, 2)),
    little: ((data[18] ?? 0) & 0x80) !== 0,
    bits: ((data[18] ?? 0) & 0x3f) + 1,
  }),
};
