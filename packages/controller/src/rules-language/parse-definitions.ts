/** Definitions of macros, capabilities and tags (controller.md §10.2). */
import { RULES_LIMITS } from './limits.js';
import { readName } from './names.js';
import { parseStatement, readCall } from './parse-actions.js';
import type { ParseState } from './parse-state.js';
import { quoted } from './suggest.js';
import type { CapabilityNode, MacroNode, Statement, TagNode, Word } from './syntax.js';
import { ACTIONS, NAME } from './vocabulary.js';

const BODY_STATEMENTS = [...Object.keys(ACTIONS), 'include'];
const CAPABILITY_CLAUSES = ['id', 'default'];
const TAG_CLAUSES = ['id', 'default', 'flag', 'enum'];

/** The id of a tag or capability; `hasId` also when the number after it is missing. */
interface IdClause {
  hasId: boolean;
  id?: Word;
}

type TagClauses = IdClause & Pick<TagNode, 'default' | 'flags' | 'enums'>;

/** `macro name …actions… ;` or `macro name($a,$b) … ;` */
export function parseMacro(state: ParseState): MacroNode | undefined {
  const opening = state.reader.take();
  const head = nameOrSkip(state, opening, 'macro');
  const call = head && readCall(state, head, 'a name, or name($a,$b)');
  const name = call && readName(call.name, 'a macro', state.diagnostics);
  const parameters = call?.arguments.map((word) => readParameter(state, word)) ?? [];
  const body = parseBody(state, opening, []);
  const known = parameters.filter((parameter) => parameter !== undefined);
  if (call === undefined || name === undefined || known.length < parameters.length) return undefined;
  if (new Set(known).size < known.length) {
    return state.diagnostics.error(call.name, `Two parameters of macro ${quoted(name)} have the same name`);
  }
  return { kind: 'macro', name, at: call.name, parameters: known, body };
}

function readParameter(state: ParseState, word: Word): string | undefined {
  const parameter = word.text.toLowerCase();
  if (parameter.startsWith('$') && NAME.test(parameter.slice(1))) return parameter;
  return state.diagnostics.error(word, `${quoted(word.text)} is no parameter: write $ and a name, as in $port`);
}

/** `cap name id N [default] …actions… ;` */
export function parseCapability(state: ParseState): CapabilityNode | undefined {
  const opening = state.reader.take();
  const at = nameOrSkip(state, opening, 'cap');
  const name = at && readName(at, 'a capability', state.diagnostics);
  const clauses: IdClause & { default: boolean } = { hasId: false, default: false };
  for (;;) {
    if (state.isNext('id')) readId(state, clauses);
    else if (state.isNext('default')) {
      state.reader.take();
      clauses.default = true;
    } else break;
  }
  const body = parseBody(state, opening, CAPABILITY_CLAUSES);
  if (at === undefined || name === undefined) return undefined;
  requireId(state, at, clauses, `cap ${name}`);
  return { kind: 'cap', name, at, id: clauses.id, default: clauses.default, body };
}

/** `tag name id N [default V] [flag BITS fname]… [enum N ename]… ;`, its clauses in any order. */
export function parseTag(state: ParseState): TagNode | undefined {
  const opening = state.reader.take();
  const at = nameOrSkip(state, opening, 'tag');
  const name = at && readName(at, 'a tag', state.diagnostics);
  const clauses: TagClauses = { hasId: false, flags: [], enums: [] };
  while (!state.atBoundary()) parseTagClause(state, clauses);
  state.endBlock(opening);
  if (at === undefined || name === undefined) return undefined;
  requireId(state, at, clauses, `tag ${name}`);
  const { id, default: value, flags, enums } = clauses;
  return { kind: 'tag', name, at, id, default: value, flags, enums };
}

function parseTagClause(state: ParseState, clauses: TagClauses): void {
  if (state.isNext('id')) {
    readId(state, clauses);
    return;
  }
  if (state.isNext('flag') || state.isNext('enum')) {
    const list = state.reader.take().text.toLowerCase() === 'flag' ? clauses.flags : clauses.enums;
    const value = state.word(list === clauses.flags ? 'The bits of the flag' : 'The value of the enum');
    const name = value && state.word('The name of this value');
    if (value !== undefined && name !== undefined) list.push({ value, name });
    if (list.length > RULES_LIMITS.tagNames) {
      state.diagnostics.fatal(state.reader.last, `A tag may have at most ${RULES_LIMITS.tagNames} names of a kind`);
    }
    return;
  }
  const word = state.reader.take();
  if (word.text.toLowerCase() !== 'default') {
    state.unexpected(word, 'a tag has id, default, flag and enum, and ends with ";"', TAG_CLAUSES);
    while (!state.atBoundary() && !TAG_CLAUSES.some((clause) => state.isNext(clause))) state.reader.take();
    return;
  }
  if (clauses.default !== undefined) state.diagnostics.error(word, 'The default of a tag is written once');
  clauses.default = state.word('The value after `default`');
}

function readId(state: ParseState, clauses: IdClause): void {
  const keyword = state.reader.take();
  if (clauses.hasId) state.diagnostics.error(keyword, 'The id is written once');
  clauses.hasId = true;
  clauses.id = state.word('The number after `id`');
}

function requireId(state: ParseState, at: Word, { hasId }: IdClause, what: string): void {
  if (!hasId) state.diagnostics.error(at, `${quoted(what)} needs an id: write \`${what} id 1000\``);
}

/** The word after an opening keyword; without one the block is read all the same. */
function nameOrSkip(state: ParseState, opening: Word, kind: string): Word | undefined {
  const token = state.reader.peek();
  if (token.kind === 'word') return state.reader.take();
  return state.diagnostics.error(opening, `After ${quoted(kind)} a name is missing`);
}

/** Statements up to the `;` of a macro or capability, or the end of the text. */
function parseBody(state: ParseState, opening: Word, clauses: readonly string[]): Statement[] {
  const body: Statement[] = [];
  for (;;) {
    const statement = parseStatement(state);
    if (statement === 'refused') continue;
    if (statement !== undefined) body.push(statement);
    else if (state.atBoundary()) break;
    else {
      const word = state.reader.take();
      const late = clauses.includes(word.text.toLowerCase());
      const expected = late ? 'it belongs before the first action' : 'an action, an include or ";" must follow';
      state.unexpected(word, expected, late ? [] : [...BODY_STATEMENTS, ...clauses]);
      state.skip();
    }
  }
  state.endBlock(opening);
  return body;
}
