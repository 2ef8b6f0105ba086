/** The 25 configurations a real controller sent (vectors g, h-session3): ours must say the same. */
import type { IssuedConfig } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { build, configs, type Fields, recordsOf, session3 } from '../../test/recorded-networks.js';
import { ipBytes, parseIp } from './ip-address.js';
import { decodeRules, encodeRules, renderRule } from './rule-json.js';

const hex16 = (value: bigint | number): string => value.toString(16).padStart(16, '0');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function inet(address: string | undefined, port: number): string {
  if (address === undefined) return '00';
  const ip = parseIp(address);
  if (ip === undefined) throw new Error(`not an address: ${address}`);
  return `0${ip.family}${hex(ipBytes(ip))}${port.toString(16).padStart(4, '0')}`;
}

/** The credential-free part of a configuration as dictionary values. */
function dictionaryOf(config: IssuedConfig): Fields {
  const u16 = (value: number): string => value.toString(16).padStart(4, '0');
  const routes = config.routes
    .map(
      (route) =>
        inet(route.target.address, route.target.bits) +
        inet(route.via, 0) +
        u16(route.flags ?? 0) +
        u16(route.metric ?? 0),
    )
    .join('');
  const dns = [0, 1, 2, 3].map((index) => inet(config.dns?.servers[index], 0)).join('');
  const entries: [string, string][] = [
    ['ts', hex16(config.timestamp)],
    ['ctmd', hex16(config.credentialTimeMaxDelta)],
    ['r', hex16(config.revision)],
    ['id', config.member],
    ['nwid', config.network],
    ['tt', config.traceTarget ?? '0000000000'],
    ['tl', hex16(config.traceLevel ?? 0)],
    ['f', hex16(config.flags)],
    ['ml', hex16(config.multicastLimit)],
    ['t', hex16(config.type === 'public' ? 1 : 0)],
    ['n', config.name],
    ['mtu', hex16(config.mtu)],
    ['S', config.specialists.map(hex16).join('')],
    ['RT', routes],
    ['I', config.addresses.map(({ address, bits }) => inet(address, bits)).join('')],
    ['R', hex(config.rules.bytes)],
    [
      'DNS',
      Buffer.from(config.dns?.domain ?? '')
        .toString('hex')
        .padEnd(256, '0') + dns,
    ],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

/** What a recorded dictionary says, without what only the core can make: certificates and signatures. */
function recordedDictionary(fields: Fields): Fields {
  const own = new Set(['v', 'C', 'CAP', 'TAG', 'COO', 'ssov', 'ssoe']);
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !own.has(key)));
}

/** Tags inside `TAG`: 135 bytes each; nwid, timestamp, id, value first (vl2.md §7.4). */
function recordedTags(fields: Fields): { id: number; value: number }[] {
  const text = fields.TAG ?? '';
  return Array.from({ length: text.length / 270 }, (_, index) => {
    const tag = Buffer.from(text.slice(index * 270, (index + 1) * 270), 'hex');
    return { id: tag.readUInt32BE(16), value: tag.readUInt32BE(20) };
  });
}

/** Whether `CAP` holds this capability: nwid, timestamp, id, rule count, rules (vl2.md §7.3). */
function capabilityHeader(config: IssuedConfig, capability: IssuedConfig['capabilities'][number]): string {
  const id = capability.id.toString(16).padStart(8, '0');
  const count = capability.ruleCount.toString(16).padStart(4, '0');
  return `${config.network}${hex16(config.timestamp)}${id}${count}${hex(capability.rules)}`;
}

describe('recorded configurations', () => {
  it('are 25', () => expect(configs).toHaveLength(25));

  it.each(configs.map((recorded, index) => ({ index, recorded })))(
    '$index: $recorded.network for $recorded.to',
    ({ recorded }) => {
      const { config } = build(recorded);
      expect(dictionaryOf(config)).toEqual(recordedDictionary(recorded.dictionaryFields));
      expect(config.tags).toEqual(recordedTags(recorded.dictionaryFields));
      const capabilities = recorded.dictionaryFields.CAP ?? '';
      expect(capabilities === '').toBe(config.capabilities.length === 0);
      for (const capability of config.capabilities)
        expect(capabilities).toContain(capabilityHeader(config, capability));
    },
  );

  const stored = configs.filter(({ network }) => network !== null && session3[network]?.posted !== undefined);

  it.each(stored.map((recorded) => ({ recorded })))('records as stored: $recorded.network', ({ recorded }) => {
    const { network } = recordsOf(recorded);
    const { member, posted } = build(recorded);
    const theirs = posted?.networkAsStored;
    expect(theirs).toBeDefined();
    expect({ ...network, creationTime: theirs?.creationTime }).toEqual(theirs);
    expect(member.ipAssignments).toEqual(posted?.memberAsStored.ipAssignments);
    expect(member.tags).toEqual(posted?.memberAsStored.tags);
    expect(member.capabilities).toEqual(posted?.memberAsStored.capabilities);
  });

  it('rules decode to the JSON they were made of', () => {
    for (const { networkAsStored } of Object.values(session3)) {
      const rules = networkAsStored?.rules;
      if (!Array.isArray(rules)) continue;
      const decoded = decodeRules(encodeRules(rules, 1024).bytes);
      expect(decoded?.map(renderRule)).toEqual(rules);
    }
  });
});
