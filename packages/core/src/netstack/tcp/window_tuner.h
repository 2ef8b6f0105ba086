// How large a receive window a connection needs: twice what its reader takes in one round trip, and ahead of a sender
// that is still speeding up (dynamic right-sizing: Fisk and Feng 2001). Only a permission: memory is taken by data.
#pragma once

#include "netstack/tcp/seq.h"
#include "zt/time.h"

namespace zt::netstack {

class WindowTuner {
 public:
  // How old the timestamp was that a data segment echoed: a round trip, or more when the sender paused.
  void Sample(Millis age) {
    if (least_age_ < 0 || age < least_age_) least_age_ = age;
  }
  // The reader took `size` bytes; `next` and `edge` of the window. Returns the window wanted, 0 while unknown. `limit`
  // is the window now, `mss` a segment.
  uint32_t OnRead(const Now& now, size_t size, Seq next, Seq edge, uint32_t limit, uint32_t mss);

 private:
  void Measure(const Now& now, Seq next, Seq edge);

  Instant round_at_ = Instant::LongAgo();
  uint64_t round_read_ = 0;  // bytes read in this round trip
  uint64_t most_read_ = 0;   // and in the busiest one before
  uint32_t wanted_ = 0;
  Millis rtt_ = 0;
  Millis least_age_ = -1;    // of this round; none yet: negative
  // Without timestamps: when the window's edge of that moment is reached, a round trip has passed (RFC 7323 has none).
  Seq mark_ = 0;
  Instant mark_at_;
};

}  // namespace zt::netstack
