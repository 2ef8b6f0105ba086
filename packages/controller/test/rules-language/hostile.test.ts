/** Sources that nobody wrote: whatever they are, the compiler says so in its own words, and soon. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '../../src/domain/json.js';
import { compileRules } from '../../src/rules-language/compile.js';
import { RulesSourceError } from '../../src/rules-language/diagnostics.js';
import { formatDiagnostics } from '../../src/rules-language/diagnostics-text.js';
import { formatRules } from '../../src/rules-language/format.js';
import { RULES_LIMITS } from '../../src/rules-language/limits.js';
import { ETHERTYPES, MATCH_ARGUMENTS, RESERVED } from '../../src/rules-language/vocabulary.js';
import { Random, randomDocument } from './random-rules.js';

const office = readFileSync(new URL('../../examples/office.rules', import.meta.url), 'utf8');
const SEEDS = [
  office,
  ...office.split(/\n\n/),
  ...Array.from({ length: 40 }, (_, seed) => formatRules(randomDocument(new Random(seed)))),
];
const WORDS = [
  ...RESERVED,
  ...MATCH_ARGUMENTS.keys(),
  ...ETHERTYPES.keys(),
  ...'; ;; # $a ($a) m(1) m($a,$b) , -1 0 1 255 4294967295 99999999999999999999 0x 0xfff 1-2 2-1 10.0.0.0/8 fd00::/8'.split(
    ' ',
  ),
  ...'__proto__ constructor department web \u00a0 \ufeff \u0000 \ud800 é 0123456789 0.5 none little flags'.split(' '),
];

/** One to eight changes: characters and words put in, taken out, moved or doubled, parts of other sources. */
function mutated(r: Random): string {
  let text = r.pick(SEEDS);
  for (let changes = 1 + r.below(8); changes > 0; changes -= 1) {
    const at = r.below(text.length + 1);
    const end = Math.min(text.length, at + r.below(r.pick([2, 8, 60])));
    const between = r.pick([
      () => '',
      () => String.fromCharCode(r.below(r.pick([128, 0x1_0000]))),
      () => ` ${r.pick(WORDS)} `,
      () => r.pick(WORDS),
      () => text.slice(at, end).repeat(2),
      () => r.pick(SEEDS).slice(at, end),
      () => text.slice(r.below(text.length + 1)).slice(0, 80),
    ])();
    text = text.slice(0, at) + between + text.slice(end);
  }
  return text;
}

const LINE_FEED = 0x0a;
const FIRST_PRINTED = 0x20;
const DELETE = 0x7f;

/** What a message may not have, except between its lines: it is shown on terminals. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DELETE || (code < FIRST_PRINTED && code !== LINE_FEED)) return true;
  }
  return false;
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Compiles, and holds what must hold of the outcome. Plain comparisons: a hundred thousand `expect` take seconds. */
function judge(source: string): 'compiled' | 'refused' {
  try {
    const compiled = compileRules(source);
    require(compiled.rules.length <= RULES_LIMITS.rules, 'more rules than allowed');
    // What compiles can be written as text, which compiles to the same.
    const text = formatRules(compiled);
    const again = compileRules(text);
    require(formatRules(again) === text, 'the text of the text is another');
    require(canonicalText(again.capabilitiesByName) === canonicalText(compiled.capabilitiesByName), 'names are lost');
    return 'compiled';
  } catch (error) {
    if (!(error instanceof RulesSourceError)) throw error;
    const { diagnostics } = error;
    require(diagnostics.some(({ severity }) => severity === 'error'), 'refused without an error');
    require(diagnostics.length <= RULES_LIMITS.diagnostics, 'too many diagnostics');
    for (const { line, column, length } of diagnostics) require(Math.min(line, column, length) >= 1, 'no place');
    require(!hasControl(formatDiagnostics(source, diagnostics)), 'a control character');
    return 'refused';
  }
}

describe('20,000 mutated sources compile, or are refused with diagnostics', () => {
  const outcomes = { compiled: 0, refused: 0 };
  it.each(Array.from({ length: 10 }, (_, part) => part * 2000 + 1))('seeds from %i', { timeout: 60_000 }, (first) => {
    for (let seed = first; seed < first + 2000; seed += 1) {
      const source = mutated(new Random(seed));
      try {
        outcomes[judge(source)] += 1;
      } catch (cause) {
        throw new Error(`seed ${seed}: ${source}`, { cause });
      }
    }
  });

  it('and both are many: the test would say nothing if every source were refused at its first word', () => {
    expect(outcomes.compiled + outcomes.refused).toBe(20_000);
    expect(Math.min(outcomes.compiled, outcomes.refused)).toBeGreaterThan(1000);
  });
});

describe('sources of the greatest length', () => {
  const filled = (part: string) => part.repeat(Math.floor(RULES_LIMITS.sourceLength / part.length));
  it.each([
    ';',
    ' ',
    '#',
    '#\n',
    'x',
    'x ',
    'x;',
    '\n',
    'drop ',
    'drop;',
    'drop vlan 1 ',
    'drop vlan 1;',
    'drop dport 2-1;',
    'not ',
    'macro a ',
    'macro a;',
    'tag a id 1 ',
    'tag a id 1;',
    'tag a enum 1 b flag 1 c ',
    'cap a id 1 ',
    'cap a id 1 drop;;',
    'include a ',
    'include a(b,c) ',
    'chr 1,',
    'drop chr 1,2,3,',
    '(',
    'a(b,',
    '\u0000',
    '\ud800',
    'é',
  ])('%j', { timeout: 60_000 }, (part) => {
    const source = filled(part);
    const start = performance.now();
    judge(source);
    const prefixed = [`drop chr ${source}`, `macro m(${source}`, `tag t id 1 flag ${source}`];
    for (const text of prefixed) judge(text.slice(0, RULES_LIMITS.sourceLength));
    // Some 100 ms each; the limit is far off, because other work may share the machine.
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});
