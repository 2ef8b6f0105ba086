// Reno's window (RFC 5681 §3.1, RFC 6582 §3.2).
#include <algorithm>

#include "netstack/tcp/congestion.h"

namespace zt::netstack {
namespace {

class Reno final : public CongestionControl {
 public:
  Congestion kind() const override { return Congestion::kReno; }

 protected:
  void Avoid(const Now&, uint64_t acked, Millis) override {
    credit_ += acked;
    while (credit_ >= window_) {  // one segment per window of data
      credit_ -= window_;
      window_ = std::min(window_ + mss_, kMaxWindow);
    }
  }
  uint64_t Reduce(uint64_t flight) override {  // RFC 5681 §3.1 equation 4
    credit_ = 0;
    return std::min(window_, flight) / 2;
  }
  void Restore() override {}

 private:
  uint64_t credit_ = 0;
};

}  // namespace

std::unique_ptr<CongestionControl> MakeReno() { return std::make_unique<Reno>(); }

}  // namespace zt::netstack
