// When a node that starts greets the peers it remembers.
#include "vl1/keepalive_schedule.h"

#include <doctest/doctest.h>

#include "vl1/limits.h"

namespace zt::vl1 {

TEST_CASE("every cached peer of the largest root is greeted, and can answer, before it is given up as silent") {
  for (size_t peers : {size_t{1}, size_t{8192}, size_t{500'000}, kMaxPeersOption}) {
    const size_t steps = std::max<size_t>(peers / 1000, 1);
    Millis last = 0;
    for (size_t n = 0; n <= steps; ++n) {
      // Addresses spread over their range, as those made from keys are.
      const NodeAddress address{0x0100000000 + n * (0xfdffffffff / (steps + 1))};
      const Millis delay = GreetingDelay(address, peers);
      REQUIRE(delay >= 0);
      last = std::max(last, delay);
    }
    CHECK(last + 60'000 <= kPeerAlive);
    CHECK(last <= static_cast<Millis>(peers));          // one a millisecond, at least
    if (peers >= 8192) CHECK(last >= std::min<Millis>(static_cast<Millis>(peers), kGreetCachedWithin) / 2);
  }
}

}  // namespace zt::vl1
