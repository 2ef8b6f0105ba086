// Why the rules said what they said: a decision with every rule on the way to it.
#pragma once

#include <optional>
#include <vector>

#include "vl2/decision.h"

namespace zt::vl2 {

// What a match looked at.
struct ObservedField {
  RuleField kind = RuleField::kNone;
  uint64_t number = 0;  // kNumber, kNode, kMac
  IpAddress ip{};       // kIp
  std::optional<uint32_t> local_tag{}, remote_tag{};  // kTags
};

struct RuleTraceStep {
  Rule rule;
  RuleStep step = RuleStep::kSkipped;
  bool group = false;  // matches: the running value of the group after this rule
  ObservedField field{};
};

struct RuleListTrace {
  std::optional<uint32_t> capability;  // nothing: the base rules
  Evaluation evaluation;
  std::vector<RuleTraceStep> steps;    // up to the rule that ended it
};

struct Explanation {
  Decision decision;  // `capability` points into the configuration or the member's record
  std::vector<RuleListTrace> lists;
};

// Decides as Decide does, counts nothing. A RANDOM rule draws anew.
Explanation Explain(const RuleContext& context, const Frame& frame);

// The field of the frame or context that `rule` compares.
ObservedField ObserveField(const RuleContext& context, const Rule& rule, const Frame& frame);

}  // namespace zt::vl2
