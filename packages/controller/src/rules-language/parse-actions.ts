/** Actions with their matches, and includes (controller.md §10.2). */
import { RULES_LIMITS } from './limits.js';
import type { ParseState } from './parse-state.js';
import { quoted } from './suggest.js';
import type { ActionNode, IncludeNode, MatchNode, Statement, Word } from './syntax.js';
import { ACTIONS, type ActionKeyword, CONNECTIVES, IP_PROTOCOLS, MATCH_ARGUMENTS } from './vocabulary.js';

const MATCH_WORDS = [...MATCH_ARGUMENTS.keys(), ...CONNECTIVES];

/** Whether a word begins an action. */
export function isAction(text: string): text is ActionKeyword {
  return Object.hasOwn(ACTIONS, text);
}

/**
 * Reads the statement that begins with the next word, or `undefined` when none does (nothing is taken then).
 * `priority` is taken and refused.
 */
export function parseStatement(state: ParseState): Statement | 'refused' | undefined {
  const token = state.reader.peek();
  if (token.kind !== 'word') return undefined;
  if (isAction(token.text)) return parseAction(state, token.text);
  if (token.text.toLowerCase() === 'include') return parseInclude(state) ?? 'refused';
  if (token.text !== 'priority') return undefined;
  state.diagnostics.error(token, 'There is no action `priority`: use accept, drop or break');
  state.reader.take();
  state.skip();
  if (state.reader.peek().kind === 'end') state.reader.take();
  return 'refused';
}

function parseAction(state: ParseState, action: ActionKeyword): ActionNode {
  const keyword = state.reader.take();
  state.count(keyword);
  const node: ActionNode = { kind: 'action', action, keyword, matches: [] };
  if (takesLength(action)) node.length = state.word(`The length of ${action} (-1 to 65535)`);
  const isCut = takesLength(action) && node.length === undefined;
  if (!isCut && (takesLength(action) || action === 'redirect')) parseTarget(state, node);
  parseMatches(state, node);
  state.endBlock(keyword);
  return node;
}

function takesLength(action: ActionKeyword): boolean {
  return action === 'tee' || action === 'watch';
}

/** The address, and `flags N`, which is ours: the original's language has no word for the flags. */
function parseTarget(state: ParseState, node: ActionNode): void {
  node.address = state.word(`The address of ${node.action} (10 hex digits)`);
  if (!state.isNext('flags')) return;
  state.reader.take();
  node.flags = state.word('The number after `flags`');
}

function parseMatches(state: ParseState, node: ActionNode): void {
  while (!state.atBoundary()) {
    const match = parseMatch(state);
    if (match === undefined) continue;
    node.matches.push(match);
    if (node.matches.length > RULES_LIMITS.rules) {
      const most = `A list of rules holds at most ${RULES_LIMITS.rules} (vl2.md §17)`;
      state.diagnostics.fatal(match.keyword, `${most}: this action has more matches than that`);
    }
  }
}

/** One match with the connectives before it; after an error `undefined`, with at least one word taken. */
function parseMatch(state: ParseState): MatchNode | undefined {
  const seen = parseConnectives(state);
  const keyword = state.atBoundary() ? undefined : state.reader.take();
  if (keyword === undefined) {
    const dangling = seen.not ?? seen.or;
    if (dangling !== undefined) state.diagnostics.error(dangling, `After ${quoted(dangling.text)} a match is missing`);
    return undefined;
  }
  const wanted = MATCH_ARGUMENTS.get(keyword.text.toLowerCase());
  if (wanted === undefined) {
    state.unexpected(keyword, 'a match or ";" must follow', MATCH_WORDS);
    skipToMatch(state);
    return undefined;
  }
  const node: MatchNode = {
    kind: 'match',
    keyword,
    not: seen.not !== undefined,
    or: seen.or !== undefined,
    arguments: [],
  };
  for (const what of wanted) {
    const argument = parseArgument(state, keyword, what);
    if (argument === undefined) return undefined;
    node.arguments.push(argument);
  }
  if (keyword.text.toLowerCase() === 'intrange') parseByteOrder(state, node);
  return node;
}

function parseConnectives(state: ParseState): { not?: Word; or?: Word } {
  const seen: { not?: Word; or?: Word } = {};
  while (!state.atBoundary()) {
    const key = state.reader.peek().text.toLowerCase();
    if (!CONNECTIVES.has(key)) break;
    const word = state.reader.take();
    if (key !== 'not' && key !== 'or') continue;
    if (seen[key] !== undefined) {
      state.diagnostics.error(word, `${quoted(word.text)} is written twice before one match: write it once`);
    }
    seen[key] = word;
  }
  return seen;
}

/** An argument; a word that begins the next match is not taken for one. */
function parseArgument(state: ParseState, keyword: Word, what: string): Word | undefined {
  const { text, kind } = state.reader.peek();
  const key = text.toLowerCase();
  // `icmp` is a match, and a protocol too.
  const isProtocol = keyword.text.toLowerCase() === 'ipprotocol' && IP_PROTOCOLS.has(key);
  if (kind === 'word' && !isProtocol && (MATCH_ARGUMENTS.has(key) || CONNECTIVES.has(key))) {
    return state.diagnostics.error(
      state.reader.peek(),
      `After ${quoted(keyword.text)} ${what} is missing: ${quoted(text)} begins the next match`,
    );
  }
  const missing = `After ${quoted(keyword.text)} ${what}`;
  return state.word(missing);
}

/** `little` after the number of bits of `intrange`. */
function parseByteOrder(state: ParseState, node: MatchNode): void {
  if (state.isNext('little')) node.arguments.push(state.reader.take());
}

function skipToMatch(state: ParseState): void {
  const begins = (text: string): boolean => MATCH_ARGUMENTS.has(text) || CONNECTIVES.has(text);
  while (!state.atBoundary() && !begins(state.reader.peek().text.toLowerCase())) state.reader.take();
}

const CALL = /^([^()]+)(?:\(([^()]*)\))?$/u;

/** A word `name` or `name(a,b)` in its parts; no parentheses are an empty list. */
export function readCall(state: ParseState, word: Word, of: string): { name: Word; arguments: Word[] } | undefined {
  const [, name, list] = CALL.exec(word.text) ?? [];
  if (name === undefined) {
    return state.diagnostics.error(
      word,
      `${quoted(word.text)} must be ${of}: no white space in the parentheses, and ")" at the end`,
    );
  }
  const parts: Word[] = [];
  let start = word.start + name.length + 1;
  for (const text of list === undefined || list === '' ? [] : list.split(',')) {
    parts.push({ text, start, end: start + text.length });
    start += text.length + 1;
    if (parts.length > RULES_LIMITS.parameters) {
      return state.diagnostics.error(word, `A macro has at most ${RULES_LIMITS.parameters} parameters`);
    }
  }
  return { name: { text: name, start: word.start, end: word.start + name.length }, arguments: parts };
}

function parseInclude(state: ParseState): IncludeNode | undefined {
  const keyword = state.reader.take();
  state.count(keyword);
  const word = state.word('The name of the macro after `include`');
  const call = word && readCall(state, word, 'the name of a macro, or name(x,y)');
  return call && { kind: 'include', keyword, ...call };
}
