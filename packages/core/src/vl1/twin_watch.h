// Notices that another running node has our identity. The protocol cannot tell: both are us. But packets for the other
// one reach us, and among them are answers to requests we never made (docs/decisions/0009-twin-identities.md).
#pragma once

#include "zt/generated/enums.h"
#include "zt/time.h"

namespace zt::vl1 {

class TwinWatch {
 public:
  // An authentic OK that answers no request of ours. True: this is one too many to be a straggler; say so, once per
  // kWindow at most.
  bool Observe(Instant now, Verb in_re);

 private:
  // Stragglers of our own last run come within seconds of a restart and are few.
  static constexpr int kEnough = 3;
  static constexpr Millis kWindow = 60000;

  Instant window_start_ = Instant::LongAgo();
  int seen_ = 0;
};

}  // namespace zt::vl1
