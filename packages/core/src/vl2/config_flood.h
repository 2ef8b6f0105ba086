// Fast propagation: which chunks are passed on from member to member (vl2.md §5.4). Whoever keeps an old chunk may
// replay it, and each time it were passed on would cost every member a packet.
#pragma once

#include <algorithm>
#include <vector>

#include "zt/time.h"

namespace zt::vl2 {

class ConfigFlood {
 public:
  // Chunks remembered after ConfigAssembler forgot their update; 8 KiB once a network uses fast propagation.
  static constexpr size_t kRemembered = 1'024;
  // From others than the controller, who may replay what is older still: all chunks of a largest configuration at once,
  // then what leaves the uplink of a member of a large network alone.
  static constexpr int kBurst = 50;
  static constexpr Millis kRefill = 1'000;

  // True: this verified chunk is to be passed on. Says so once for each `duplicate_key`.
  bool Admits(Instant now, uint64_t duplicate_key, bool from_controller) {
    if (std::find(known_.begin(), known_.end(), duplicate_key) != known_.end()) return false;
    if (!from_controller) {
      if (full_at_ - now > (kBurst - 1) * kRefill) return false;
      full_at_ = std::max(full_at_, now) + kRefill;
    }
    if (known_.size() < kRemembered) {
      known_.push_back(duplicate_key);
    } else {
      known_[oldest_] = duplicate_key;
      oldest_ = (oldest_ + 1) % kRemembered;
    }
    return true;
  }

 private:
  std::vector<uint64_t> known_;  // a ring once it is full
  size_t oldest_ = 0;
  Instant full_at_ = Instant::LongAgo();
};

}  // namespace zt::vl2
