// The match half of the rules engine (vl2.md §13.4, §13.5).
#pragma once

#include "vl2/rules.h"

namespace zt::vl2 {

// kYes and kNo are immune to the rule's NOT bit.
enum class Match : uint8_t { kFalse, kTrue, kYes, kNo };

// What evaluation carries from rule to rule.
struct MatchState {
  bool super_accept = false;  // inbound, and a rule naming us as its target was passed over
  bool skip_drop = false;     // the next DROP does nothing
};

Match MatchRule(const RuleContext& context, const Rule& rule, const Frame& frame, MatchState& state);

}  // namespace zt::vl2
