#include "vl2/rules.h"

#include <algorithm>

#include "vl2/rule_match.h"

namespace zt::vl2 {
namespace {

bool IsCopyOrRedirect(RuleType type) {
  return type == RuleType::kActionTee || type == RuleType::kActionWatch || type == RuleType::kActionRedirect;
}

// A TEE, WATCH or REDIRECT whose group matched. True: evaluation ends with `out.verdict`.
bool ApplyTarget(const RuleContext& context, const Rule& rule, const Frame& frame, Evaluation& out) {
  if (rule.address == context.source) return false;
  if (rule.address == context.self) {
    if (!context.inbound) return false;
    out.verdict = Verdict::kSuperAccept;
    return true;
  }
  if (rule.address == context.destination) return false;
  if (rule.type == RuleType::kActionRedirect) {
    out.destination = rule.address;
    out.verdict = Verdict::kRedirect;
    return true;
  }
  out.copy_to = rule.address;  // a later copy target overwrites an earlier one
  out.copy_length = rule.copy_length == 0 ? frame.length : std::min<size_t>(frame.length, rule.copy_length);
  out.copy_is_watch = rule.type == RuleType::kActionWatch;
  return false;
}

}  // namespace

Evaluation Evaluate(const RuleContext& context, const std::vector<Rule>& rules, const Frame& frame) {
  Evaluation out;
  out.destination = context.destination;
  bool set = true;
  MatchState state;
  for (const Rule& rule : rules) {
    if (!rule.IsAction()) {
      if (!set && !rule.alternative) continue;
      const Match match = MatchRule(context, rule, frame, state);
      const bool result = match == Match::kYes || (match != Match::kNo && (match == Match::kTrue) != rule.negated);
      set = rule.alternative ? set || result : set && result;
      continue;
    }
    if (!set) {
      if (context.inbound && IsCopyOrRedirect(rule.type) && rule.address == context.self) state.super_accept = true;
      set = true;  // the next group starts true
      continue;
    }
    // The group matched. `set` stays true whatever follows (vl2.md §13.3).
    switch (rule.type) {
      case RuleType::kActionDrop:
        if (!state.skip_drop) {
          out.verdict = Verdict::kDrop;
          return out;
        }
        state.skip_drop = false;
        break;
      case RuleType::kActionAccept:
        out.verdict = state.super_accept ? Verdict::kSuperAccept : Verdict::kAccept;
        return out;
      case RuleType::kActionPriority:
        out.verdict = Verdict::kAccept;
        return out;
      case RuleType::kActionBreak:
        out.verdict = Verdict::kNoMatch;
        return out;
      case RuleType::kActionTee:
      case RuleType::kActionWatch:
      case RuleType::kActionRedirect:
        if (ApplyTarget(context, rule, frame, out)) return out;
        break;
      default:
        break;
    }
  }
  return out;
}

bool ReadsWholeFrame(const std::vector<Rule>& rules) {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& r) { return r.type == RuleType::kIntegerRange; });
}

}  // namespace zt::vl2
