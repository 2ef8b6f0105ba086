#include "netstack/tcp/congestion.h"

#include <algorithm>

namespace zt::netstack {

void CongestionControl::Adopt(const CongestionControl& other) {
  mss_ = other.mss_;
  window_ = other.window_;
  threshold_ = other.threshold_;
}

void CongestionControl::SetSegmentSize(uint32_t mss) {
  if (mss == mss_) return;
  if (window_ == uint64_t{kInitialSegments} * mss_) window_ = uint64_t{kInitialSegments} * mss;
  mss_ = mss;
}

void CongestionControl::OnLoss(const Now& now, uint64_t in_flight) {
  prior_window_ = window_;
  prior_threshold_ = threshold_;
  threshold_ = std::max<uint64_t>(Reduce(now, in_flight), uint64_t{kMinSegments} * mss_);
  window_ = threshold_;
}

void CongestionControl::OnTimeout(const Now& now, uint64_t in_flight) {
  OnLoss(now, in_flight);
  window_ = mss_;
}

void CongestionControl::Undo() {
  if (prior_window_ == 0) return;
  window_ = std::max(window_, prior_window_);
  threshold_ = std::max(threshold_, prior_threshold_);
  prior_window_ = 0;
  Restore();
}

void CongestionControl::OnIdle() {
  threshold_ = std::max(threshold_, window_ / 4 * 3);
  window_ = std::min(window_, uint64_t{kInitialSegments} * mss_);
}

uint64_t CongestionControl::SlowStart(uint64_t acked) {
  const uint64_t room = threshold_ - window_;
  const uint64_t used = std::min(acked, room);
  window_ = std::min(window_ + used, kMaxWindow);
  return acked - used;
}

}  // namespace zt::netstack
