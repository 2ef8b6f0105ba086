// How much may be in flight. The sender reports what happens; the algorithm answers with a window.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "netstack/tcp/hystart.h"
#include "zt/generated/enums.h"
#include "zt/time.h"

namespace zt::netstack {

class CongestionControl {
 public:
  static constexpr uint32_t kInitialSegments = 10;  // RFC 6928
  static constexpr uint32_t kMinSegments = 2;
  // More than the largest receive window is never useful.
  static constexpr uint64_t kMaxWindow = 16 << 20;
  static constexpr uint64_t kNoThreshold = std::numeric_limits<uint64_t>::max();

  virtual ~CongestionControl() = default;
  virtual Congestion kind() const = 0;

  uint64_t window() const { return window_; }
  uint64_t threshold() const { return threshold_; }
  bool InSlowStart() const { return window_ < threshold_; }
  void SetSegmentSize(uint32_t mss);
  // Goes on where another algorithm was: the window and the threshold stay.
  void Adopt(const CongestionControl& other);

  // A sample of the round trip; `una` and `nxt` as after the acknowledgment that brought it (HyStart++).
  void OnRoundTrip(Seq una, Seq nxt, Millis rtt);
  // `acked` bytes were delivered while the window was the limit, outside of recovery.
  void OnAcked(const Now& now, uint64_t acked, Millis srtt);
  // Bytes were delivered while something else was the limit: time that does not count (RFC 9438 §5.8).
  virtual void OnNotLimited(const Now&) {}
  // Loss was detected by acknowledgments: the threshold falls and the window with it. `flight`: FlightSize (RFC 5681
  // §2), everything sent and not acknowledged.
  void OnLoss(const Now& now, uint64_t flight);
  // The retransmission timer fired: one segment (RFC 5681 §3.1). `again`: for data that a reduction was already made
  // for, so the threshold stays.
  void OnTimeout(const Now& now, uint64_t flight, bool again);
  // The last reduction was wrong: nothing had been lost.
  void Undo();
  // Sending resumes after `pause` without anything in flight. `stale`: longer than a timeout, so what is known about
  // the path is stale (RFC 5681 §4.1).
  void OnIdle(Millis pause, bool stale);
  void LeaveRecovery() { window_ = threshold_; }

 protected:
  // Congestion avoidance with `acked` bytes.
  virtual void Avoid(const Now& now, uint64_t acked, Millis srtt) = 0;
  // The new threshold after a loss with this much in flight; remembers what Restore needs.
  virtual uint64_t Reduce(uint64_t flight) = 0;
  virtual void Restore() = 0;
  virtual void AfterTimeout() {}
  virtual void ShiftTime(Millis) {}  // a pause that does not count

  uint32_t mss_ = 1220;
  uint64_t window_ = uint64_t{kInitialSegments} * 1220;
  uint64_t threshold_ = kNoThreshold;

 private:
  // RFC 5681 §3.1, with the appropriate byte counting of RFC 3465 and no limit: acknowledgments are coalesced. Returns
  // what is left for congestion avoidance.
  uint64_t SlowStart(uint64_t acked);

  HyStart hystart_;
  uint64_t prior_window_ = 0;
  uint64_t prior_threshold_ = 0;
};

std::unique_ptr<CongestionControl> MakeReno();   // RFC 5681, RFC 6582
std::unique_ptr<CongestionControl> MakeCubic();  // RFC 9438
std::unique_ptr<CongestionControl> MakeCongestionControl(Congestion kind);

}  // namespace zt::netstack
