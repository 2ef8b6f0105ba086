/** Rules of a fake node: remembers what it was asked and answers with what the test says. */
import type { EngineRules, GivenRules, NetworkId, RuleHits, RuleQuestion, RuleTrace } from '@ztkit/types';

const none = { NO_MATCH: 0n, DROP: 0n, REDIRECT: 0n, ACCEPT: 0n, SUPER_ACCEPT: 0n };

export class FakeRules implements EngineRules {
  hits: RuleHits = { outbound: none, inbound: none, rules: [], capabilities: [] };
  trace: RuleTrace = { verdict: 'NO_MATCH', copies: [], lists: [] };
  /** Every question, with the network or the rules it was about. */
  readonly asked: { of: NetworkId | GivenRules; question: RuleQuestion }[] = [];

  networkRuleHits(): RuleHits {
    return this.hits;
  }

  networkExplain(of: NetworkId, question: RuleQuestion): RuleTrace {
    this.asked.push({ of, question });
    return this.trace;
  }

  rulesExplain(of: GivenRules, question: RuleQuestion): RuleTrace {
    this.asked.push({ of, question });
    return this.trace;
  }
}
