// HyStart++ (RFC 9406): leaves the first slow start when round trips grow, before the queue overflows.
//
// What it looks for is a growth of at least kMinRttThreshold over the least of a whole round, so the host's clock of
// milliseconds is fine enough for any path: the error is at most 1 ms on either side.
#pragma once

#include <limits>

#include "netstack/tcp/seq.h"
#include "zt/time.h"

namespace zt::netstack {

class HyStart {
 public:
  // RFC 9406 §4.3.
  static constexpr Millis kMinRttThreshold = 4;
  static constexpr Millis kMaxRttThreshold = 16;
  static constexpr int kRttDivisor = 8;
  static constexpr int kSamplesPerRound = 8;
  static constexpr uint64_t kGrowthDivisor = 4;  // CSS_GROWTH_DIVISOR
  static constexpr int kConservativeRounds = 5;  // CSS_ROUNDS
  // L, the most segments one acknowledgment may add, is infinite here although nothing is paced (the RFC proposes 8
  // then): receivers behind GRO, and ours, acknowledge dozens of segments at once. The burst follows from the size of
  // the acknowledgment in any case; a limit would only make slow start slower than its doubling.

  enum class Phase : uint8_t { kStandard, kConservative, kDone };

  // An acknowledgment arrived in slow start: everything before `una` is acknowledged, `nxt` is the next to be sent.
  // `rtt`: the sample it brought, or kNoSample.
  static constexpr Millis kNoSample = -1;
  void OnAck(Seq una, Seq nxt, Millis rtt);
  // What of `acked` bytes slow start may add to the window (RFC 9406 §4.2).
  uint64_t Growth(uint64_t acked) const { return phase_ == Phase::kConservative ? acked / kGrowthDivisor : acked; }
  Phase phase() const { return phase_; }
  // Only the first slow start is watched: loss or a timeout ends it for the rest of the connection.
  void Finish() { phase_ = Phase::kDone; }

 private:
  static constexpr Millis kInfinite = std::numeric_limits<Millis>::max();

  void StartRound(Seq nxt);

  Phase phase_ = Phase::kStandard;
  uint8_t rounds_ = 0;  // of the conservative phase; a part of a round counts
  int samples_ = 0;
  Seq round_end_ = 0;
  Millis last_min_ = kInfinite, current_min_ = kInfinite, baseline_ = kInfinite;
};

}  // namespace zt::netstack
