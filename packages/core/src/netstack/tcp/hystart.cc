#include "netstack/tcp/hystart.h"

#include <algorithm>

namespace zt::netstack {

void HyStart::StartRound(Seq nxt) {
  round_end_ = nxt;
  last_min_ = current_min_;
  current_min_ = kInfinite;
  samples_ = 0;
}

void HyStart::OnAck(Seq una, Seq nxt, Millis rtt) {
  if (phase_ == Phase::kDone) return;
  if (rtt != kNoSample) {
    current_min_ = std::min(current_min_, rtt);
    ++samples_;
  }
  const bool enough = samples_ >= kSamplesPerRound && current_min_ != kInfinite;
  if (phase_ == Phase::kStandard) {
    if (enough && last_min_ != kInfinite) {
      const Millis threshold = std::clamp<Millis>(last_min_ / kRttDivisor, kMinRttThreshold, kMaxRttThreshold);
      if (current_min_ >= last_min_ + threshold) {
        baseline_ = current_min_;
        phase_ = Phase::kConservative;
        rounds_ = 0;
      }
    }
  } else if (enough && current_min_ < baseline_) {  // it was only jitter
    baseline_ = kInfinite;
    phase_ = Phase::kStandard;
  }
  if (una < round_end_) return;
  if (round_end_ != 0 && phase_ == Phase::kConservative && ++rounds_ >= kConservativeRounds) phase_ = Phase::kDone;
  StartRound(nxt);
}

}  // namespace zt::netstack
