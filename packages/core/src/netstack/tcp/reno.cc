// NewReno's window (RFC 5681 §3.1, RFC 6582 §3.2).
#include <algorithm>

#include "netstack/tcp/congestion.h"

namespace zt::netstack {
namespace {

class NewReno final : public CongestionControl {
 public:
  void OnAcked(const Now&, uint64_t acked, Millis) override {
    if (InSlowStart()) acked = SlowStart(acked);
    credit_ += acked;
    while (credit_ >= window_) {  // one segment per window of data
      credit_ -= window_;
      window_ = std::min(window_ + mss_, kMaxWindow);
    }
  }

 protected:
  uint64_t Reduce(const Now&, uint64_t in_flight) override {
    credit_ = 0;
    return std::min(window_, in_flight + mss_) / 2;
  }
  void Restore() override {}

 private:
  uint64_t credit_ = 0;
};

}  // namespace

std::unique_ptr<CongestionControl> MakeNewReno() { return std::make_unique<NewReno>(); }

}  // namespace zt::netstack
