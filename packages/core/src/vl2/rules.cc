#include "vl2/rules.h"

#include <algorithm>

#include "vl2/rule_loop.h"

namespace zt::vl2 {

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

Evaluation Evaluate(const RuleContext& context, const std::vector<Rule>& rules, const Frame& frame) {
  NoWatcher nobody;
  return RunRules(context, rules, frame, nobody);
}

bool ReadsWholeFrame(const std::vector<Rule>& rules) {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& r) { return r.type == RuleType::kIntegerRange; });
}

}  // namespace zt::vl2
