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

// The bits that CHARACTERISTICS compares.
uint64_t Characteristics(const RuleContext& context, const Frame& frame);
// The remote party's valid tag, null if there is none.
const Tag* RemoteTag(const RuleContext& context, uint32_t id);

Match MatchRule(const RuleContext& context, const Rule& rule, const Frame& frame, MatchState& state);

}  // namespace zt::vl2
