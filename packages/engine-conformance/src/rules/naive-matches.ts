/** Every match of vl2.md §13.4 and §13.5, one function per row of the table. */
import type { NaiveContext, NaiveRule, Outcome } from './naive-context.js';
import { characteristics, ipv4Upper, ipv6Upper, isIpv4, isIpv6, same, type Upper } from './naive-frame.js';
import { be, byteAt } from './naive-rules.js';

const YES: Outcome = { fixed: true };
const NO: Outcome = { fixed: false };
const plain = (value: boolean): Outcome => ({ plain: value });

/** What the loop of §13.3 carries from rule to rule. */
export interface Running {
  skipDrop: boolean;
  superAccept: boolean;
}

function firstBitsEqual(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  for (let bit = 0; bit < bits; ++bit) {
    const shift = 7 - (bit % 8);
    const index = Math.floor(bit / 8);
    if (((byteAt(a, index) >> shift) & 1) !== ((byteAt(b, index) >> shift) & 1)) return false;
  }
  return true;
}

function ipv4Address(context: NaiveContext, rule: NaiveRule, from: number): Outcome {
  if (!isIpv4(context)) return NO;
  const bits = Math.min(byteAt(rule.data, 4), 32);
  return plain(firstBitsEqual(context.payload.slice(from, from + 4), rule.data, bits));
}

function ipv6Address(context: NaiveContext, rule: NaiveRule, from: number): Outcome {
  if (!isIpv6(context)) return NO;
  const bits = Math.min(byteAt(rule.data, 16), 128);
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(128 - bits);
  return plain((be(context.payload, from, 16) & mask) === be(rule.data, 0, 16));
}

function typeOfService(context: NaiveContext, rule: NaiveRule): Outcome {
  let value: number;
  if (isIpv4(context)) value = byteAt(context.payload, 1);
  else if (isIpv6(context)) {
    value = ((byteAt(context.payload, 0) & 0x0f) << 4) | (byteAt(context.payload, 1) >> 4);
  } else return NO;
  value &= byteAt(rule.data, 0);
  return plain(byteAt(rule.data, 1) <= value && value <= byteAt(rule.data, 2));
}

function upperOf(context: NaiveContext): Upper | null {
  if (isIpv4(context)) return ipv4Upper(context.payload);
  if (isIpv6(context)) return ipv6Upper(context.payload);
  return null;
}

function ipProtocol(context: NaiveContext, rule: NaiveRule): Outcome {
  const upper = upperOf(context);
  return upper === null ? NO : plain(upper.protocol === byteAt(rule.data, 0));
}

function icmp(context: NaiveContext, rule: NaiveRule): Outcome {
  const upper = upperOf(context);
  const wanted = context.etherType === 0x0800 ? 1 : 58;
  if (upper === null || upper.protocol !== wanted || context.payload.length < upper.offset + 2) return NO;
  if (byteAt(context.payload, upper.offset) !== byteAt(rule.data, 0)) return NO;
  if ((byteAt(rule.data, 2) & 1) === 0) return YES;
  return plain(byteAt(context.payload, upper.offset + 1) === byteAt(rule.data, 1));
}

function portRange(context: NaiveContext, rule: NaiveRule, portAt: number): Outcome {
  const upper = upperOf(context);
  if (upper === null) return NO;
  const { protocol, offset } = upper;
  const hasPorts = protocol === 6 || protocol === 17 || protocol === 132 || protocol === 136;
  if (!hasPorts || context.payload.length <= offset + 4) return plain(false);
  const port = be(context.payload, offset + portAt, 2);
  if (port === 0n && context.etherType === 0x86dd) return plain(false);
  return plain(be(rule.data, 0, 2) <= port && port <= be(rule.data, 2, 2));
}

function tagComparison(context: NaiveContext, rule: NaiveRule, running: Running): Outcome {
  const id = Number(be(rule.data, 0, 4));
  const wanted = be(rule.data, 4, 4);
  const local = context.localTags.get(id);
  if (local === undefined) return NO;
  const remote = context.remoteTags?.get(id);
  if (remote === undefined) {
    if (context.inbound && !running.superAccept) return NO;
    running.skipDrop = true;
    return YES;
  }
  const [l, r] = [BigInt(local), BigInt(remote)];
  if (rule.type === 44) return plain((l > r ? l - r : r - l) <= wanted);
  if (rule.type === 45) return plain((l & r) === wanted);
  if (rule.type === 46) return plain((l | r) === wanted);
  if (rule.type === 47) return plain((l ^ r) === wanted);
  return plain(l === wanted && r === wanted);
}

function tagOfOneParty(context: NaiveContext, rule: NaiveRule, running: Running): Outcome {
  const id = Number(be(rule.data, 0, 4));
  const wanted = Number(be(rule.data, 4, 4));
  if (running.superAccept) {
    running.skipDrop = true;
    return YES;
  }
  const senderIsMeant = rule.type === 49;
  if (senderIsMeant !== context.inbound) {
    const local = context.localTags.get(id);
    return local === undefined ? NO : plain(local === wanted);
  }
  const remote = context.remoteTags?.get(id);
  if (remote !== undefined) return plain(remote === wanted);
  if (senderIsMeant) return NO;
  running.skipDrop = true;
  return YES;
}

function integerRange(context: NaiveContext, rule: NaiveRule): Outcome {
  const format = byteAt(rule.data, 18);
  const index = Number(be(rule.data, 16, 2));
  const bits = (format & 63) + 1;
  const count = Math.ceil(bits / 8);
  const payload = context.payload;
  let number = 0n;
  if ((format & 0x80) === 0) {
    const from = index + 8 - count;
    if (from + count <= payload.length) number = be(payload, from, count) & ((1n << BigInt(bits)) - 1n);
  } else if (index + count <= payload.length) {
    for (let i = 0; i < count; ++i) number |= BigInt(byteAt(payload, index + i)) << BigInt(8 * (8 - count + i));
    number >>= BigInt(64 - bits);
  }
  return plain(be(rule.data, 0, 8) <= number && number <= be(rule.data, 8, 8));
}

function simpleMatch(context: NaiveContext, rule: NaiveRule): boolean | null {
  const { data } = rule;
  const size = BigInt(context.payload.length);
  switch (rule.type) {
    case 24:
      return be(data, 0, 5) === context.source;
    case 25:
      return be(data, 0, 5) === context.destination;
    case 26:
      return be(data, 0, 2) === BigInt(context.vlanId);
    case 27:
    case 28:
      return byteAt(data, 0) === 0;
    case 29:
      return same(data, context.macSource);
    case 30:
      return same(data, context.macDestination);
    case 37:
      return be(data, 0, 2) === BigInt(context.etherType);
    case 41:
      return (characteristics(context) & be(data, 0, 8)) !== 0n;
    case 42:
      return be(data, 0, 2) <= size && size <= be(data, 2, 2);
    case 43:
      return BigInt(context.draw()) <= be(data, 0, 4);
    default:
      return null;
  }
}

export function naiveMatch(context: NaiveContext, rule: NaiveRule, running: Running): Outcome {
  const simple = simpleMatch(context, rule);
  if (simple !== null) return plain(simple);
  if (rule.type === 31 || rule.type === 32) return ipv4Address(context, rule, rule.type === 31 ? 12 : 16);
  if (rule.type === 33 || rule.type === 34) return ipv6Address(context, rule, rule.type === 33 ? 8 : 24);
  if (rule.type === 35) return typeOfService(context, rule);
  if (rule.type === 36) return ipProtocol(context, rule);
  if (rule.type === 38) return icmp(context, rule);
  if (rule.type === 39 || rule.type === 40) return portRange(context, rule, rule.type === 39 ? 0 : 2);
  if (rule.type >= 44 && rule.type <= 48) return tagComparison(context, rule, running);
  if (rule.type === 49 || rule.type === 50) return tagOfOneParty(context, rule, running);
  if (rule.type === 51) return integerRange(context, rule);
  return plain((context.flags & 8n) !== 0n);
}
