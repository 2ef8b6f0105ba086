import type { GivenRules, NetworkId, NodeAddress, RuleTrace } from '@ztkit/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExplainOptions, Node } from '../src/index.js';
import type { FakeRules } from './fake-rules.js';
import { lab, networkId } from './lab.js';

const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });
const frame = new Uint8Array(60);
const outbound: ExplainOptions = { direction: 'outbound', frame };
const given: GivenRules = {
  network: networkId as NetworkId,
  self: '0000000001' as NodeAddress,
  rules: Uint8Array.of(1, 0),
};
const accept = { name: 'ACTION_ACCEPT', not: false, or: false, bytes: Uint8Array.of(1, 0) };
const ethertype = { name: 'MATCH_ETHERTYPE', not: true, or: false, bytes: Uint8Array.of(0xa5, 2, 8, 0) };

describe('rules of a network', () => {
  let node: Node;
  let fake: FakeRules;
  beforeEach(async () => {
    const { start, world } = lab();
    node = await start();
    await node.join(networkId).ready();
    const [engine] = world.nodes;
    if (engine === undefined) throw new Error('no node');
    fake = engine.rules;
  });
  afterEach(() => node.close());

  const rules = () => {
    const network = node.network(networkId);
    if (network === undefined) throw new Error('not joined');
    return network.rules;
  };

  it('hands counters on', async () => {
    expect(rules().hits()).toBe(fake.hits);
    const left = rules();
    await node.leave(networkId);
    expect(() => left.hits()).toThrow(code('NETWORK_DOWN'));
    expect(() => left.explain(outbound)).toThrow(code('NETWORK_DOWN'));
  });

  it('asks about a frame in any view, from or to a member in any case of letters', () => {
    const bytes = Uint8Array.from({ length: 70 }, (_, i) => i);
    const expected = bytes.slice(5, 65);
    for (const view of [bytes.subarray(5, 65), new DataView(bytes.buffer, 5, 60), expected.slice().buffer]) {
      rules().explain({ direction: 'inbound', peer: 'ABCDEF0123', frame: view as never });
      const { of, question } = fake.asked.at(-1) ?? {};
      expect(of).toBe(networkId);
      expect(question).toEqual({ direction: 'inbound', peer: 'abcdef0123', frame: expected });
    }
  });

  it.each<[string, unknown]>([
    ['options', null],
    ['options', [outbound]],
    ['direction', { frame }],
    ['direction', { direction: 'both', frame }],
    ['frame', { direction: 'outbound' }],
    ['frame', { direction: 'outbound', frame: [1, 2, 3] }],
    ['peer', { ...outbound, peer: 'nobody' }],
    ['peer', { ...outbound, peer: 1 }],
    ['peer', { ...outbound, peer: '0000000000' }],
  ])('refuses a question for its %s: %#', (field, options) => {
    for (const ask of [() => rules().explain(options as never), () => node.explainRules(given, options as never)]) {
      expect(ask).toThrow(code('INVALID_ARGUMENT'));
      expect(ask).toThrow(`"${field}"`);
    }
    expect(fake.asked).toEqual([]);
  });

  it('says what was expected of an address, and what to do, once', () => {
    const message =
      '"peer" must be a node address: 10 hex digits, not zero, not beginning with ff; it is "nobody". ' +
      'Check the argument named in the message.';
    expect(() => rules().explain({ ...outbound, peer: 'nobody' })).toThrow(expect.objectContaining({ message }));
  });

  it('says in words what a trace says', () => {
    fake.trace = {
      verdict: 'ACCEPT',
      copies: [{ to: '000000000c' as NodeAddress, length: 20, watch: false }],
      lists: [
        { verdict: 'NO_MATCH', steps: [{ ...ethertype, step: 'UNMATCHED', field: { kind: 'number', value: 2048n } }] },
        { capability: 4, verdict: 'ACCEPT', endedBy: 0, steps: [{ ...accept, step: 'EXECUTED' }] },
      ],
    } satisfies RuleTrace;
    expect(rules().explain(outbound)).toEqual({
      ...fake.trace,
      allowed: true,
      decidedBy: { capability: 4, rule: 0 },
      text: [
        'Base rules: NO_MATCH, came to their end; 0 not MATCH_ETHERTYPE does not hold (2048)',
        'Capability 4: ACCEPT, rule 0 (ACTION_ACCEPT)',
        'The first 20 bytes of its payload go to 000000000c as well (tee)',
      ].join('\n'),
    });
  });

  it('says that nobody let a frame through', () => {
    expect(rules().explain(outbound)).toEqual({
      ...fake.trace,
      allowed: false,
      text: 'No rule accepts the frame and no capability does: refused',
    });
  });

  describe('given ones', () => {
    const full: GivenRules = {
      ...given,
      capabilities: [{ id: 0xffff_ffff, rules: Uint8Array.of(0, 0) }],
      own: { tags: [{ id: 0, value: 0xffff_ffff }], owns: [{ mac: '02:00:00:00:00:01' }, { ip: 'fd00::1' }] },
      other: { tags: [], owns: [{ mac: '020000000001' }] },
      flags: Number.MAX_SAFE_INTEGER,
      addresses: [
        { address: '10.0.0.1', bits: 32 },
        { address: 'fd00::1', bits: 128 },
      ],
      draw: 0xffff_ffff,
    };

    it('go on as they are, in a copy', () => {
      node.explainRules(full, outbound);
      expect(fake.asked).toEqual([{ of: full, question: outbound }]);
      expect(fake.asked[0]?.of).not.toBe(full);
    });

    it('go on with defaults for what is left out', () => {
      node.explainRules({ ...given, network: 'ABCDEF0123456789' as NetworkId }, outbound);
      expect(fake.asked[0]?.of).toEqual({
        ...{ ...given, network: 'abcdef0123456789' },
        ...{ capabilities: [], own: {}, other: {}, flags: 0, addresses: [], draw: 0 },
      });
    });

    it('go on as bytes from any view or buffer', () => {
      const bytes = Uint8Array.of(9, 0, 0, 1, 0, 9);
      for (const view of [new DataView(bytes.buffer, 1, 4), bytes.slice(1, 5).buffer, Buffer.from([0, 0, 1, 0])]) {
        const list = view as never;
        node.explainRules({ ...given, rules: list, capabilities: [{ id: 1, rules: list }] }, outbound);
        const sent = fake.asked.at(-1)?.of as GivenRules | undefined;
        for (const each of [sent?.rules, sent?.capabilities?.[0]?.rules]) {
          expect(each).toBeInstanceOf(Uint8Array);
          expect([...(each ?? [])]).toEqual([0, 0, 1, 0]);
        }
      }
    });

    const tags = (count: number) => Array.from({ length: count }, (_, id) => ({ id, value: 0 }));
    it.each<[string, object | null]>([
      ['given', null],
      ['given.network', { network: '8056c2e21c00000' }],
      ['given.network', { network: 1n }],
      ['given.self', { self: 'ff00000001' }],
      ['given.rules', { rules: undefined }],
      ['given.rules', { rules: '0100' }],
      ['given.capabilities', { capabilities: { id: 1, rules: accept.bytes } }],
      ['given.capabilities', { capabilities: Array(129).fill({ id: 1, rules: accept.bytes }) }],
      ['given.capabilities[0]', { capabilities: [accept.bytes.length] }],
      ['given.capabilities[1].id', { capabilities: [...(full.capabilities ?? []), { id: -1, rules: accept.bytes }] }],
      ['given.capabilities[0].rules', { capabilities: [{ id: 1, rules: [1, 0] }] }],
      ['given.own', { own: [] }],
      ['given.own', { own: null }],
      ['given.own.tags', { own: { tags: 'all' } }],
      ['given.own.tags', { own: { tags: tags(129) } }],
      ['given.own.tags', { own: { tags: tags(65_536) } }],
      // A hole in an array is nothing.
      ['given.own.tags[0]', { own: { tags: new Array(1) } }],
      ['given.own.tags[0].id', { own: { tags: [{ id: 2 ** 32, value: 0 }] } }],
      ['given.own.tags[0].id', { own: { tags: [{ id: '1', value: 0 }] } }],
      ['given.other.tags[0].value', { other: { tags: [{ id: 1, value: 1.5 }] } }],
      ['given.other.tags[0].value', { other: { tags: [{ id: 1 }] } }],
      ['given.own.owns', { own: { owns: { ip: '10.0.0.1' } } }],
      ['given.own.owns', { own: { owns: Array(65).fill({ ip: '10.0.0.1' }) } }],
      ['given.own.owns[0]', { own: { owns: [{}] } }],
      ['given.own.owns[0]', { own: { owns: [{ ip: '10.0.0.1', mac: '02:00:00:00:00:01' }] } }],
      ['given.own.owns[0].ip', { own: { owns: [{ ip: '' }] } }],
      ['given.own.owns[0].mac', { own: { owns: [{ mac: ':::020000000001' }] } }],
      ['given.own.owns[0].mac', { own: { owns: [{ mac: 1 }] } }],
      ['given.flags', { flags: -1 }],
      ['given.flags', { flags: 0.5 }],
      ['given.flags', { flags: 2 ** 53 }],
      ['given.addresses', { addresses: '10.0.0.1/24' }],
      ['given.addresses', { addresses: Array(33).fill({ address: '10.0.0.1', bits: 24 }) }],
      ['given.addresses[0].address', { addresses: [{ address: '', bits: 24 }] }],
      ['given.addresses[0].bits', { addresses: [{ address: '10.0.0.1', bits: 33 }] }],
      ['given.addresses[0].bits', { addresses: [{ address: 'fd00::1', bits: 129 }] }],
      ['given.addresses[0].bits', { addresses: [{ address: 'fd00::1' }] }],
      ['given.draw', { draw: 2 ** 32 }],
    ])('are refused for their %s: %#', (field, part) => {
      const ask = () => node.explainRules((part === null ? null : { ...given, ...part }) as never, outbound);
      expect(ask).toThrow(code('INVALID_ARGUMENT'));
      expect(ask).toThrow(`"${field}"`);
      expect(fake.asked).toEqual([]);
    });
  });
});
