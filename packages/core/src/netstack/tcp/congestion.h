// How much may be in flight. The sender reports what happens; the algorithm answers with a window.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "zt/time.h"

namespace zt::netstack {

class CongestionControl {
 public:
  static constexpr uint32_t kInitialSegments = 10;  // RFC 6928
  static constexpr uint32_t kMinSegments = 2;
  // More than the largest receive window is never useful.
  static constexpr uint64_t kMaxWindow = 16 << 20;

  virtual ~CongestionControl() = default;

  uint64_t window() const { return window_; }
  uint64_t threshold() const { return threshold_; }
  bool InSlowStart() const { return window_ < threshold_; }
  void SetSegmentSize(uint32_t mss);
  // Goes on where another algorithm stopped.
  void Adopt(const CongestionControl& other);

  // `acked` bytes were delivered while the window was the limit, outside of recovery.
  virtual void OnAcked(const Now& now, uint64_t acked, Millis srtt) = 0;
  // Loss was detected by acknowledgments: the threshold falls and the window with it.
  void OnLoss(const Now& now, uint64_t in_flight);
  // The retransmission timer fired: one segment (RFC 5681 §3.1).
  void OnTimeout(const Now& now, uint64_t in_flight);
  // The last reduction was wrong: nothing had been lost.
  void Undo();
  // Nothing was sent for longer than a timeout: what is known about the path is stale (RFC 5681 §4.1).
  void OnIdle();
  void LeaveRecovery() { window_ = threshold_; }

 protected:
  // The new threshold after a loss with this much in flight; remembers what Undo needs.
  virtual uint64_t Reduce(const Now& now, uint64_t in_flight) = 0;
  virtual void Restore() = 0;
  // RFC 5681 §3.1, with the appropriate byte counting of RFC 3465 and no limit: acknowledgments are coalesced.
  uint64_t SlowStart(uint64_t acked);

  uint32_t mss_ = 1220;
  uint64_t window_ = uint64_t{kInitialSegments} * 1220;
  uint64_t threshold_ = std::numeric_limits<uint64_t>::max();

 private:
  uint64_t prior_window_ = 0;
  uint64_t prior_threshold_ = 0;
};

// RFC 5681 congestion avoidance.
std::unique_ptr<CongestionControl> MakeNewReno();
// RFC 9438.
std::unique_ptr<CongestionControl> MakeCubic();

}  // namespace zt::netstack
