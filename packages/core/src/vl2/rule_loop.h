// The loop of the rules engine (vl2.md §13.3), with a watcher that is told of every rule: one loop for the packet path,
// for counting and for explaining, so that they cannot disagree.
#pragma once

#include "vl2/rule_match.h"

namespace zt::vl2 {

// The interface of a watcher: `index` is the rule's place in its list.
struct NoWatcher {
  void OnSkipped(size_t, const Rule&) {}          // a match that could not change its group any more
  void OnMatch(size_t, const Rule&, bool, bool) {}  // its contribution after NOT, and its group's value after it
  void OnPassedOver(size_t, const Rule&) {}       // an action whose group did not match
  void OnExecuted(size_t, const Rule&) {}         // an action whose group matched
};

inline bool IsCopyOrRedirect(RuleType type) {
  return type == RuleType::kActionTee || type == RuleType::kActionWatch || type == RuleType::kActionRedirect;
}

// A TEE, WATCH or REDIRECT whose group matched. True: evaluation ends with `out.verdict`.
bool ApplyTarget(const RuleContext& context, const Rule& rule, const Frame& frame, Evaluation& out);

// An action whose group matched. True: evaluation ends with `out.verdict`.
inline bool Execute(const RuleContext& context, const Rule& rule, const Frame& frame, MatchState& state,
                    Evaluation& out) {
  switch (rule.type) {
    case RuleType::kActionDrop:
      if (state.skip_drop) {
        state.skip_drop = false;
        return false;
      }
      out.verdict = Verdict::kDrop;
      return true;
    case RuleType::kActionAccept:
      out.verdict = state.super_accept ? Verdict::kSuperAccept : Verdict::kAccept;
      return true;
    case RuleType::kActionPriority:
      out.verdict = Verdict::kAccept;
      return true;
    case RuleType::kActionBreak:
      return true;  // with kNoMatch
    case RuleType::kActionTee:
    case RuleType::kActionWatch:
    case RuleType::kActionRedirect:
      return ApplyTarget(context, rule, frame, out);
    default:
      return false;
  }
}

template <typename Watcher>
Evaluation RunRules(const RuleContext& context, const std::vector<Rule>& rules, const Frame& frame,
                    Watcher& watcher) {
  Evaluation out;
  out.destination = context.destination;
  bool set = true;
  MatchState state;
  for (size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    if (!rule.IsAction()) {
      if (!set && !rule.alternative) {
        watcher.OnSkipped(i, rule);
        continue;
      }
      const Match match = MatchRule(context, rule, frame, state);
      const bool result = match == Match::kYes || (match != Match::kNo && (match == Match::kTrue) != rule.negated);
      set = rule.alternative ? set || result : set && result;
      watcher.OnMatch(i, rule, result, set);
    } else if (set) {  // `set` stays true whatever follows (vl2.md §13.3)
      watcher.OnExecuted(i, rule);
      if (!Execute(context, rule, frame, state, out)) continue;
      out.rule = i;
      return out;
    } else {
      watcher.OnPassedOver(i, rule);
      if (context.inbound && IsCopyOrRedirect(rule.type) && rule.address == context.self) state.super_accept = true;
      set = true;  // the next group starts true
    }
  }
  return out;
}

}  // namespace zt::vl2
