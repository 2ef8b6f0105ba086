/** The way back: from the JSON of a network (controller.md §9) to a text that compiles to the same JSON. */
import { ControllerError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import { parseRule, renderRule } from '../domain/rule-json.js';
import type { ActionJson, MatchJson, RuleJson } from '../domain/rule-types.js';
import type { NamedTag } from './compile.js';
import { RULES_LIMITS } from './limits.js';
import { matchText, type TagNames } from './match-text.js';
import { TagVocabulary, uniqueNames } from './tag-vocabulary.js';
import { ACTIONS } from './vocabulary.js';

/** Rules as JSON. A network record, the body of a POST and what `compileRules` returns all have this shape. */
export interface RulesDocument {
  rules?: readonly (RuleJson | JsonObject)[];
  capabilities?: readonly { id: number; default?: boolean; rules?: readonly (RuleJson | JsonObject)[] }[];
  tags?: readonly { id: number; default?: number | null }[];
  /** Names to write for the ids; without them capabilities are called `cap1000`, tags `tag1000`. */
  capabilitiesByName?: Readonly<Record<string, number>>;
  tagsByName?: Readonly<Record<string, Pick<NamedTag, 'id'> & Partial<NamedTag>>>;
}

/** A line up to this long holds a whole action, in characters. */
const LINE = 90;

/**
 * Writes rules as text. Compiling the text gives the same rules, ids and defaults as the controller keeps of the
 * JSON. Matches at the end of a list without an action have no effect; a comment says that they are left out.
 *
 * Two things are ours, because the original's language has no words for them: `intrange` for the rule
 * INTEGER_RANGE, and `flags` after an address for the flags of TEE, WATCH and REDIRECT.
 *
 * @throws ControllerError `ERR_CONTROLLER_INPUT` for an entry that no controller keeps, or more of something than a
 * source may have
 */
export function formatRules(document: RulesDocument): string {
  const tags = new TagVocabulary(document.tags ?? [], document.tagsByName ?? {});
  const capabilities = document.capabilities ?? [];
  const names = uniqueNames(capabilities, document.capabilitiesByName ?? {}, 'cap');
  requireFew(names.size, RULES_LIMITS.definitions, 'capabilities');
  // Of several with one id the last counts (controller.md §8.1).
  const byId = new Map(capabilities.map((capability, index) => [capability.id, { capability, index }]));
  const blocks = [
    ...tags.definitions(),
    ...[...byId.values()].map(({ capability, index }) => {
      const at = `capabilities[${index}].rules`;
      const body = statements(capability.rules ?? [], RULES_LIMITS.capabilityRules, at, tags).map(indent);
      const head = `cap ${names.get(capability.id)}\n  id ${capability.id}${capability.default ? ' default' : ''}`;
      return [head, ...body, ';'].join('\n');
    }),
    ...statements(document.rules ?? [], RULES_LIMITS.rules, 'rules', tags),
  ];
  const text = blocks.map((block) => `${block}\n`).join('');
  requireFew(text.length, RULES_LIMITS.sourceLength, 'characters of text');
  return text;
}

/** One text per action, with the matches before it. */
function statements(entries: readonly (RuleJson | JsonObject)[], limit: number, at: string, tags: TagNames): string[] {
  requireFew(entries.length, limit, at);
  const texts: string[] = [];
  let matches: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const rule = readRule(entry, `${at}[${index}]`);
    if ('not' in rule) matches.push(connected(rule, matches.length === 0, tags));
    else {
      texts.push(statement(actionText(rule), matches));
      matches = [];
    }
  }
  if (matches.length > 0) texts.push(`# ${matches.length} matches without an action after them had no effect`);
  return texts;
}

/** The rule as the controller renders it: every key present, every number in its width. */
function readRule(entry: RuleJson | JsonObject, at: string): RuleJson {
  const rule = parseRule(entry);
  if (rule === undefined) {
    throw new ControllerError('ERR_CONTROLLER_INPUT', `${at} is no rule that a controller keeps (controller.md §9)`);
  }
  return renderRule(rule) as RuleJson;
}

function connected(rule: MatchJson, isFirst: boolean, tags: TagNames): string {
  const joint = rule.or ? 'or ' : isFirst ? '' : 'and ';
  return `${joint}${rule.not ? 'not ' : ''}${matchText(rule, tags)}`;
}

const KEYWORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(ACTIONS).map(([keyword, type]) => [type, keyword]),
);

function actionText(rule: ActionJson): string {
  const words = [KEYWORDS.get(rule.type)];
  if ('length' in rule) words.push(String(rule.length));
  if ('address' in rule) words.push(rule.address, ...(rule.flags ? ['flags', String(rule.flags)] : []));
  return words.join(' ');
}

function statement(action: string, matches: readonly string[]): string {
  const line = `${[action, ...matches].join(' ')};`;
  return matches.length < 2 || line.length <= LINE ? line : [action, ...matches.map(indent), ';'].join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

function requireFew(count: number, most: number, what: string): void {
  if (count <= most) return;
  throw new ControllerError(
    'ERR_CONTROLLER_INPUT',
    `${what}: ${count} are too many to be written as rules text (${most})`,
  );
}
