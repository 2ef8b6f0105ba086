#include "host/clock.h"

#include <time.h>

namespace zt::host {

namespace {

#ifdef CLOCK_BOOTTIME
constexpr clockid_t kMonotonic = CLOCK_BOOTTIME;
#else
constexpr clockid_t kMonotonic = CLOCK_MONOTONIC;
#endif

int64_t Milliseconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace

Now ReadClock() { return {{Milliseconds(kMonotonic)}, {Milliseconds(CLOCK_REALTIME)}}; }

}  // namespace zt::host
