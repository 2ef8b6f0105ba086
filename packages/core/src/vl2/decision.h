// What becomes of a frame: the base rules first, then capabilities (vl2.md §13.6). Pure, like rules.h.
#pragma once

#include <array>
#include <vector>

#include "vl2/rule_loop.h"

namespace zt::vl2 {

struct Decision {
  Verdict verdict = Verdict::kNoMatch;  // kDrop: the base rules; kNoMatch: nothing let it through
  NodeAddress destination;              // after a REDIRECT: the new one
  const Capability* capability = nullptr;  // the one that let it through; null: the base rules decided, or nothing
  Evaluation base;
  Evaluation granted;                   // the capability's evaluation

  bool Accepted() const {
    return verdict == Verdict::kAccept || verdict == Verdict::kRedirect || verdict == Verdict::kSuperAccept;
  }
};

// How often each rule held, for as long as the rules stay the same. A match counts when its contribution (after NOT)
// was true, an action when it was executed. Evaluations are counted, not frames: a frame to several members is
// evaluated for each of them.
struct RuleHits {
  // Base rules, then those of our own capabilities in their order: kMaxRules + kMaxCapabilities *
  // kMaxRulesPerCapability counters at most, 72 KiB.
  std::vector<uint64_t> rules;
  std::array<std::array<uint64_t, 5>, 2> verdicts{};  // [inbound][Verdict] of whole decisions

  // The rules accept everything at their first one, nobody evaluated them.
  void CountFirstRule(bool inbound) {
    ++rules[0];
    ++verdicts[inbound ? 1 : 0][static_cast<size_t>(Verdict::kAccept)];
  }
  // Starts again from 0 for other rules.
  void Restart(const NetworkConfig& config);
  // The rules and our own capabilities' rules are the same in both.
  static bool SameRules(const NetworkConfig& a, const NetworkConfig& b);
};

// Applies configuration, capabilities and rules to a frame; `hits` belongs to `context.config`.
Decision Decide(const RuleContext& context, const Frame& frame, RuleHits& hits);

// Same, with a watcher that is also told where each list begins and ends.
template <typename Watcher>
Decision DecideWatched(const RuleContext& context, const Frame& frame, Watcher& watcher) {
  const NetworkConfig& config = context.config;
  Decision out;
  out.destination = context.destination;
  watcher.OnBaseRules(config.rules);
  out.base = RunRules(context, config.rules, frame, watcher);
  watcher.OnEnd(out.base);
  if (out.base.verdict != Verdict::kNoMatch) {
    out.verdict = out.base.verdict;
    out.destination = out.base.destination;
    return out;
  }
  // No base rule decided: a capability may let the frame through, whatever other capabilities say (vl2.md §13.6).
  const auto grants = [&](const Capability& capability, bool own) {
    watcher.OnCapability(capability, own);
    const Evaluation e = RunRules(context, capability.rules, frame, watcher);
    watcher.OnEnd(e);
    if (e.verdict == Verdict::kNoMatch || e.verdict == Verdict::kDrop) return false;
    out.verdict = e.verdict;
    out.destination = e.destination;
    out.capability = &capability;
    out.granted = e;
    return true;
  };
  if (!context.inbound) {
    for (const Capability& capability : config.capabilities) {
      if (grants(capability, true)) return out;
    }
  } else if (context.remote != nullptr) {
    for (const auto& [id, capability] : context.remote->capabilities) {
      if (context.remote->IsValid(capability, config) && grants(capability, false)) return out;
    }
  }
  return out;
}

}  // namespace zt::vl2
