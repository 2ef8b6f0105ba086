#include "netstack/tcp/rto.h"

#include <algorithm>

namespace zt::netstack {

void RtoEstimator::Sample(Millis rtt) {
  rtt = std::clamp<Millis>(rtt, 1, kMax);
  if (!has_sample_) {  // RFC 6298 §2.2
    has_sample_ = true;
    srtt8_ = rtt * 8;
    rttvar4_ = rtt * 2;
    return;
  }
  // RFC 6298 §2.3 with alpha 1/8 and beta 1/4.
  const Millis error = rtt - srtt8_ / 8;
  rttvar4_ += (error < 0 ? -error : error) - rttvar4_ / 4;
  srtt8_ += rtt - srtt8_ / 8;
}

void RtoEstimator::BackOff() { backoff_ = std::min(backoff_ + 1, 16); }

Millis RtoEstimator::Timeout() const {
  Millis base = kInitial;
  if (has_sample_) base = srtt8_ / 8 + std::max(kMin, rttvar4_);
  return std::min(kMax, base << backoff_);
}

}  // namespace zt::netstack
