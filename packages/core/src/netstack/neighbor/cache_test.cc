// What the neighbour cache keeps while it waits.
#include "netstack/neighbor/cache.h"

#include <doctest/doctest.h>

#include "base/seeded_random.h"

namespace zt::netstack {

TEST_CASE("packets for neighbours that may not exist are bounded together, and the room comes back") {
  SeededRandom random(1);
  NeighborCache cache;
  Now now{{1000}, {1'700'000'000'000}};
  const auto neighbor = [](uint32_t n) { return IpAddress::V4(0x0a000001 + n); };
  const auto fill = [&] {
    size_t held = 0;
    for (uint32_t n = 0; n < NeighborCache::kMaxEntries; ++n) {
      cache.Lookup(now, neighbor(n));
      for (int i = 0; i < 40; ++i) held += cache.Hold(neighbor(n), Bytes(1000)) ? 1000 : 0;
    }
    return held;
  };
  const size_t most = NeighborCache::kMaxPendingBytes / 1000 * 1000;
  CHECK(fill() == most);
  CHECK_FALSE(cache.Hold(neighbor(0), Bytes(1000)));

  SUBCASE("when it was resolved") {
    cache.HandleAdvertisement(now, neighbor(0), {Mac{0x020000000001}, true, true}, random);
    CHECK(cache.TakeReleased().size() == NeighborCache::kMaxPending);
    CHECK(cache.Hold(neighbor(900), Bytes(1000)));
  }
  SUBCASE("when nobody answered") {
    size_t failed = 0;
    for (int i = 0; i < 10; ++i) {
      now.mono.ms += 1000;
      cache.HandleTimeout(now);
      for (const Bytes& packet : cache.TakeFailed()) failed += packet.size();
    }
    CHECK(failed == most);
    CHECK(cache.size() == 0);
    CHECK(fill() == most);
  }
  SUBCASE("when others took the entries' places") {
    for (uint32_t n = 5000; n < 5000 + NeighborCache::kMaxEntries; ++n) {
      now.mono.ms += 1;
      cache.Lookup(now, neighbor(n));
    }
    cache.TakeFailed();
    CHECK(cache.Hold(neighbor(5500), Bytes(1000)));
  }
  SUBCASE("when all is forgotten") {
    cache.Clear();
    CHECK(fill() == most);
  }
}

}  // namespace zt::netstack
