/** Rules of a network: what they did, and why they let a frame through or not. */
import type { GivenRules, NetworkId, NodeAddress } from '@ztkit/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineSet, Lab, type Member } from './lab.js';
import { ping } from './tcp-pipe.js';

const bytes = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'));
const code = (name: string) => expect.objectContaining({ code: `ERR_ZT_${name}` });

/** UDP to port 9 is dropped, everything else accepted. */
const noDiscard = { count: 4, bytes: bytes(['240111', '280400090009', '0000', '0100'].join('')) };

/** An IPv4 frame with a UDP datagram, from 10.0.0.1 to 10.0.0.2. */
function udpFrame(destination: string, source: string, port: number): Uint8Array {
  const macs = `${destination}${source}`.replaceAll(':', '');
  const ip = '4500001d00000000401100000a0000010a000002';
  return bytes(`${macs}0800${ip}0400${port.toString(16).padStart(4, '0')}0009000078`);
}

const macOf = (member: Member, network: NetworkId): string =>
  member.watched.node.networks().find(({ id }) => id === network)?.mac ?? '';

export function rulesSuite(engines: EngineSet): void {
  describe(`rules, ${engines.name}`, () => {
    let lab: Lab;
    let network: NetworkId;
    let a: Member;
    let b: Member;
    beforeAll(async () => {
      lab = await Lab.start(engines);
      network = lab.controller.createNetwork(true, noDiscard);
      a = await lab.member(engines.a, {}, network);
      b = await lab.member(engines.b, {}, network);
    });
    afterAll(() => lab?.close());

    it('counts what held, and goes on when the same rules come again', async () => {
      await ping(a, b.ipv4);
      const before = a.watched.node.networkRuleHits(network);
      expect(before.rules.map(({ name }) => name)).toEqual([
        'MATCH_IP_PROTOCOL',
        'MATCH_IP_DEST_PORT_RANGE',
        'ACTION_DROP',
        'ACTION_ACCEPT',
      ]);
      expect(before.rules[2]?.hits).toBe(0n);
      expect(before.rules[3]?.hits).toBe(before.outbound.ACCEPT + before.inbound.ACCEPT);
      expect(before.outbound.ACCEPT).toBeGreaterThan(0n);
      expect(before.inbound.ACCEPT).toBeGreaterThan(0n);
      expect(before.capabilities).toEqual([]);
      const after = a.watched.mark();
      lab.controller.push(network, a.address, [{ address: a.ipv4, bits: 24 }]);
      await a.watched.next('NETWORK_UPDATE', { after });
      const later = a.watched.node.networkRuleHits(network);
      expect(later.rules[3]?.hits).toBeGreaterThanOrEqual(before.rules[3]?.hits ?? 0n);
    });

    it('explains which rule decides, with what it saw, and counts nothing', () => {
      const { node } = a.watched;
      const [from, to] = [macOf(a, network), macOf(b, network)];
      // Nothing on this network sends to the port, so only an explanation could count here. The engine's threads count
      // what they accept all the time.
      const countsOfDrops = () => {
        const { rules, outbound, inbound } = node.networkRuleHits(network);
        return { match: rules[1]?.hits, action: rules[2]?.hits, outbound: outbound.DROP, inbound: inbound.DROP };
      };
      const before = countsOfDrops();
      const dropped = node.networkExplain(network, { direction: 'outbound', frame: udpFrame(to, from, 9) });
      expect(dropped).toMatchObject({ verdict: 'DROP', copies: [], lists: [{ verdict: 'DROP', endedBy: 2 }] });
      expect(dropped.lists[0]?.steps.map(({ step, field }) => [step, field])).toEqual([
        ['MATCHED', { kind: 'number', value: 17n }],
        ['MATCHED', { kind: 'number', value: 9n }],
        ['EXECUTED', undefined],
      ]);
      expect(node.networkExplain(network, { direction: 'inbound', frame: udpFrame(from, to, 9) }).verdict).toBe('DROP');
      const passed = node.networkExplain(network, { direction: 'inbound', frame: udpFrame(from, to, 53) });
      expect(passed).toMatchObject({ verdict: 'ACCEPT', lists: [{ endedBy: 3 }] });
      expect(passed.lists[0]?.steps.map(({ step }) => step)).toEqual([
        'MATCHED',
        'UNMATCHED',
        'PASSED_OVER',
        'EXECUTED',
      ]);
      expect(countsOfDrops()).toEqual(before);
    });

    it('refuses questions that have no answer', () => {
      const { node } = a.watched;
      const frame = udpFrame('ff:ff:ff:ff:ff:ff', '00:00:00:00:00:01', 9);
      const ask = (id: NetworkId, direction: 'inbound' | 'outbound', of: Uint8Array) => () =>
        node.networkExplain(id, { direction, frame: of });
      expect(ask(lab.controller.unknownNetwork(), 'outbound', frame)).toThrow(code('NOT_FOUND'));
      expect(() => node.networkRuleHits(lab.controller.unknownNetwork())).toThrow(code('NOT_FOUND'));
      expect(ask(network, 'inbound', frame)).toThrow(code('INVALID_ARGUMENT')); // of nobody
      expect(ask(network, 'outbound', frame.subarray(0, 13))).toThrow(code('INVALID_ARGUMENT'));
      expect(ask(network, 'outbound', new Uint8Array(14 + 9987))).toThrow(code('MESSAGE_TOO_BIG'));
      expect(ask(network, 'outbound', new Uint8Array(14 + 9986))).not.toThrow();
    });

    it('evaluates given rules with tags, capabilities and a draw, without any network', () => {
      const { node } = a.watched;
      const given: GivenRules = {
        network,
        self: '0000000001' as NodeAddress,
        // Both tags 1 are 7: tee 20 bytes to 0c. RANDOM 5: drop. Break.
        rules: bytes(
          ['30080000000100000007', '020e000000000000000c000000000014', '2b0400000005', '0000', '0500'].join(''),
        ),
        draw: 6,
        capabilities: [{ id: 4, rules: bytes('0100') }],
        own: { tags: [{ id: 1, value: 7 }] },
        other: { tags: [{ id: 1, value: 7 }] },
      };
      const question = {
        direction: 'outbound',
        peer: '0000000002' as NodeAddress,
        frame: udpFrame('02:00:00:00:00:02', '02:00:00:00:00:01', 9),
      } as const;
      const equal = node.rulesExplain(given, question);
      expect(equal).toMatchObject({
        verdict: 'ACCEPT',
        copies: [{ to: '000000000c', length: 20, watch: false }],
        lists: [
          { verdict: 'NO_MATCH', endedBy: 4 },
          { capability: 4, verdict: 'ACCEPT', endedBy: 0 },
        ],
      });
      expect(equal.lists[0]?.steps[0]?.field).toEqual({ kind: 'tags', local: 7, remote: 7 });
      const others = { ...given, other: { tags: [{ id: 1, value: 8 }] } };
      expect(node.rulesExplain({ ...others, draw: 5 }, question).verdict).toBe('DROP');
      expect(node.rulesExplain({ ...others, draw: 6 }, question).verdict).toBe('ACCEPT');
      expect(() => node.rulesExplain({ ...given, rules: bytes('0105') }, question)).toThrow(code('INVALID_ARGUMENT'));
      expect(() => node.rulesExplain({ ...given, rules: new Uint8Array(2 * 1025) }, question)).toThrow(
        code('INVALID_ARGUMENT'),
      );
    });
  });
}
