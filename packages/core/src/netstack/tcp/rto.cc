#include "netstack/tcp/rto.h"

#include <algorithm>

namespace zt::netstack {

void RtoEstimator::Sample(Millis rtt, uint64_t per_round) {
  const int64_t sample = std::clamp<Millis>(rtt, 1, kMax) * 1000;
  if (!has_sample_) {  // RFC 6298 §2.2
    has_sample_ = true;
    srtt_us_ = sample;
    variance_us_ = sample / 2;
    return;
  }
  // RFC 6298 §2.3 with alpha 1/8 and beta 1/4, of a round trip (RFC 7323 §4.2).
  const int64_t n = static_cast<int64_t>(std::clamp<uint64_t>(per_round, 1, 1 << 16));
  const int64_t error = sample - srtt_us_;
  variance_us_ += ((error < 0 ? -error : error) - variance_us_) / (4 * n);
  srtt_us_ += error / (8 * n);
}

void RtoEstimator::OnSpuriousTimeout(Millis rtt) {
  const int64_t sample = std::clamp<Millis>(rtt, 1, kMax) * 1000;
  has_sample_ = true;
  srtt_us_ = std::max(srtt_us_, sample);
  variance_us_ = std::max(variance_us_, sample / 2);
  backoff_ = 0;
}

void RtoEstimator::BackOff() { backoff_ = std::min(backoff_ + 1, 16); }

Millis RtoEstimator::FirstTimeout() const {
  if (!has_sample_) return initial_;
  return (srtt_us_ + 500) / 1000 + std::max(kMin, 4 * variance_us_ / 1000);  // RFC 6298 §2.3
}

Millis RtoEstimator::Timeout() const { return std::min(kMax, FirstTimeout() << backoff_); }

}  // namespace zt::netstack
