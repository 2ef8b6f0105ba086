/** JSON → text → JSON, for every type of rule and for random networks; text → JSON → text. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/domain/json.js';
import { newNetwork, patchNetwork } from '../../src/domain/network.js';
import { normaliseRules } from '../../src/domain/rule-json.js';
import type { RuleJson } from '../../src/domain/rule-types.js';
import { compileRules } from '../../src/rules-language/compile.js';
import { formatRules, type RulesDocument } from '../../src/rules-language/format.js';
import { decodeRules, encodeRules } from '../../src/rules-language/wire.js';
import { session3 } from '../recorded-networks.js';
import { MATCH_MAKERS, Random, randomAction, randomDocument } from './random-rules.js';

/** What a controller keeps of it (controller.md §8.1). */
function kept(document: RulesDocument): unknown {
  const { rules, capabilities, tags } = document;
  const network = patchNetwork(newNetwork('8056c2e21c000001' as never, 0), { rules, capabilities, tags } as Json);
  return { rules: network.rules, capabilities: network.capabilities, tags: network.tags };
}

function again(document: RulesDocument): ReturnType<typeof compileRules> {
  return compileRules(formatRules(document));
}

describe('JSON to text and back', () => {
  const types = MATCH_MAKERS.map((make, index) => ({ type: make(new Random(1)).type, make, index }));

  it('knows all 28 matches', () => expect(new Set(types.map(({ type }) => type)).size).toBe(28));

  it.each(types)('$type', ({ make, index }) => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new Random(seed * 100 + index);
      const match = { ...make(random), not: random.chance(50), or: random.chance(50) };
      const rules: RuleJson[] = [match, { type: 'ACTION_DROP' }];
      expect(kept(again({ rules })), `seed ${seed}: ${JSON.stringify(match)}`).toEqual(kept({ rules }));
    }
  });

  it('every action', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const rules = [randomAction(new Random(seed))];
      expect(kept(again({ rules })), `seed ${seed}`).toEqual(kept({ rules }));
    }
  });

  it('every probability near an end or a power of two', () => {
    const steps = Array.from({ length: 32 }, (_, bit) => 2 ** bit).flatMap((step) => [
      step - 1,
      step,
      2 ** 32 - 1 - step,
    ]);
    const rules = steps.flatMap((probability): RuleJson[] => [
      { type: 'MATCH_RANDOM', probability, not: false, or: false },
      { type: 'ACTION_DROP' },
    ]);
    expect(again({ rules }).rules).toEqual(rules);
  });

  it('2,000 random networks: rules, capabilities, tags, ids, defaults, usable names', { timeout: 120_000 }, () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const document = randomDocument(new Random(seed));
      const text = formatRules(document);
      const compiled = compileRules(text);
      expect(kept(compiled), `seed ${seed}\n${text}`).toEqual(kept(document));
      expect(formatRules(compiled), `seed ${seed}: the text of the text`).toBe(text);
    }
  });

  it.each(Object.entries(session3).filter(([, { networkAsStored }]) => networkAsStored !== undefined))(
    'the recorded network %s',
    (_name, { networkAsStored }) => {
      const document = networkAsStored as unknown as RulesDocument;
      expect(document.rules?.length).toBeGreaterThan(0);
      expect(kept(again(document))).toEqual({
        rules: document.rules,
        capabilities: document.capabilities,
        tags: document.tags,
      });
    },
  );

  it('keeps names that can be written', () => {
    const source = readFileSync(new URL('../../examples/office.rules', import.meta.url), 'utf8');
    const compiled = compileRules(source);
    const { warnings: _warnings, ...second } = again(compiled);
    expect(second).toEqual({ ...compiled, warnings: undefined });
    const text = formatRules(compiled);
    expect(text).toContain('treq offers web');
    expect(text).toContain('tseq department nobody');
    expect(text).toMatch(/^tag department\n {2}id 1000\n {2}default nobody\n {2}enum 0 nobody\n/);
    expect(text).toContain('cap administrator\n  id 2000\n  accept;\n;\n');
  });

  it('makes names of ids where there are none, or no usable ones', () => {
    const document: RulesDocument = {
      rules: [{ type: 'MATCH_TAGS_EQUAL', id: 7, value: 1, not: false, or: false }, { type: 'ACTION_DROP' }],
      tags: [{ id: 7 }, { id: 8, default: 3 }],
      tagsByName: { tag7: { id: 8 }, drop: { id: 7 } },
      capabilities: [{ id: 9 }],
    };
    expect(formatRules(document)).toBe(
      'tag tag7_\n  id 7\n;\ntag tag7\n  id 8\n  default 3\n;\ncap cap9\n  id 9\n;\ndrop teq tag7_ 1;\n',
    );
  });

  it('leaves out matches without an action, which have no effect, and says so', () => {
    const match: RuleJson = { type: 'MATCH_VLAN_ID', vlanId: 1, not: false, or: false };
    expect(formatRules({ rules: [{ type: 'ACTION_DROP' }, match] })).toBe(
      'drop;\n# 1 matches without an action after them had no effect\n',
    );
  });

  it('breaks long statements, a match a line', () => {
    const match: RuleJson = { type: 'MATCH_SOURCE_ZEROTIER_ADDRESS', zt: '0123456789', not: true, or: false };
    const text = formatRules({ rules: [match, { ...match, or: true }, match, match, { type: 'ACTION_DROP' }] });
    expect(text.split('\n').slice(0, 3)).toEqual(['drop', '  not ztsrc 0123456789', '  or not ztsrc 0123456789']);
  });

  it.each<[RulesDocument, RegExp]>([
    [{ rules: [{ type: 'ACTION_PRIORITY' }] }, /^rules\[0\] is no rule/],
    [{ capabilities: [{ id: 1, rules: [{ type: 'MATCH_IPV4_DEST', ip: 'x' }] }] }, /^capabilities\[0\]\.rules\[0\]/],
    [{ rules: [{ type: 'MATCH_CHARACTERISTICS', mask: 'zz' }] }, /"mask"/],
    [{ rules: Array.from({ length: 1025 }, () => ({ type: 'ACTION_DROP' as const })) }, /1025 are too many .*1024/],
    [{ tags: [{ id: -1 }] }, /integer of 0 to 4294967295, not -1/],
    [{ tags: [{ id: 1, default: 0.5 }] }, /default of tag1/],
    [{ tags: Array.from({ length: 1025 }, (_, id) => ({ id })) }, /1025 tags/],
  ])('refuses what no text says: %#', (document, message) => {
    expect(() => formatRules(document)).toThrow(expect.objectContaining({ code: 'ERR_CONTROLLER_INPUT' }));
    expect(() => formatRules(document)).toThrow(message);
  });
});

describe('bytes', () => {
  const vectors = new URL('../../../core/vectors/f-credentials.json', import.meta.url);
  const { rules } = JSON.parse(readFileSync(vectors, 'utf8')) as {
    rules: { typeByte: number; type: number; not: boolean; or: boolean; serialized: string }[];
  };
  const typesOf = (bytes: Uint8Array): number[] => {
    const types: number[] = [];
    for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) types.push((bytes[at] ?? 0) & 0x3f);
    return types;
  };
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  // Recorded from the reference implementation. Its redirect carries a length, which is unused (vl2.md §13.1).
  it.each(rules)('$serialized to JSON, to text, and back', ({ type, not, or, serialized }) => {
    const decoded = decodeRules(Buffer.from(serialized, 'hex'));
    expect(decoded).toHaveLength(1);
    const isMatch = type >= 16;
    if (isMatch) expect(decoded[0]).toMatchObject({ not, or });
    else expect(decoded[0]).not.toHaveProperty('not');
    const wire = type === 4 ? serialized.replace(/0080$/, '0000') : serialized;
    expect(hex(encodeRules(decoded))).toBe(wire);
    const document = isMatch ? [...decoded, { type: 'ACTION_DROP' as const }] : decoded;
    expect(hex(encodeRules(again({ rules: document }).rules))).toBe(`${wire}${isMatch ? '0000' : ''}`);
  });

  it('of vl2.md §18.3 read as the section says', () => {
    const bytes = Buffer.from('a5020800690880000000000000000000020e000000012345678900000000ffff26030800000100', 'hex');
    const text = 'drop not ethertype ipv4 or chr inbound;\ntee 65535 0123456789;\naccept icmp 8 -1;\n';
    expect(formatRules({ rules: decodeRules(bytes) })).toBe(text);
    expect(hex(encodeRules(compileRules(text).rules))).toBe(hex(bytes));
  });

  it('of every list of filter-vectors.jsonl whose types have JSON', { timeout: 120_000 }, () => {
    let count = 0;
    for (const line of readFileSync(new URL('filter-vectors.jsonl', vectors), 'utf8').trim().split('\n')) {
      const bytes = Buffer.from((JSON.parse(line) as { rules: string }).rules, 'hex');
      const types = typesOf(bytes);
      if (types.some((type) => type === 6 || type === 7 || type === 16 || type > 51)) {
        expect(() => decodeRules(bytes), line).toThrow(/there is no JSON/);
        continue;
      }
      const rules = decodeRules(bytes);
      while ('not' in (rules.at(-1) ?? {})) rules.pop();
      expect(typesOf(encodeRules(rules)), line).toEqual(types.slice(0, rules.length));
      expect(hex(encodeRules(again({ rules }).rules)), line).toBe(hex(encodeRules(rules)));
      count += 1;
    }
    expect(count).toBeGreaterThan(1000);
  });

  it('of 2,000 random networks', { timeout: 120_000 }, () => {
    for (let seed = 1; seed <= 2000; seed += 1) {
      const document = randomDocument(new Random(seed));
      expect(decodeRules(encodeRules(document.rules)), `seed ${seed}`).toEqual(
        normaliseRules(document.rules as Json[]),
      );
    }
  });

  it('of what is no list of rules are refused', () => {
    expect(() => encodeRules([{ type: 'ACTION_PRIORITY' }])).toThrow(/some entries are no rules/);
    expect(() => encodeRules(Array.from({ length: 1025 }, () => ({ type: 'ACTION_DROP' as const })))).toThrow(/1025/);
    expect(() => decodeRules(Uint8Array.of(0x25, 2, 8))).toThrow(/end inside a rule/);
    // PRIORITY acts like ACCEPT: leaving it out would change what the rules mean.
    expect(() => decodeRules(Uint8Array.of(1, 0, 6, 0))).toThrow(/Rule 1 has the type 6/);
  });
});
