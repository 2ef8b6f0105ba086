// CUBIC (RFC 9438). Windows are in segments inside, as in the RFC's formulas; time in seconds.
#include <algorithm>
#include <cmath>

#include "netstack/tcp/congestion.h"

namespace zt::netstack {
namespace {

constexpr double kC = 0.4;      // RFC 9438 §5
constexpr double kBeta = 0.7;   // RFC 9438 §4.6
constexpr double kAlpha = 3.0 * (1.0 - kBeta) / (1.0 + kBeta);  // RFC 9438 §4.3

class Cubic final : public CongestionControl {
 public:
  Congestion kind() const override { return Congestion::kCubic; }
  void OnNotLimited(const Now& now) override {
    if (state_.in_epoch) state_.epoch_start = state_.epoch_start + (now.mono - last_ack_);
    last_ack_ = now.mono;
  }

 protected:
  void Avoid(const Now& now, uint64_t acked, Millis srtt) override {
    last_ack_ = now.mono;
    const double mss = mss_;
    const double window = static_cast<double>(window_) / mss;
    const double segments = static_cast<double>(acked) / mss;
    if (!state_.in_epoch) StartEpoch(now, window);
    // RFC 9438 §4.2: the target is the curve one round trip ahead, within [1, 1.5] windows.
    const double t = static_cast<double>(now.mono - state_.epoch_start + srtt) / 1000.0;
    const double d = t - state_.k;
    const double target = std::clamp(kC * d * d * d + state_.w_max, window, 1.5 * window);
    // RFC 9438 §4.3: not less than Reno would have; its slope is 1 once the old maximum is reached.
    state_.w_est += (state_.w_est >= state_.w_prior ? 1.0 : kAlpha) * segments / window;
    // RFC 9438 §4.4, §4.5. One acknowledgment of many segments does what as many acknowledgments would.
    double next = window + (target - window) / window * segments;
    next = std::max(std::min(next, std::max(target, window)), std::min(state_.w_est, window + segments));
    window_ = std::min(static_cast<uint64_t>(next * mss), kMaxWindow);
  }
  // Of the window and not of what is in flight: the window does not grow while it is not used (RFC 9438 §4.6).
  uint64_t Reduce(uint64_t) override {
    prior_ = state_;
    const double window = static_cast<double>(window_) / mss_;
    // RFC 9438 §4.7 fast convergence: below the last maximum, leave room for newcomers.
    state_.w_max = window < state_.w_max ? window * (1.0 + kBeta) / 2.0 : window;
    state_.w_prior = window;
    state_.in_epoch = false;
    return static_cast<uint64_t>(static_cast<double>(window_) * kBeta);
  }
  void Restore() override { state_ = prior_; }  // RFC 9438 §4.9
  // RFC 9438 §4.8: K is 0 and W_max the window at the start of the next congestion avoidance.
  void AfterTimeout() override {
    state_.w_max = 0;
    state_.w_prior = 0;
    state_.in_epoch = false;
  }
  void ShiftTime(Millis pause) override {
    state_.epoch_start = state_.epoch_start + pause;
    last_ack_ = last_ack_ + pause;
  }

 private:
  struct State {
    bool in_epoch = false;
    Instant epoch_start;
    double w_max = 0, w_prior = 0, w_est = 0, k = 0;
  };

  void StartEpoch(const Now& now, double window) {
    state_.in_epoch = true;
    state_.epoch_start = now.mono;
    state_.w_max = std::max(state_.w_max, window);
    state_.k = std::cbrt((state_.w_max - window) / kC);  // RFC 9438 §4.2 figure 2
    state_.w_est = window;
    state_.w_prior = std::max(state_.w_prior, window);
  }

  State state_;
  State prior_;
  Instant last_ack_;
};

}  // namespace

std::unique_ptr<CongestionControl> MakeCubic() { return std::make_unique<Cubic>(); }

}  // namespace zt::netstack
