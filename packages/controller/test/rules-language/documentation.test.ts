/** docs/rules-language.md: its examples compile, and it leaves nothing out. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileRules } from '../../src/rules-language/compile.js';
import {
  ACTIONS,
  CHARACTERISTICS,
  ETHERTYPES,
  IP_PROTOCOLS,
  MATCH_ARGUMENTS,
} from '../../src/rules-language/vocabulary.js';

const page = readFileSync(new URL('../../../../docs/rules-language.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```rules\n(.*?)```/gs)].map(([, source = '']) => source);

it.each(examples)('example %#', (source) => {
  const { warnings } = compileRules(source);
  expect(warnings).toEqual([]);
});

it('together, the examples have every action and every match', () => {
  const words = new Set(examples.join(' ').split(/[\s;]+/));
  expect([...Object.keys(ACTIONS), ...MATCH_ARGUMENTS.keys()].filter((word) => !words.has(word))).toEqual([]);
});

it('names every named number', () => {
  const words = new Set(page.split(/[\s;,]+/));
  const names = [...ETHERTYPES.keys(), ...IP_PROTOCOLS.keys(), ...CHARACTERISTICS.keys()];
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});
