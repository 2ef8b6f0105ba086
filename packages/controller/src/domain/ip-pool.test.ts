import type { NetworkId, NodeAddress } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { prefixText } from './ip-address.js';
import { assignAddresses } from './ip-pool.js';
import type { Json } from './json.js';
import { newMember } from './member.js';
import { newNetwork, patchNetwork } from './network.js';

const ID = 'fc7120dae18120cd' as NetworkId;

function assign(
  network: Json,
  options: { node?: string; own?: string[]; inUse?: string[]; noAuto?: boolean; random?: bigint } = {},
) {
  const member = {
    ...newMember(ID, (options.node ?? '0000000005') as NodeAddress, 0),
    ipAssignments: options.own ?? [],
    noAutoAssignIps: options.noAuto ?? false,
  };
  const context = { inUse: new Set(options.inUse ?? []), random64: () => options.random ?? 7n };
  const result = assignAddresses(patchNetwork(newNetwork(ID, 0), network), member, context);
  return { ...result, texts: result.addresses.map(prefixText) };
}

const v4 = (start: string, end: string, ...targets: string[]) => ({
  v4AssignMode: { zt: true },
  ipAssignmentPools: [{ ipRangeStart: start, ipRangeEnd: end }],
  routes: targets.map((target) => ({ target })),
});

describe('IPv4 pools', () => {
  it('start at the place the node address points to, and go round', () => {
    expect(assign(v4('10.0.0.10', '10.0.0.20', '10.0.0.0/24')).texts).toEqual(['10.0.0.15/24']);
    const taken = ['10.0.0.15', '10.0.0.16', '10.0.0.17', '10.0.0.18', '10.0.0.19'];
    expect(assign(v4('10.0.0.10', '10.0.0.20', '10.0.0.0/24'), { inUse: taken }).texts).toEqual(['10.0.0.10/24']);
  });

  it('never give the last address, unless it is the only one', () => {
    const taken = Array.from({ length: 10 }, (_, index) => `10.0.0.${10 + index}`);
    expect(assign(v4('10.0.0.10', '10.0.0.20', '10.0.0.0/24'), { inUse: taken }).texts).toEqual([]);
    expect(assign(v4('10.0.0.20', '10.0.0.20', '10.0.0.0/24')).texts).toEqual(['10.0.0.20/24']);
  });

  it('skip .255 and give .0', () => {
    expect(assign(v4('10.0.0.250', '10.0.1.9', '10.0.0.0/16')).texts).toEqual(['10.0.1.0/16']);
  });

  it('need a route with a prefix', () => {
    expect(assign(v4('10.0.0.10', '10.0.0.20')).texts).toEqual([]);
    expect(assign(v4('10.0.0.10', '10.0.0.20', '0.0.0.0/0')).texts).toEqual([]);
    expect(assign(v4('10.0.0.10', '10.0.0.20', '10.0.1.0/24')).texts).toEqual([]);
  });

  it('tell the longest prefix, the same at first and when it is sticky', () => {
    const network = v4('10.0.0.10', '10.0.0.20', '10.0.0.0/8', '10.0.0.0/24', '10.0.0.0/16');
    const first = assign(network);
    expect(first).toMatchObject({ texts: ['10.0.0.15/24'], added: ['10.0.0.15'] });
    expect(assign(network, { own: first.added })).toMatchObject({ texts: ['10.0.0.15/24'], added: [] });
  });

  it('are not searched upside down, from 0, or when automatic assignment is off', () => {
    expect(assign(v4('10.0.0.20', '10.0.0.10', '10.0.0.0/24')).texts).toEqual([]);
    expect(assign(v4('0.0.0.0', '0.0.0.9', '0.0.0.0/8')).texts).toEqual([]);
    expect(assign(v4('10.0.0.10', '10.0.0.20', '10.0.0.0/24'), { noAuto: true }).texts).toEqual([]);
  });

  it('give up after 1000 candidates', () => {
    const taken = Array.from({ length: 1100 }, (_, index) => `10.0.${(index + 5) >> 8}.${(index + 5) & 255}`);
    expect(assign(v4('10.0.0.0', '10.0.255.0', '10.0.0.0/16'), { inUse: taken }).texts).toEqual([]);
    expect(assign(v4('10.0.0.0', '10.0.255.0', '10.0.0.0/16'), { inUse: taken.slice(0, 900) }).texts).toHaveLength(1);
  });
});

describe('sticky addresses', () => {
  it('are used even when automatic assignment is off, but only inside a route', () => {
    const routes = {
      routes: [{ target: '10.0.0.0/24' }, { target: '10.9.0.0/16', via: '10.0.0.1' }, { target: 'fd00::/8' }],
    };
    const own = ['10.0.0.5', '10.9.9.9', '192.168.0.1', 'fd12::1'];
    expect(assign(routes, { own, noAuto: true }).texts).toEqual(['10.0.0.5/24', '10.9.9.9/16', 'fd12::1/8']);
  });

  it('keep their family from being assigned; those outside every route do not', () => {
    const network = v4('10.0.0.10', '10.0.0.20', '10.0.0.0/24');
    expect(assign(network, { own: ['10.0.0.99'] }).texts).toEqual(['10.0.0.99/24']);
    expect(assign(network, { own: ['192.168.0.1'] }).texts).toEqual(['10.0.0.15/24']);
  });

  it('are 32 at most', () => {
    const own = Array.from({ length: 40 }, (_, index) => `10.0.0.${index + 1}`);
    expect(assign({ routes: [{ target: '10.0.0.0/24' }] }, { own }).texts).toHaveLength(32);
  });
});

describe('IPv6', () => {
  it('derived addresses come first and set the flag (vl2.md §2.3)', () => {
    const network = { v6AssignMode: { rfc4193: true, '6plane': true }, routes: [{ target: '10.0.0.0/24' }] };
    const { texts, derived, added } = assign(network, { node: '3610b6a610', own: ['10.0.0.1'] });
    expect(texts).toEqual([
      'fdfc:7120:dae1:8120:cd99:9336:10b6:a610/88',
      'fc1d:f000:1736:10b6:a610::1/40',
      '10.0.0.1/24',
    ]);
    expect(derived).toBe(true);
    expect(added).toEqual([]);
    expect(assign(network, { noAuto: true }).derived).toBe(false);
  });

  const pool = (start: string, end: string, route: Json) => ({
    v6AssignMode: { zt: true },
    ipAssignmentPools: [{ ipRangeStart: start, ipRangeEnd: end }],
    routes: [route],
  });

  it('wide pools use the node address as host part, narrow ones are random', () => {
    expect(
      assign(pool('fd00::', 'fd00::ffff:ffff:ffff', { target: 'fd00::/64' }), { node: 'aabbccddee' }).texts,
    ).toEqual(['fd00::aa:bbcc:ddee/64']);
    expect(assign(pool('fd00::10', 'fd00::20', { target: 'fd00::/64' }), { random: 19n }).texts).toEqual([
      'fd00::13/64',
    ]);
    expect(
      assign(pool('fd00::10', 'fd00::20', { target: 'fd00::/64' }), { random: 19n, inUse: ['fd00::13'] }).texts,
    ).toEqual([]);
  });

  it('pools need a route without via', () => {
    expect(assign(pool('fd00::10', 'fd00::20', { target: 'fd00::/64', via: 'fd00::1' })).texts).toEqual([]);
  });
});
