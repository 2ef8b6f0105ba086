/** From statements to rules: macros are expanded, their parameters replaced (controller.md §10.2). */
import type { ActionJson, RuleJson } from '../domain/rule-types.js';
import { readNumber, readOrMinusOne, readTarget } from './argument-readers.js';
import { RULES_LIMITS } from './limits.js';
import { compileMatch, type MatchScope } from './match-compiler.js';
import { didYouMean, quoted } from './suggest.js';
import type { ActionNode, IncludeNode, MacroNode, MatchNode, Span, Statement, Word } from './syntax.js';
import { ACTIONS } from './vocabulary.js';

/** What a parameter stands for. In a check of a macro's own text nothing is known but the names. */
type Arguments = ReadonlyMap<string, Word | undefined>;

/** One list of rules being made. */
interface Target {
  rules: RuleJson[];
  /** Matches and actions so far, also unreadable ones. */
  count: number;
  limit: number;
  what: string;
  /** Names of the macros around, outermost first. */
  path: string[];
  /** Where the outermost include stands; limits are told there. */
  at: Span | undefined;
}

/** Compiles the statements of one source. */
export class Expansion {
  #expansions = 0;

  constructor(
    readonly macros: ReadonlyMap<string, MacroNode>,
    readonly scope: MatchScope,
  ) {}

  /** Tells of errors in a body, whether or not it is ever expanded. */
  check(body: readonly Statement[], parameters: readonly string[]): void {
    const known: Arguments = new Map(parameters.map((parameter) => [parameter, undefined]));
    let end: ActionNode | undefined;
    for (const statement of body) {
      if (end !== undefined) this.#warnOfUnreachable(statement, end);
      end = endsEverything(statement) ? statement : undefined;
      if (statement.kind === 'include') this.#macroOf(statement, known);
      else {
        this.#action(statement);
        for (const match of statement.matches) this.#match(match, known);
      }
    }
  }

  /** The rules of a body, at most `limit`. */
  expand(body: readonly Statement[], limit: number, what: string): RuleJson[] {
    const target: Target = { rules: [], count: 0, limit, what, path: [], at: undefined };
    this.#expandInto(target, body, new Map());
    return target.rules;
  }

  #expandInto(target: Target, body: readonly Statement[], given: Arguments): void {
    for (const statement of body) {
      if (statement.kind === 'include') this.#include(target, statement, given);
      else {
        for (const match of statement.matches) this.#push(target, match.keyword, this.#match(match, given));
        this.#push(target, statement.keyword, this.#action(statement));
      }
    }
  }

  #push(target: Target, at: Span, rule: RuleJson | undefined): void {
    target.count += 1;
    if (target.count > target.limit) {
      this.scope.diagnostics.fatal(
        target.at ?? at,
        `${target.what} has at most ${target.limit} rules, matches and actions together (vl2.md §17): ` +
          'here it becomes more',
      );
    }
    if (rule !== undefined) target.rules.push(rule);
  }

  #include(target: Target, node: IncludeNode, given: Arguments): void {
    const { diagnostics } = this.scope;
    const macro = this.#macroOf(node, given);
    if (macro === undefined) return;
    this.#expansions += 1;
    if (this.#expansions > RULES_LIMITS.expansions) {
      diagnostics.fatal(target.at ?? node.keyword, `Macros are expanded more than ${RULES_LIMITS.expansions} times`);
    }
    const path = [...target.path, macro.name];
    if (target.path.includes(macro.name)) {
      diagnostics.fatal(node.name, `A macro cannot include itself: ${path.map(quoted).join(' includes ')}`);
    }
    if (path.length > RULES_LIMITS.expansionDepth) {
      diagnostics.fatal(node.name, `Macros are included more than ${RULES_LIMITS.expansionDepth} deep`);
    }
    const inner: Arguments = new Map(
      macro.parameters.map((name, index) => [name, replaced(node.arguments[index], given)]),
    );
    const before = { path: target.path, at: target.at };
    Object.assign(target, { path, at: target.at ?? node.keyword });
    this.#expandInto(target, macro.body, inner);
    Object.assign(target, before);
  }

  /** The macro of an include whose arguments are as many as it has parameters. */
  #macroOf(node: IncludeNode, given: Arguments): MacroNode | undefined {
    const { diagnostics, tags } = this.scope;
    const macro = this.macros.get(node.name.text);
    if (macro === undefined) {
      if (!tags.isComplete) return undefined;
      const hint = didYouMean(node.name.text, this.macros.keys());
      return diagnostics.error(node.name, `There is no macro ${quoted(node.name.text)}${hint}`);
    }
    for (const word of node.arguments) this.#requireParameter(word, given);
    if (node.arguments.length === macro.parameters.length) return macro;
    const form = `${macro.name}(${macro.parameters.join(',')})`;
    return diagnostics.error(
      node.name,
      `${quoted(macro.name)} takes ${macro.parameters.length} arguments, not ${node.arguments.length}: ` +
        `it is defined as ${quoted(form)} in line ${diagnostics.lineOf(macro.at)}`,
    );
  }

  #requireParameter(word: Word, given: Arguments): boolean {
    if (!word.text.startsWith('$') || given.has(word.text)) return true;
    const hint = given.size === 0 ? ' (only a macro has parameters)' : didYouMean(word.text, given.keys());
    this.scope.diagnostics.error(word, `There is no parameter ${quoted(word.text)}${hint}`);
    return false;
  }

  #match(node: MatchNode, given: Arguments): RuleJson | undefined {
    const areKnown = node.arguments.map((word) => this.#requireParameter(word, given));
    if (areKnown.includes(false)) return undefined;
    const words = node.arguments.flatMap((word) => replaced(word, given) ?? []);
    if (words.length < node.arguments.length) return undefined;
    const fields = compileMatch(node.keyword.text, words, this.scope);
    return fields && { ...fields, not: node.not, or: node.or };
  }

  #action({ action, length, address, flags }: ActionNode): ActionJson | undefined {
    const { diagnostics } = this.scope;
    const type = ACTIONS[action];
    if (type === 'ACTION_DROP' || type === 'ACTION_ACCEPT' || type === 'ACTION_BREAK') return { type };
    const bytes = length && readOrMinusOne(length, 'a length in bytes', 0xffff, diagnostics);
    const node = address && readTarget(address, diagnostics);
    const bits = flags && readNumber(flags, 'flags', 0xffff_ffff, diagnostics);
    if (node === undefined) return undefined;
    const rest = { address: node, ...(bits === undefined || bits === 0 ? {} : { flags: bits }) };
    if (type === 'ACTION_REDIRECT') return { type, ...rest };
    return bytes === undefined ? undefined : { type, ...rest, length: bytes };
  }

  #warnOfUnreachable(statement: Statement, end: ActionNode): void {
    const { diagnostics } = this.scope;
    const line = diagnostics.lineOf(end.keyword);
    const why = `the ${quoted(end.action)} of line ${line} has no matches and ends the evaluation`;
    diagnostics.warn(statement.keyword, `This is never reached: ${why}`);
  }
}

/** A word, or what the parameter that it names stands for. */
function replaced(word: Word | undefined, given: Arguments): Word | undefined {
  return word?.text.startsWith('$') ? given.get(word.text) : word;
}

/** Whether nothing after it is evaluated. A drop may be skipped once, after a match of tags (vl2.md §13.5). */
function endsEverything(statement: Statement): statement is ActionNode {
  if (statement.kind === 'include' || statement.matches.length > 0) return false;
  return statement.action === 'accept' || statement.action === 'break';
}
