/** The loop of vl2.md §13.3 and the order of base rules and capabilities of §13.6 to §13.8. */
import type { NaiveContext, NaiveCopy, NaiveEvaluation, NaiveRule } from './naive-context.js';
import { naiveMatch, type Running } from './naive-matches.js';
import { be } from './naive-rules.js';

/** Told of every match that was evaluated, for the statistics of a test. */
export type MatchObserver = (rule: NaiveRule, matched: boolean) => void;

const ACCEPT_LIKE = new Set(['accept', 'redirect', 'superAccept']);

/** `null`: the action does not end the evaluation. */
function executeAction(
  context: NaiveContext,
  rule: NaiveRule,
  running: Running,
  state: NaiveEvaluation,
): NaiveEvaluation['result'] | null {
  switch (rule.type) {
    case 0:
      if (!running.skipDrop) return 'drop';
      running.skipDrop = false;
      return null;
    case 1:
      return running.superAccept ? 'superAccept' : 'accept';
    case 6:
      return 'accept';
    case 5:
      return 'noMatch';
    case 2:
    case 3:
    case 4:
      return forwardTo(context, rule, state);
    default:
      return null;
  }
}

function forwardTo(context: NaiveContext, rule: NaiveRule, state: NaiveEvaluation): NaiveEvaluation['result'] | null {
  const target = be(rule.data, 0, 8) & 0xff_ffff_ffffn;
  if (target === context.source) return null;
  if (target === context.self) return context.inbound ? 'superAccept' : null;
  if (target === state.destination) return null;
  if (rule.type === 4) {
    state.destination = target;
    return 'redirect';
  }
  const limit = Number(be(rule.data, 12, 2));
  const size = context.payload.length;
  state.copy = { to: target, length: limit === 0 ? size : Math.min(size, limit), watch: rule.type === 3 };
  return null;
}

export function naiveEvaluate(
  rules: NaiveRule[],
  context: NaiveContext,
  observe: MatchObserver = () => {},
): NaiveEvaluation {
  const state: NaiveEvaluation = { result: 'noMatch', destination: context.destination, copy: null };
  const running: Running = { skipDrop: false, superAccept: false };
  let set = true;
  for (const rule of rules) {
    if (rule.type > 15) {
      if (!set && !rule.or) continue;
      const outcome = naiveMatch(context, rule, running);
      const matched = 'fixed' in outcome ? outcome.fixed : outcome.plain !== rule.not;
      observe(rule, matched);
      set = rule.or ? set || matched : set && matched;
    } else if (set) {
      const ended = executeAction(context, rule, running, state);
      if (ended !== null) return { ...state, result: ended };
    } else {
      const forwards = rule.type === 2 || rule.type === 3 || rule.type === 4;
      if (context.inbound && forwards && (be(rule.data, 0, 8) & 0xff_ffff_ffffn) === context.self) {
        running.superAccept = true;
      }
      set = true;
    }
  }
  return state;
}

export interface NaiveVerdict {
  /** 0 refuse, 1 accept, 2 super-accept; for an outbound frame 0 or 1. */
  accepted: 0 | 1 | 2;
  /** 0: not redirected. */
  redirectTo: bigint;
  /** In the order of sending. */
  copies: NaiveCopy[];
  /** Index of the capability that accepted, -1: the base rules decided or nothing accepted. */
  capability: number;
}

const REFUSED: NaiveVerdict = { accepted: 0, redirectTo: 0n, copies: [], capability: -1 };

/** §13.6 to §13.8 without noTee; `capabilities` in ascending order of their ids. */
export function naiveFilter(
  base: NaiveRule[],
  capabilities: NaiveRule[][],
  context: NaiveContext,
  observe: MatchObserver = () => {},
): NaiveVerdict {
  const first = naiveEvaluate(base, context, observe);
  if (first.result === 'drop') return REFUSED;
  if (first.result !== 'noMatch') return accept(first, null, -1);
  for (const [index, rules] of capabilities.entries()) {
    const evaluation = naiveEvaluate(rules, context, observe);
    if (ACCEPT_LIKE.has(evaluation.result)) return accept(evaluation, first.copy, index);
  }
  return REFUSED;
}

function accept(evaluation: NaiveEvaluation, baseCopy: NaiveCopy | null, capability: number): NaiveVerdict {
  // Copy target 0 means none (§18.4), also where a rule names it.
  const copies = [evaluation.copy, baseCopy].filter((copy): copy is NaiveCopy => copy !== null && copy.to !== 0n);
  const redirected = evaluation.result === 'redirect';
  return {
    accepted: redirected ? 0 : evaluation.result === 'superAccept' ? 2 : 1,
    redirectTo: redirected ? evaluation.destination : 0n,
    copies,
    capability,
  };
}
