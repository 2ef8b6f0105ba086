/**
 * Checks of what `node.explainRules` is given. Its argument is deep, and engines write what they get into fixed fields:
 * what goes on is a copy made of checked values only.
 */
import type { GivenRules, NetworkAddress, RuleParty } from '@ztkit/types';
import {
  checkBytes,
  checkInteger,
  checkIp,
  checkList,
  checkMac,
  checkNetworkId,
  checkNodeAddress,
  checkObject,
  invalid,
} from './arguments.js';
import { ipVersion } from './ip-address.js';

const MAX_U32 = 0xffff_ffff;
/** What a node holds of each; the limits of {@link GivenRules} and {@link RuleParty}. */
const MAX_TAGS = 128;
const MAX_OWNED = 64;
const MAX_CAPABILITIES = 128;
const MAX_ADDRESSES = 32;

/**
 * The same, checked. What serialized rules say is the engine's to read.
 * @throws ZtError `ERR_ZT_INVALID_ARGUMENT`, naming the field
 */
export function checkGivenRules(value: unknown): GivenRules {
  const given = checkObject('given', value) as Partial<GivenRules>;
  return {
    network: checkNetworkId('given.network', given.network),
    self: checkNodeAddress('given.self', given.self),
    rules: checkBytes('given.rules', given.rules),
    capabilities: optionalList('given.capabilities', given.capabilities, MAX_CAPABILITIES, checkCapability),
    own: checkParty('given.own', given.own),
    other: checkParty('given.other', given.other),
    flags: checkInteger('given.flags', given.flags ?? 0, 0, Number.MAX_SAFE_INTEGER),
    addresses: optionalList('given.addresses', given.addresses, MAX_ADDRESSES, checkAddress),
    draw: checkInteger('given.draw', given.draw ?? 0, 0, MAX_U32),
  };
}

function optionalList<T>(name: string, value: unknown, most: number, check: (name: string, item: unknown) => T): T[] {
  return value === undefined ? [] : checkList(name, value, most, check);
}

function checkCapability(name: string, value: unknown) {
  const { id, rules } = checkObject(name, value) as Partial<{ id: number; rules: Uint8Array }>;
  return { id: checkInteger(`${name}.id`, id, 0, MAX_U32), rules: checkBytes(`${name}.rules`, rules) };
}

function checkParty(name: string, value: unknown): RuleParty {
  if (value === undefined) return {};
  const { tags, owns } = checkObject(name, value) as RuleParty;
  return {
    tags: optionalList(`${name}.tags`, tags, MAX_TAGS, checkTag),
    owns: optionalList(`${name}.owns`, owns, MAX_OWNED, checkOwned),
  };
}

function checkTag(name: string, value: unknown) {
  const tag = checkObject(name, value) as Partial<{ id: number; value: number }>;
  return {
    id: checkInteger(`${name}.id`, tag.id, 0, MAX_U32),
    value: checkInteger(`${name}.value`, tag.value, 0, MAX_U32),
  };
}

function checkOwned(name: string, value: unknown) {
  const { mac, ip } = checkObject(name, value) as { mac?: string; ip?: string };
  if ((mac === undefined) === (ip === undefined)) throw invalid(`"${name}" must have either a "mac" or an "ip"`);
  return mac === undefined ? { ip: checkIp(`${name}.ip`, ip) } : { mac: checkMac(`${name}.mac`, mac) };
}

function checkAddress(name: string, value: unknown): NetworkAddress {
  const { address, bits } = checkObject(name, value) as Partial<NetworkAddress>;
  const checked = checkIp(`${name}.address`, address);
  return { address: checked, bits: checkInteger(`${name}.bits`, bits, 0, ipVersion(checked) === 4 ? 32 : 128) };
}
