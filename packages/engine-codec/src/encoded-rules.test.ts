import { Command, type NetworkId, type NodeAddress, RuleField, RuleStep, RuleVerdict, Status } from '@ztkit/types';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { EncodedRules } from './encoded-rules.js';
import type { RawNode } from './raw-node.js';

const network = '8056c2e21c000001' as NetworkId;
const peer = '0123456789' as NodeAddress;
const accept = Uint8Array.of(1, 0);
const notIpv4 = Uint8Array.of(0xa5, 2, 8, 0);

/** Records requests; answers with a body that `write` makes. */
function fake(write: (out: ByteWriter) => void, status: number = Status.OK) {
  let last = new Uint8Array();
  const raw = {
    command(request: Uint8Array) {
      last = request.slice();
      const out = new ByteWriter().u32(status);
      write(out);
      return out.written;
    },
  };
  return { rules: new EncodedRules(raw as unknown as RawNode), request: () => new ByteReader(last) };
}

const noTrace = (out: ByteWriter): unknown =>
  out
    .u8(RuleVerdict.NO_MATCH)
    .put(new Uint8Array(5 + 10 + 10))
    .u16(0);

describe('rules', () => {
  it('reads counters by direction, rule and capability', () => {
    const { rules, request } = fake((out) => {
      for (let i = 0n; i < 10n; ++i) out.u64(i);
      out.u16(2).blob16(notIpv4).u64(11n).blob16(Uint8Array.of(0x3f, 0)).u64(12n);
      out.u16(1).u32(9).u16(1).blob16(accept).u64(13n);
    });
    expect(rules.networkRuleHits(network)).toEqual({
      outbound: { NO_MATCH: 0n, DROP: 1n, REDIRECT: 2n, ACCEPT: 3n, SUPER_ACCEPT: 4n },
      inbound: { NO_MATCH: 5n, DROP: 6n, REDIRECT: 7n, ACCEPT: 8n, SUPER_ACCEPT: 9n },
      rules: [
        { name: 'MATCH_ETHERTYPE', not: true, or: false, bytes: notIpv4, hits: 11n },
        { name: 'UNKNOWN_63', not: false, or: false, bytes: Uint8Array.of(0x3f, 0), hits: 12n },
      ],
      capabilities: [{ id: 9, rules: [{ name: 'ACTION_ACCEPT', not: false, or: false, bytes: accept, hits: 13n }] }],
    });
    const body = request();
    expect([body.u16(), body.u64(), body.remaining]).toEqual([Command.NETWORK_RULE_HITS, 0x8056c2e21c000001n, 0]);
  });

  it('writes a question and reads its trace', () => {
    const { rules, request } = fake((out) => {
      out.u8(RuleVerdict.REDIRECT).put(Uint8Array.of(0, 0, 0, 0, 9));
      out.put(new Uint8Array(10));
      out
        .put(Uint8Array.of(0, 0, 0, 0, 8))
        .u32(64)
        .bool(true);
      out.u16(1).bool(true).u32(4).u8(RuleVerdict.REDIRECT).u16(1).u16(2);
      out.blob16(notIpv4).u8(RuleStep.MATCHED).bool(true).u8(RuleField.NUMBER).u64(0x86ddn);
      out.blob16(accept).u8(RuleStep.EXECUTED).bool(true).u8(RuleField.NONE);
    });
    const frame = Uint8Array.from({ length: 16 }, (_, i) => i);
    expect(rules.networkExplain(network, { direction: 'inbound', peer, frame })).toMatchObject({
      verdict: 'REDIRECT',
      redirectTo: '0000000009',
      copies: [{ to: '0000000008', length: 64, watch: true }],
      lists: [
        {
          capability: 4,
          endedBy: 1,
          steps: [{ step: 'MATCHED', group: true, field: { kind: 'number', value: 0x86ddn } }, { step: 'EXECUTED' }],
        },
      ],
    });
    const body = request();
    expect([body.u16(), body.u64(), body.bool()]).toEqual([Command.NETWORK_EXPLAIN, 0x8056c2e21c000001n, true]);
    expect([...body.view(5), ...body.view(14)]).toEqual([1, 0x23, 0x45, 0x67, 0x89, ...frame.subarray(0, 14)]);
    expect([...body.blob32(), body.remaining]).toEqual([14, 15, 0]);
  });

  it('writes parties, and refuses what is no address or no frame', () => {
    const { rules, request } = fake(noTrace);
    const question = { direction: 'outbound', frame: new Uint8Array(14) } as const;
    const given = { network, self: peer, rules: accept, draw: 7, own: { tags: [{ id: 1, value: 2 }] } };
    const owns = [{ mac: '02:00:00:00:00:01' }, { ip: '10.0.0.1' }];
    expect(rules.rulesExplain({ ...given, other: { owns } }, question)).toEqual({
      verdict: 'NO_MATCH',
      copies: [],
      lists: [],
    });
    const body = request();
    expect([body.u16(), body.bool(), ...body.view(5), body.u32()]).toEqual([82, false, 0, 0, 0, 0, 0, 7]);
    body.view(8 + 5);
    expect([body.u64(), body.u16(), body.u16(), body.u32(), body.u32(), body.u16()]).toEqual([0n, 0, 1, 1, 2, 0]);
    expect([body.u16(), body.u16(), ...body.view(7), ...body.view(6)]).toEqual([
      ...[0, 2, 1, 2, 0, 0, 0, 0, 1],
      ...[0, 4, 10, 0, 0, 1],
    ]);
    const invalid = expect.objectContaining({ code: 'ERR_ZT_INVALID_ARGUMENT' });
    expect(() => rules.rulesExplain({ ...given, other: { owns: [{ mac: '02:00' }] } }, question)).toThrow(invalid);
    expect(() => rules.networkExplain(network, { ...question, frame: new Uint8Array(13) })).toThrow(invalid);
    const late = fake(noTrace, Status.NOT_READY).rules;
    expect(() => late.networkRuleHits(network)).toThrow(expect.objectContaining({ code: 'ERR_ZT_NOT_READY' }));
  });
});
