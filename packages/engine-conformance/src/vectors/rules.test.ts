/**
 * The rules engine against a naive evaluator written from vl2.md §13 alone, on random rules and frames, and that
 * evaluator against the recorded results of the reference (filter-vectors.jsonl).
 */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { matchTypes } from '../rules/generate-rules.js';
import { bothAnswers, recordedResults } from '../rules/recorded-results.js';
import { decodeAnswers, encodeCase, generateCase, MALFORMED, naiveAnswer, type RuleCase } from '../rules/rule-case.js';
import { SeededRandom } from '../rules/seeded-random.js';
import { shrinkCase } from '../rules/shrink-case.js';
import { join, toHex } from './probe-input.js';
import { type ProbeTarget, targets } from './targets.js';

/** Pairs for each engine; all of them for the first. */
const PAIRS = 100_000;
const FEWER_PAIRS = 20_000;
const BATCH = 1_000;

function ask(target: ProbeTarget, cases: readonly RuleCase[]): string[] {
  const answer = target.probe('vl2.decide', join(...cases.map(encodeCase)));
  if (answer === null) throw new Error('the probe could not read a case');
  return decodeAnswers(answer);
}

/** What a failure needs to be looked into. */
function report(target: ProbeTarget, given: RuleCase): string {
  const fails = (candidate: RuleCase): boolean => ask(target, [candidate])[0] !== naiveAnswer(candidate);
  const small = shrinkCase(given, fails);
  const { payload, ...context } = small.context;
  const rules = (all: number[][]): (string | null)[] => all.map((rule) => toHex(Uint8Array.from(rule)));
  const facts = {
    engine: ask(target, [small])[0],
    naive: naiveAnswer(small),
    base: rules(small.base),
    capabilities: small.capabilities.map(rules),
    payload: toHex(payload),
    context,
    localTags: small.localTags,
    remoteTags: small.remoteTags,
    draw: small.draw,
  };
  return `${target.name} and the naive evaluator disagree:\n${inspect(facts, { depth: 6, maxStringLength: null })}`;
}

class Tally {
  readonly answers = new Map<string, number>();
  readonly matches = new Map<string, number>();

  add(answer: string, given: RuleCase): void {
    const direction = given.context.inbound ? 'in' : 'out';
    const words = answer === MALFORMED ? [MALFORMED] : answer.split(', ').map((part) => part.split(' ')[0] ?? '');
    for (const word of words) if (word !== 'by') this.#count(this.answers, `${direction} ${word}`);
    if (/by \d/.test(answer)) this.#count(this.answers, `${direction} capability`);
  }

  match(type: number, matched: boolean): void {
    this.#count(this.matches, `${type} ${matched}`);
  }

  #count(map: Map<string, number>, key: string): void {
    map.set(key, (map.get(key) ?? 0) + 1);
  }
}

/** Least shares of the pairs, so that the comparison is never about nothing. */
const leastShares: Readonly<Record<string, number>> = {
  'in refuse': 0.05,
  'in accept': 0.05,
  'in super': 0.02,
  'in redirect': 0.02,
  'in tee': 0.01,
  'in watch': 0.01,
  'in capability': 0.02,
  'in malformed': 0.002,
  'out refuse': 0.05,
  'out accept': 0.05,
  'out redirect': 0.02,
  'out tee': 0.01,
  'out watch': 0.01,
  'out capability': 0.02,
  'out malformed': 0.002,
};
/** Each match must have held, and not held, in at least this share of the pairs. */
const LEAST_MATCH_SHARE = 0.002;

function compare(target: ProbeTarget, pairs: number): Tally {
  const random = new SeededRandom(20_261_123);
  const tally = new Tally();
  for (let done = 0; done < pairs; done += BATCH) {
    const cases = Array.from({ length: BATCH }, () => generateCase(random));
    const answers = ask(target, cases);
    expect(answers).toHaveLength(BATCH);
    for (const [i, given] of cases.entries()) {
      const expected = naiveAnswer(given, (rule, matched) => tally.match(rule.type, matched));
      if (answers[i] !== expected) throw new Error(report(target, given));
      tally.add(expected, given);
    }
  }
  return tally;
}

describe.each(targets.map((target, i) => ({ name: target.name, target, pairs: i === 0 ? PAIRS : FEWER_PAIRS })))(
  '$name: rules',
  ({ target, pairs }) => {
    test(`agree with the naive evaluator on ${pairs} random pairs`, () => {
      const tally = compare(target, pairs);
      for (const [what, share] of Object.entries(leastShares)) {
        expect.soft((tally.answers.get(what) ?? 0) / pairs, what).toBeGreaterThan(share);
      }
      for (const type of matchTypes) {
        for (const held of [true, false]) {
          const share = (tally.matches.get(`${type} ${held}`) ?? 0) / pairs;
          expect.soft(share, `match ${type} ${held}`).toBeGreaterThan(LEAST_MATCH_SHARE);
        }
      }
      if (process.env.ZT_RULES_TALLY !== undefined) console.log(tally.answers, tally.matches);
    });

    test('a disagreement would be seen and shrunk', () => {
      const random = new SeededRandom(7);
      const given = Array.from({ length: 200 }, () => generateCase(random)).find(
        (candidate) => naiveAnswer(candidate).startsWith('accept') && candidate.base.length > 6,
      );
      if (given === undefined) throw new Error('no such case');
      const lies: ProbeTarget = {
        name: 'liar',
        probe: (name, input) => target.probe(name, input)?.fill(1, 1, 2) ?? null,
      };
      expect(ask(target, [given])).toEqual([naiveAnswer(given)]);
      const small = shrinkCase(given, (candidate) => naiveAnswer(candidate).startsWith('accept'));
      expect(small.base.length).toBeLessThan(given.base.length);
      expect(report(lies, given)).toMatch(/disagree[\s\S]*naive: 'accept/);
    });
  },
);

test(`the naive evaluator says what the reference said on all ${recordedResults.length} lines`, () => {
  const answers = recordedResults.map((line, i) => ({ line: i + 1, ...bothAnswers(line) }));
  expect(answers.filter(({ naive, recorded }) => naive !== recorded)).toEqual([]);
});
