#include "netstack/ip/reassembly.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/seeded_random.h"

namespace zt::netstack {
namespace {

const FragmentKey kKey{NetworkId{1}, IpAddress::V4(1, 1, 1, 1), IpAddress::V4(2, 2, 2, 2), 17, 9};

struct Fixture {
  DropCounters drops;
  StackCounters counters;
  Reassembly reassembly{drops, counters};
  Now now{{1000}, {1000}};
  auto Add(size_t offset, bool more, size_t size, uint32_t id = 9, uint8_t fill = 1) {
    FragmentKey key = kKey;
    key.identification = id;
    return reassembly.Add(now, key, 17, offset, more, Bytes(size, fill));
  }
};

}  // namespace

TEST_CASE("fragments in any order make the datagram") {
  for (uint64_t seed = 1; seed < 30; ++seed) {
    SeededRandom random(seed);
    Bytes data(1 + random.Below(20'000));
    random.Fill(data);
    struct Piece {
      size_t offset, size;
    };
    std::vector<Piece> pieces;
    for (size_t at = 0; at < data.size();) {
      const size_t n = std::min<size_t>(data.size() - at, 8 * (20 + random.Below(100)));
      pieces.push_back({at, n});
      at += n;
    }
    for (size_t i = pieces.size(); i > 1; --i) std::swap(pieces[i - 1], pieces[random.Below(i)]);
    Fixture f;
    std::optional<Reassembly::Whole> whole;
    for (const Piece& p : pieces) {
      CHECK_FALSE(whole);
      whole = f.reassembly.Add(f.now, kKey, 17, p.offset, p.offset + p.size < data.size(),
                               ByteSpan(data).subspan(p.offset, p.size));
    }
    REQUIRE(whole);
    CHECK(whole->payload == data);
    CHECK(f.reassembly.bytes() == 0);
  }
}

TEST_CASE("an overlap voids the datagram, a repetition does not") {
  Fixture f;
  CHECK_FALSE(f.Add(0, true, 16));
  CHECK_FALSE(f.Add(0, true, 16));
  CHECK(f.Add(16, false, 3));
  CHECK_FALSE(f.Add(0, true, 16));
  CHECK_FALSE(f.Add(8, true, 16));  // RFC 5722
  CHECK_FALSE(f.Add(24, false, 3));
  CHECK_FALSE(f.Add(16, false, 11));
  CHECK(f.reassembly.bytes() == 0);
}

TEST_CASE("impossible fragments are refused") {
  Fixture f;
  CHECK_FALSE(f.Add(0, true, 15));
  CHECK_FALSE(f.Add(65528, false, 100));
  CHECK_FALSE(f.Add(0, false, 0));
  CHECK(f.drops.Of(DropReason::kMalformed) == 3);
  CHECK(f.reassembly.NextTimeout().at == Instant::Never());
}

TEST_CASE("what does not become whole in time is forgotten and counted") {
  Fixture f;
  f.Add(0, true, 16);
  CHECK(f.reassembly.NextTimeout().at == f.now.mono + Reassembly::kTimeoutV4);
  f.now.mono.ms += Reassembly::kTimeoutV4;
  f.reassembly.HandleTimeout(f.now);
  CHECK(f.drops.Of(DropReason::kFragmentTimeout) == 1);
  CHECK(f.reassembly.bytes() == 0);
  CHECK(f.reassembly.NextTimeout().at == Instant::Never());
}

TEST_CASE("memory is bounded: the oldest gives way") {
  Fixture f;
  for (uint32_t id = 0; id < 1000; ++id) {
    ++f.now.mono.ms;
    for (size_t i = 0; i < 40; ++i) f.Add(i * 1600, true, 1600, id);
  }
  CHECK(f.reassembly.bytes() <= Reassembly::kMaxBytes);
  CHECK(f.drops.Of(DropReason::kQueueFull) > 0);
}

}  // namespace zt::netstack
