#include "netstack/tcp/congestion.h"

#include <algorithm>

namespace zt::netstack {

std::unique_ptr<CongestionControl> MakeCongestionControl(Congestion kind) {
  return kind == Congestion::kReno ? MakeReno() : MakeCubic();
}

void CongestionControl::SetSegmentSize(uint32_t mss) {
  if (mss == mss_) return;
  if (window_ == uint64_t{kInitialSegments} * mss_) window_ = uint64_t{kInitialSegments} * mss;
  mss_ = mss;
}

void CongestionControl::Adopt(const CongestionControl& other) {
  mss_ = other.mss_;
  window_ = other.window_;
  threshold_ = other.threshold_;
  hystart_ = other.hystart_;
}

void CongestionControl::OnRoundTrip(Seq una, Seq nxt, Millis rtt) {
  if (!InSlowStart() || hystart_.phase() == HyStart::Phase::kDone) return;
  hystart_.OnAck(una, nxt, rtt);
  if (hystart_.phase() == HyStart::Phase::kDone) threshold_ = window_;  // RFC 9406 §4.2: enter congestion avoidance
}

void CongestionControl::OnAcked(const Now& now, uint64_t acked, Millis srtt) {
  if (InSlowStart()) acked = SlowStart(acked);
  if (acked != 0) Avoid(now, acked, srtt);
}

void CongestionControl::OnLoss(const Now&, uint64_t flight) {
  hystart_.Finish();
  prior_window_ = window_;
  prior_threshold_ = threshold_;
  threshold_ = std::max<uint64_t>(Reduce(flight), uint64_t{kMinSegments} * mss_);
  window_ = threshold_;
}

void CongestionControl::OnTimeout(const Now& now, uint64_t flight, bool again) {
  if (!again) OnLoss(now, flight);
  hystart_.Finish();
  window_ = mss_;
  AfterTimeout();
}

void CongestionControl::Undo() {
  if (prior_window_ == 0) return;
  window_ = std::max(window_, prior_window_);
  threshold_ = std::max(threshold_, prior_threshold_);
  prior_window_ = 0;
  Restore();
}

void CongestionControl::OnIdle(Millis pause, bool stale) {
  ShiftTime(pause);
  if (!stale) return;
  threshold_ = std::max(threshold_, window_ / 4 * 3);
  window_ = std::min(window_, uint64_t{kInitialSegments} * mss_);
}

uint64_t CongestionControl::SlowStart(uint64_t acked) {
  const uint64_t growth = hystart_.Growth(acked);
  const uint64_t used = std::min(growth, threshold_ - window_);
  window_ = std::min(window_ + used, kMaxWindow);
  return growth - used;
}

}  // namespace zt::netstack
