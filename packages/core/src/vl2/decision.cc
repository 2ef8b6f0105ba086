#include "vl2/decision.h"

#include <algorithm>

namespace zt::vl2 {
namespace {

class HitCounter {
 public:
  explicit HitCounter(RuleHits& hits) : hits_(hits) {}
  void OnBaseRules(const std::vector<Rule>& rules) { Next(rules.size()); }
  void OnCapability(const Capability& capability, bool own) {
    counting_ = false;  // what others brought has no counters: it comes and goes with them
    if (own) Next(capability.rules.size());
  }
  void OnEnd(const Evaluation&) {}
  void OnSkipped(size_t, const Rule&) {}
  void OnMatch(size_t index, const Rule&, bool result, bool) {
    if (counting_) at_[index] += result ? 1 : 0;
  }
  void OnPassedOver(size_t, const Rule&) {}
  void OnExecuted(size_t index, const Rule&) {
    if (counting_) ++at_[index];
  }

 private:
  void Next(size_t size) {
    counting_ = used_ + size <= hits_.rules.size();
    at_ = counting_ ? hits_.rules.data() + used_ : nullptr;
    used_ += size;
  }

  RuleHits& hits_;
  uint64_t* at_ = nullptr;
  size_t used_ = 0;
  bool counting_ = false;
};

}  // namespace

void RuleHits::Restart(const NetworkConfig& config) {
  size_t total = config.rules.size();
  for (const Capability& capability : config.capabilities) total += capability.rules.size();
  rules.assign(total, 0);
  verdicts = {};
}

bool RuleHits::SameRules(const NetworkConfig& a, const NetworkConfig& b) {
  return a.rules == b.rules &&
         std::equal(a.capabilities.begin(), a.capabilities.end(), b.capabilities.begin(), b.capabilities.end(),
                    [](const Capability& x, const Capability& y) { return x.id == y.id && x.rules == y.rules; });
}

Decision Decide(const RuleContext& context, const Frame& frame, RuleHits& hits) {
  HitCounter counter(hits);
  const Decision out = DecideWatched(context, frame, counter);
  ++hits.verdicts[context.inbound ? 1 : 0][static_cast<size_t>(out.verdict)];
  return out;
}

}  // namespace zt::vl2
