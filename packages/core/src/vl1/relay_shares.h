// How much may be relayed, and for whom: fair among the places it comes from (vl1.md §8.1 sets no limit; this is ours).
#pragma once

#include <array>
#include <memory>

#include "vl1/limits.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::vl1 {

// Bytes that may pass: refills at a rate up to a burst.
class TokenBucket {
 public:
  // Tops up for the time since the last call. `rate` in bytes/s.
  void Refill(Instant now, uint64_t rate, uint64_t burst);
  uint64_t level() const { return level_; }
  void Take(uint64_t bytes) { level_ -= bytes < level_ ? bytes : level_; }

 private:
  Instant at_ = Instant::LongAgo();
  uint64_t level_ = 0;
  uint64_t rest_ = 0;  // thousandths of a byte not added yet
};

// Two rules. No source passes more than the per-source limit. When the total is scarce, a source within its share (the
// total, divided by the sources of the last second) always finds room; what goes beyond its share has only what the
// others leave, the upper half of the bucket. A source is an IPv4 address or an IPv6 /64 from which a peer answered us;
// everything else, where an address may be invented, is one source together.
class RelayShares {
 public:
  struct Limits {
    uint64_t total = 0;       // bytes/s, 0: none
    uint64_t per_source = 0;  // bytes/s, 0: none
  };
  RelayShares(const Limits& limits, RandomSource& random);

  // Whether `bytes` from there may pass now; counts them if so.
  bool Admit(Instant now, const IpAddress& from, bool confirmed, size_t bytes);

 private:
  static constexpr size_t kWays = 8;
  struct Source {
    uint64_t key = 0;                     // 0: nobody
    Instant seen = Instant::LongAgo();
    int64_t window = -1;                  // the second in which it was counted as active
    TokenBucket limit, share;
  };
  Source& Find(Instant now, const IpAddress& from, bool confirmed);
  bool WithinShare(Instant now, Source& source, size_t bytes);

  const Limits limits_;
  const std::array<uint64_t, 3> secret_;  // nobody may choose whose entry theirs displaces
  std::unique_ptr<Source[]> sources_;     // kRelaySources, in sets of kWays; allocated when a limit is set
  Source strangers_;
  TokenBucket total_;
  int64_t window_ = -1;
  uint64_t active_ = 0, active_before_ = 1;  // sources in this second and the one before
};

}  // namespace zt::vl1
