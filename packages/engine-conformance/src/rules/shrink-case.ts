/** Makes a failing case small: whatever can go without the failure going is taken away. */
import type { RuleCase } from './rule-case.js';

function* smaller(given: RuleCase): Generator<RuleCase> {
  const without = <T>(items: readonly T[], i: number): T[] => items.filter((_, k) => k !== i);
  for (const i of given.capabilities.keys()) yield { ...given, capabilities: without(given.capabilities, i) };
  for (const i of given.base.keys()) yield { ...given, base: without(given.base, i) };
  for (const [c, rules] of given.capabilities.entries()) {
    for (const i of rules.keys()) {
      yield { ...given, capabilities: given.capabilities.map((other, k) => (k === c ? without(rules, i) : other)) };
    }
  }
  for (const i of given.localTags.keys()) yield { ...given, localTags: without(given.localTags, i) };
  if (given.remoteTags !== null) {
    for (const i of given.remoteTags.keys()) yield { ...given, remoteTags: without(given.remoteTags, i) };
  }
  const { context } = given;
  for (const key of ['localThings', 'remoteThings', 'addresses'] as const) {
    for (const i of context[key].keys()) {
      yield { ...given, context: { ...context, [key]: without<unknown>(context[key], i) } as RuleCase['context'] };
    }
  }
  for (const size of [0, context.payload.length >> 1, context.payload.length - 1]) {
    if (size >= 0 && size < context.payload.length) {
      yield { ...given, context: { ...context, payload: context.payload.slice(0, size) } };
    }
  }
}

export function shrinkCase(given: RuleCase, fails: (candidate: RuleCase) => boolean): RuleCase {
  let best = given;
  for (;;) {
    const next = [...smaller(best)].find(fails); // iterator helpers start with Node 22
    if (next === undefined) return best;
    best = next;
  }
}
