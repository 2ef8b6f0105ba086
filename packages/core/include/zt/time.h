// Time is an argument of every input; nothing in the core reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string_view>

namespace zt {

// A length of time in milliseconds.
using Millis = int64_t;

// A point on the host's monotonic clock, in milliseconds from an arbitrary origin. Used for timers.
struct Instant {
  int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
  Instant operator+(Millis d) const { return {ms + d}; }
  Instant operator-(Millis d) const { return {ms - d}; }
  Millis operator-(Instant other) const { return ms - other.ms; }
  static constexpr Instant Never() { return {std::numeric_limits<int64_t>::max()}; }
  // Long before any real instant: "has never happened".
  static constexpr Instant LongAgo() { return {std::numeric_limits<int64_t>::min() / 4}; }
};

// Milliseconds since 1970-01-01 UTC. Used in protocol timestamps only (vl1.md §1.1).
struct WallTime {
  int64_t ms = 0;
  auto operator<=>(const WallTime&) const = default;
};

// The two clocks as the host read them just before the input.
struct Now {
  Instant mono;
  WallTime wall;
};

// When to wake next, and why. `reason` is a string literal.
struct Deadline {
  Instant at = Instant::Never();
  std::string_view reason = "idle";
};

inline Deadline Earliest(const Deadline& a, const Deadline& b) { return b.at < a.at ? b : a; }

}  // namespace zt
