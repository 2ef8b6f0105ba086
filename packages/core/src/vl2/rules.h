// The rules engine: a pure function of rules, context and frame (vl2.md §13.2, §13.3).
#pragma once

#include <cstdint>
#include <vector>

#include "vl2/frame.h"
#include "vl2/membership.h"
#include "wire/network_config.h"
#include "zt/generated/enums.h"
#include "zt/random.h"

namespace zt::vl2 {

using Verdict = RuleVerdict;

struct RuleContext {
  const NetworkConfig& config;   // ours: local tags and certificates, addresses, flags
  const Membership* remote;      // record of the other side, null if there is none
  NodeAddress self;
  NodeAddress source;            // node the frame comes from
  NodeAddress destination;       // node it goes to, 0 while unknown
  bool inbound = false;
  RandomSource& random;          // for RANDOM rules
};

struct Evaluation {
  static constexpr size_t kNoRule = SIZE_MAX;

  Verdict verdict = Verdict::kNoMatch;
  size_t rule = kNoRule;         // index of the action that ended the evaluation; kNoRule: the list's end did
  NodeAddress destination;       // after a REDIRECT: the new one
  NodeAddress copy_to;           // 0: no copy
  size_t copy_length = 0;
  bool copy_is_watch = false;
};

// One list of rules. Nothing outside the arguments is read or changed, `random` apart.
Evaluation Evaluate(const RuleContext& context, const std::vector<Rule>& rules, const Frame& frame);

// True iff the list accepts every frame at its first rule, so that nobody needs to look at the frame.
inline bool AcceptsEverything(const std::vector<Rule>& rules) {
  return !rules.empty() &&
         (rules[0].type == RuleType::kActionAccept || rules[0].type == RuleType::kActionPriority);
}
// True iff some rule may read any byte of the frame (INTEGER RANGE).
bool ReadsWholeFrame(const std::vector<Rule>& rules);

}  // namespace zt::vl2
