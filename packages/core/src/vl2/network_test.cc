// The table of members when it is full.
#include "vl2/network.h"

#include <doctest/doctest.h>

namespace zt::vl2 {
namespace {

constexpr NetworkId kNetwork{0x1111111111000001};
constexpr NodeAddress kSelf{0x2222222222};

NodeAddress Person(uint64_t n) { return {0x3000000000 + n}; }

// As many members as there is room for, `strangers` of whom hold nothing.
void Fill(Network& network, size_t strangers) {
  for (uint64_t n = 0; n < Network::kMaxMembers; ++n) {
    Membership* m = network.Member(Person(n));
    REQUIRE(m != nullptr);
    if (n >= strangers) m->com_revocation_threshold = 1;
  }
}

TEST_CASE("where nearly all hold something, every newcomer finds a record, and nobody who holds something loses it") {
  Network network(kNetwork, kSelf);
  Fill(network, 1);
  for (uint64_t n = 0; n < 3 * Network::kSearchEvery; ++n) CHECK(network.Member(Person(1'000'000 + n)) != nullptr);
  CHECK(network.FindMember(Person(0)) == nullptr);
  for (uint64_t n = 1; n < Network::kMaxMembers; ++n) REQUIRE(network.FindMember(Person(n)) != nullptr);
}

TEST_CASE("a newcomer that proves something keeps its record; the table is full then") {
  Network network(kNetwork, kSelf);
  Fill(network, 1);
  network.Member(Person(1'000'000))->com_revocation_threshold = 1;
  for (uint64_t n = 1; n < 3 * Network::kSearchEvery; ++n) CHECK(network.Member(Person(1'000'000 + n)) == nullptr);
  CHECK(network.FindMember(Person(1'000'000)) != nullptr);
}

TEST_CASE("where half are strangers, the ones longest unused give way for many newcomers at once") {
  Network network(kNetwork, kSelf);
  Fill(network, Network::kMaxMembers / 2);
  CHECK(network.Member(Person(1'000'000)) != nullptr);
  CHECK(network.members().size() < Network::kMaxMembers * 3 / 4 + 2);
}

}  // namespace
}  // namespace zt::vl2
