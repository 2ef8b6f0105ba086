// Notices that time jumped: the machine slept, or its clock was set (vl1.md §3.10).
#pragma once

#include <optional>

#include "zt/time.h"

namespace zt::vl1 {

class ClockWatch {
 public:
  // Later than promised, or away from the other clock, by more than this is a jump.
  static constexpr Millis kJump = 10'000;

  struct Jump {
    Millis slept = 0;  // how much later than the deadline we told the host the input came, 0 unless that is the jump
    Millis wall = 0;   // how far the wall clock went away from the monotonic one
  };

  // The deadline the host was told last. It may come earlier, never much later.
  void Promise(Instant at) {
    if (started_) promised_ = at < last_ ? last_ : at;  // due at once is due now, not long ago
  }
  // At every input.
  std::optional<Jump> Observe(const Now& now) {
    const Millis offset = now.wall.ms - now.mono.ms;
    const Millis wall = started_ ? offset - offset_ : 0;
    offset_ = offset;
    started_ = true;
    last_ = now.mono;
    const Millis late = promised_ == Instant::Never() ? 0 : now.mono - promised_;
    const bool jumped = late > kJump || wall > kJump || wall < -kJump;
    if (!jumped) [[likely]] return std::nullopt;
    promised_ = Instant::Never();
    return Jump{late > kJump ? late : 0, wall};
  }

 private:
  Instant promised_ = Instant::Never();
  Instant last_ = Instant::LongAgo();  // input
  Millis offset_ = 0;
  bool started_ = false;
};

}  // namespace zt::vl1
