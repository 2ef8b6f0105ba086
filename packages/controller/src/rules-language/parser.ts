/**
 * From a source to its syntax tree: recursive descent over the intended grammar of controller.md §10.1, where every
 * opening keyword starts a block that ends at the matching `;`. After an error the parser goes on at the next `;` or
 * keyword, so that one run tells of all errors.
 */
import type { DiagnosticList } from './diagnostics.js';
import { RULES_LIMITS } from './limits.js';
import { parseStatement } from './parse-actions.js';
import { parseCapability, parseMacro, parseTag } from './parse-definitions.js';
import { ParseState } from './parse-state.js';
import type { SourceTree, Span } from './syntax.js';
import { OPENING } from './vocabulary.js';
import { WordReader } from './word-reader.js';

const STATEMENTS = [...OPENING, 'include'].filter((word) => word !== 'priority');

/** Parses a source; what is wrong is told to `diagnostics`. */
export function parse(source: string, diagnostics: DiagnosticList): SourceTree {
  const state = new ParseState(new WordReader(source), diagnostics);
  const tree: SourceTree = { body: [], macros: [], capabilities: [], tags: [] };
  for (let mayEnd = false; state.reader.peek().kind !== 'eof'; ) {
    if (state.reader.peek().kind === 'end') {
      // `include name;` at the top level is how one writes it: include opens no block, so its `;` is a surplus one.
      const end = state.reader.take();
      if (!mayEnd && !diagnostics.hasErrors) warnOfSurplus(diagnostics, end);
      mayEnd = false;
    } else {
      mayEnd = state.isNext('include');
      parseTopLevel(state, tree);
    }
  }
  return tree;
}

function parseTopLevel(state: ParseState, tree: SourceTree): void {
  const { reader } = state;
  const token = reader.peek();
  const statement = parseStatement(state);
  if (statement !== undefined) {
    if (statement !== 'refused') tree.body.push(statement);
  } else if (token.text === 'macro') add(state, tree.macros, parseMacro(state), token);
  else if (token.text === 'cap') add(state, tree.capabilities, parseCapability(state), token);
  else if (token.text === 'tag') add(state, tree.tags, parseTag(state), token);
  else {
    state.unexpected(reader.take(), 'a statement must begin', STATEMENTS);
    state.skip();
  }
}

function add<T>(state: ParseState, list: T[], node: T | undefined, at: Span): void {
  if (node === undefined) return;
  list.push(node);
  if (list.length > RULES_LIMITS.definitions) {
    state.diagnostics.fatal(at, `A source may have at most ${RULES_LIMITS.definitions} definitions of a kind`);
  }
}

/** Ignored (controller.md §10.1), but often a sign that a definition ended earlier than it looks. */
function warnOfSurplus(diagnostics: DiagnosticList, at: Span): void {
  diagnostics.warn(
    at,
    'This ";" ends nothing. (In a macro or cap, the ";" after an include already ends the macro or cap.)',
  );
}
