import type { NetworkId, NodeAddress } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { decideAdmission } from './authorize.js';
import { buildConfig } from './config.js';
import { type Json, readBoolean, readInteger, readText } from './json.js';
import { type MemberRecord, memberSchema, newMember, patchMember } from './member.js';
import { parseDictionary, parseMetadata } from './metadata.js';
import { type NetworkRecord, networkSchema, newNetwork, patchNetwork } from './network.js';

const ID = 'c0ffee0001000001' as NetworkId;
const NODE = '1111111111' as NodeAddress;
const network = (body: Json): NetworkRecord => patchNetwork(newNetwork(ID, 1), body);
const member = (body: Json, of: NetworkRecord = network({})): MemberRecord =>
  patchMember(newMember(ID, NODE, 1), body, of, 50);

function config(of: NetworkRecord, who: MemberRecord, rulesRevision = 1) {
  return buildConfig(of, who, { now: 99, rulesRevision, activeBridges: [], inUse: new Set(), random64: () => 0n });
}

describe('coercions (controller.md §7.4)', () => {
  it.each<[Json | undefined, bigint]>([
    [5, 5n],
    [5.9, 5n],
    [-1, 0xffff_ffff_ffff_ffffn],
    ['12x', 12n],
    ['x', 0n],
    ['', 0n],
    [true, 1n],
    [null, 9n],
    [undefined, 9n],
    [[], 9n],
  ])('integer of %j is %s', (value, expected) => expect(readInteger(value, 9n)).toBe(expected));

  it.each<[Json | undefined, boolean]>([
    [1, true],
    [0, false],
    [-1, false],
    ['true', true],
    ['T', true],
    ['1', true],
    ['yes', false],
    ['', false],
    [null, true],
    [{}, true],
  ])('bool of %j is %s', (value, expected) => expect(readBoolean(value, true)).toBe(expected));

  it.each<[Json | undefined, string]>([
    [5, '5'],
    ['x', 'x'],
    [true, '1'],
    [false, '0'],
    [null, 'd'],
    [[], 'd'],
  ])('text of %j is %s', (value, expected) => expect(readText(value, 'd')).toBe(expected));
});

describe('network bodies (controller.md §8.1)', () => {
  it.each<[Json, Partial<NetworkRecord>]>([
    [{ name: 5 }, { name: '5' }],
    [
      { private: 'no', enableBroadcast: [] },
      { private: false, enableBroadcast: false },
    ],
    [{ private: [] }, { private: true }],
    [{ mtu: 99_999 }, { mtu: 10_000 }],
    [{ mtu: 1 }, { mtu: 1280 }],
    [{ multicastLimit: 'x' }, { multicastLimit: 0 }],
    [
      { remoteTraceTarget: '1122334455', remoteTraceLevel: 3 },
      { remoteTraceTarget: '1122334455', remoteTraceLevel: 3 },
    ],
    [{ remoteTraceTarget: 'short' }, { remoteTraceTarget: null }],
    [{ v4AssignMode: 'zt' }, { v4AssignMode: { zt: true } }],
    [{ v4AssignMode: 'dhcp' }, { v4AssignMode: { zt: false } }],
    [{ v4AssignMode: { zt: 1, x: 2 } }, { v4AssignMode: { zt: true } }],
    [{ v6AssignMode: { rfc4193: true } }, { v6AssignMode: { rfc4193: true } }],
    [{ v6AssignMode: 'zt,6plane' }, { v6AssignMode: { '6plane': true, rfc4193: false, zt: true } }],
    [{ v6AssignMode: 7 }, { v6AssignMode: { '6plane': false, rfc4193: false, zt: false } }],
    [
      { routes: [{ target: '10.0.0.0/8', via: 'fd00::1' }, { target: '10.0.0.0/33' }, { target: 'x' }, 5] },
      { routes: [{ target: '10.0.0.0/8', via: null }] },
    ],
    [
      { routes: [{ target: 'FD00:0:0::/8', via: 'fd00:0::1/64' }] },
      { routes: [{ target: 'fd00::/8', via: 'fd00::1' }] },
    ],
    [{ routes: 'none' }, { routes: [] }],
    [
      {
        ipAssignmentPools: [
          { ipRangeStart: '10.0.0.1/24', ipRangeEnd: '10.0.0.9' },
          { ipRangeStart: '10.0.0.1', ipRangeEnd: '::1' },
          {},
        ],
      },
      { ipAssignmentPools: [{ ipRangeStart: '10.0.0.1', ipRangeEnd: '10.0.0.9' }] },
    ],
    [{ authTokens: { a: 5, b: -1, c: 'x', d: 0 } }, { authTokens: { a: 5, d: 0 } }],
    [{ authTokens: { b: -1 } }, { authTokens: null }],
    [{ authTokens: 'x' }, { authTokens: [null] }],
    [
      { tags: [{ id: 2, default: 5 }, { id: 1 }, { id: 2, default: null }] },
      {
        tags: [
          { id: 1, default: null },
          { id: 2, default: null },
        ],
      },
    ],
    [
      { capabilities: [{ id: 1, rules: [{ type: 'ACTION_DROP' }, {}] }] },
      { capabilities: [{ id: 1, default: false, rules: [{ type: 'ACTION_DROP' }] }] },
    ],
    [{ dns: { domain: 'a.b', servers: ['1.1.1.1'], extra: 1 } }, { dns: { domain: 'a.b', servers: ['1.1.1.1'] } }],
    [{ dns: { servers: 'x' } }, { dns: { domain: null } }],
    [{ dns: [] }, { dns: [] }],
    [{ id: 'x', rulesSource: 'y', ssoEnabled: true, creationTime: 0 }, {}],
  ])('%j', (body, expected) => {
    const patched = network(body);
    expect(patched).toEqual({ ...newNetwork(ID, 1), ...expected });
    expect(networkSchema.parse(JSON.parse(JSON.stringify(patched)))).toEqual(patched);
  });

  it('keep what they do not name, the trace level too', () => {
    const traced = network({ remoteTraceLevel: 3, name: 'a' });
    expect(patchNetwork(traced, { name: 'b' })).toEqual({ ...traced, name: 'b' });
  });

  it('lists are cut at 16384 entries', () => {
    expect(network({ routes: Array.from({ length: 16_390 }, () => ({ target: '10.0.0.0/8' })) }).routes).toHaveLength(
      16_384,
    );
  });
});

describe('member bodies (controller.md §8.2)', () => {
  it.each<[Json, Partial<MemberRecord>]>([
    [{ authorized: 'true' }, { authorized: true, lastAuthorizedTime: 50, lastAuthorizedCredentialType: 'api' }],
    [
      { activeBridge: 1, noAutoAssignIps: 't' },
      { activeBridge: true, noAutoAssignIps: true },
    ],
    [{ ipAssignments: ['10.0.0.1/24', 'x', 'FD00::0:1'] }, { ipAssignments: ['10.0.0.1', 'fd00::1'] }],
    [
      { tags: [[2, 1], [1, 0x1_0000_0005], [2, 9], [3], 'x'] },
      {
        tags: [
          [1, 5],
          [2, 9],
        ],
      },
    ],
    [{ capabilities: [5, 1, 5, '3'] }, { capabilities: [1, 3, 5] }],
    [
      { name: 'n', authenticationExpiryTime: 7, authenticationURL: 'x', identity: 'y' },
      { name: 'n', authenticationExpiryTime: 7 },
    ],
  ])('%j', (body, expected) => {
    const patched = member(body);
    expect(patched).toEqual({ ...newMember(ID, NODE, 1), ...expected });
    expect(memberSchema.parse(JSON.parse(JSON.stringify(patched)))).toEqual(patched);
  });

  it('deauthorise with the time', () => {
    const out = patchMember(member({ authorized: true }), { authorized: false }, network({}), 60);
    expect(out).toMatchObject({ authorized: false, lastAuthorizedTime: 50, lastDeauthorizedTime: 60 });
  });

  it('first authorisation gives default capabilities, unless the body has its own', () => {
    const of = network({
      capabilities: [
        { id: 7, default: true, rules: [] },
        { id: 8, rules: [] },
      ],
    });
    expect(member({ authorized: true }, of).capabilities).toEqual([7]);
    expect(member({ authorized: true, capabilities: [8] }, of).capabilities).toEqual([8]);
    const again = patchMember(
      { ...member({ authorized: true }, of), authorized: false, capabilities: [] },
      { authorized: true },
      of,
      70,
    );
    expect(again.capabilities).toEqual([]);
  });
});

describe('admission (controller.md §3)', () => {
  const fresh = newMember(ID, NODE, 1);
  const tokens = network({ authTokens: { forever: 0, until: 100, x: 0 } });

  it('public networks admit, and those admitted stay when it becomes private', () => {
    const admitted = decideAdmission(fresh, network({ private: false }), '', 5);
    expect(admitted).toMatchObject({
      authorized: true,
      lastAuthorizedTime: 5,
      lastAuthorizedCredentialType: 'public',
      lastAuthorizedCredential: null,
    });
    expect(decideAdmission(admitted, network({}), '', 9)).toBe(admitted);
  });

  it.each([
    ['token:forever', 1000, true],
    ['token:until', 99, true],
    ['token:until', 100, false],
    ['token:other', 1, false],
    ['token:', 1, false],
    ['forever', 1, false],
    ['', 1, false],
    ['token:constructor', 1, false],
    ['token:__proto__', 1, false],
  ])('%s at %d: %s', (credential, now, admitted) => {
    const decided = decideAdmission(fresh, tokens, credential, now);
    expect(decided.authorized).toBe(admitted);
    if (admitted)
      expect(decided).toMatchObject({
        lastAuthorizedCredentialType: 'token',
        lastAuthorizedCredential: credential.slice(6),
      });
    else expect(decided).toBe(fresh);
  });

  it('no tokens admit nobody', () => {
    for (const authTokens of [[null], null] as const) {
      expect(
        decideAdmission(fresh, { ...network({}), authTokens: authTokens as NetworkRecord['authTokens'] }, 'token:0', 1),
      ).toBe(fresh);
    }
  });
});

describe('metadata (vl2.md §4, §5.1)', () => {
  it('is bytes with escapes; the first of duplicates counts; CR ends lines too', () => {
    const bytes = Buffer.from('a=x\\ey\\0\\\\\\q\\\r\nb=1=2\na=second\nnovalue\n=empty\0c=hidden', 'latin1');
    expect([...parseDictionary(bytes)]).toEqual([
      ['a', 'x=y\0\\q'],
      ['b', '1=2'],
      ['', 'empty'],
    ]);
    expect(parseDictionary(Uint8Array.of(0x61, 0x3d, 0xff, 0xfe)).get('a')).toBe('\xff\xfe');
  });

  it('nothing in it makes reading fail', () => {
    expect(parseMetadata(Buffer.from('revr=zz\nmajv=\npv=ffffffffffffffffff'))).toMatchObject({
      rulesRevision: 0,
      versionMajor: -1,
      protocol: 0xffff,
    });
    expect(parseMetadata(new Uint8Array(70_000).fill(0x5c))).toMatchObject({ rulesRevision: 0, credential: '' });
  });
});

describe('configurations (controller.md §4)', () => {
  it('without a rules engine accept all and carry no tags or capabilities', () => {
    const of = network({
      rules: [{ type: 'ACTION_DROP' }],
      tags: [{ id: 1, default: 5 }],
      capabilities: [{ id: 1, rules: [] }],
    });
    const { config: issued, member: after } = config(of, member({ capabilities: [1] }), 0);
    expect(issued).toMatchObject({ rules: { count: 1, bytes: Uint8Array.of(1, 0) }, tags: [], capabilities: [] });
    expect(after.tags).toEqual([]);
  });

  it('default tags are added and stored; those the member has stay', () => {
    const of = network({ tags: [{ id: 1, default: 5 }, { id: 2, default: 6 }, { id: 3 }] });
    const built = config(of, member({ tags: [[2, 9]] }));
    expect(built.config.tags).toEqual([
      { id: 1, value: 5 },
      { id: 2, value: 9 },
    ]);
    expect(built.member.tags).toEqual([
      [2, 9],
      [1, 5],
    ]);
  });

  it('names and domains are cut at 127 bytes between characters', () => {
    const { config: issued } = config(
      network({ name: 'ü'.repeat(100), dns: { domain: `${'a'.repeat(126)}ü` } }),
      member({}),
    );
    expect(Buffer.byteLength(issued.name)).toBe(126);
    expect(issued.dns?.domain).toBe('a'.repeat(126));
  });

  it('a member’s trace target beats the network’s', () => {
    const of = network({ remoteTraceTarget: 'aaaaaaaaaa', remoteTraceLevel: 1 });
    expect(config(of, member({})).config).toMatchObject({ traceTarget: 'aaaaaaaaaa', traceLevel: 1 });
    expect(config(of, member({ remoteTraceTarget: 'bbbbbbbbbb', remoteTraceLevel: 2 })).config).toMatchObject({
      traceTarget: 'bbbbbbbbbb',
      traceLevel: 2,
    });
  });

  it('DNS servers: the first four, without what is no address', () => {
    const { config: issued } = config(
      network({ dns: { domain: 'd', servers: ['1.1.1.1', 5, 'x', '::1', '2.2.2.2'] } }),
      member({}),
    );
    expect(issued.dns).toEqual({ domain: 'd', servers: ['1.1.1.1', '::1'] });
  });
});
