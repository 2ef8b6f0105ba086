// The member table: expiry, shares of those who fill it (vl2.md §12.1, §12.3).
#include <doctest/doctest.h>

#include <set>

#include "vl2/multicast_members.h"
#include "vl2/test_wire.h"

namespace zt::vl2 {
namespace {

constexpr NetworkId kNetwork{0xfc7120dae1000002};
constexpr MulticastGroup kGroup{{0x333300000001}, 0};

MulticastGroup GroupOf(uint32_t n) { return {Mac::Broadcast(), n}; }

TEST_CASE("Members expire ten minutes after they were last heard of, and not before") {
  MulticastMembers members;
  CHECK(members.Add({0}, kNetwork, kGroup, {{1}, {1}}) == MulticastMembers::Added::kNew);
  CHECK(members.Add({0}, kNetwork, kGroup, {{2}, {2}}) == MulticastMembers::Added::kNew);
  CHECK(members.Add({300'000}, kNetwork, kGroup, {{1}, {1}}) == MulticastMembers::Added::kRefreshed);
  members.Expire({599'999});
  CHECK(members.Of(kNetwork, kGroup).size() == 2);
  CHECK(members.NextExpiry().at == Instant{600'000});
  members.Expire({600'000});
  REQUIRE(members.Of(kNetwork, kGroup).size() == 1);
  CHECK(members.Of(kNetwork, kGroup)[0].address == NodeAddress{1});
  members.Expire(members.NextExpiry().at);
  CHECK(members.Of(kNetwork, kGroup).empty());
  CHECK(members.NextExpiry().at == Instant::Never());
}

// Fills the table with the groups of addresses counting from `first`, each telling `each` of itself.
void Fill(MulticastMembers& members, uint64_t first, size_t tellers, uint32_t each) {
  for (uint64_t who = first; who < first + tellers; ++who) {
    for (uint32_t n = 0; n < each; ++n) members.Add({1'000}, kNetwork, GroupOf(n), {{who}, {who}});
  }
}

TEST_CASE("Who fills the member table loses its own entries, the small shares of others stay") {
  MulticastMembers members;
  constexpr uint64_t kHonest = 1'000;
  Fill(members, 1, kHonest, 3);
  constexpr uint32_t kEach = 10'000;
  constexpr uint64_t kHostile = MulticastMembers::kMaxEntries / kEach + 10;
  Fill(members, 100'000, kHostile, kEach);
  CHECK(members.entries() <= MulticastMembers::kMaxEntries);
  CHECK(members.entries() > MulticastMembers::kMaxEntries - MulticastMembers::kTrim);
  for (uint32_t n = 0; n < 3; ++n) {
    size_t honest = 0;
    for (const auto& m : members.Of(kNetwork, GroupOf(n))) honest += m.address.value <= kHonest ? 1 : 0;
    CHECK(honest == kHonest);
  }
  // Somebody new finds room.
  CHECK(members.Add({2'000}, kNetwork, kGroup, {{5'000}, {5'000}}) == MulticastMembers::Added::kNew);
}

TEST_CASE("A full member table of equal shares gives all of them the same again") {
  MulticastMembers members;
  Fill(members, 1, 512, 512);
  CHECK(members.entries() == MulticastMembers::kMaxEntries);
  Fill(members, 10'000, 1, 512);
  std::map<NodeAddress, size_t> shares;
  for (uint32_t n = 0; n < 512; ++n) {
    for (const auto& m : members.Of(kNetwork, GroupOf(n))) ++shares[m.address];
  }
  CHECK(shares.size() == 513);
  for (const auto& [who, share] : shares) CHECK(share >= 480);  // a sixteenth less
}

TEST_CASE("Nobody tells more than its share, about itself or others") {
  MulticastMembers members;
  for (uint32_t n = 0; n < MulticastMembers::kMaxPerTeller; ++n) {
    REQUIRE(members.Add({0}, kNetwork, GroupOf(n), {{n + 10}, {9}, false}) == MulticastMembers::Added::kNew);
  }
  CHECK(members.Add({0}, kNetwork, kGroup, {{8}, {9}, false}) == MulticastMembers::Added::kFull);
  CHECK(members.Add({0}, kNetwork, kGroup, {{8}, {8}}) == MulticastMembers::Added::kNew);
  // A member that speaks for itself is no longer counted for who named it.
  CHECK(members.Add({0}, kNetwork, GroupOf(0), {{10}, {10}}) == MulticastMembers::Added::kRefreshed);
  CHECK(members.Add({0}, kNetwork, kGroup, {{7}, {9}, false}) == MulticastMembers::Added::kNew);
}

TEST_CASE("A group full of hearsay gives way to members that announce themselves, and only to them") {
  MulticastMembers members;
  for (uint64_t n = 0; n < MulticastMembers::kMaxPerGroup; ++n) {
    const NodeAddress teller{1 + n % 2};
    REQUIRE(members.Add({0}, kNetwork, kGroup, {{100 + n}, teller, false}) == MulticastMembers::Added::kNew);
  }
  CHECK(members.Add({0}, kNetwork, kGroup, {{50}, {1}, false}) == MulticastMembers::Added::kFull);
  CHECK(members.Add({0}, kNetwork, kGroup, {{51}, {51}}) == MulticastMembers::Added::kNew);
  CHECK(members.Of(kNetwork, kGroup).size() == MulticastMembers::kMaxPerGroup);
  CHECK(members.Of(kNetwork, kGroup).front().address == NodeAddress{51});
}

TEST_CASE("What members say they heard is used, not repeated, and does not outlive its member's word") {
  MulticastMembers members;
  testing::TestRandom random(1);
  size_t known = 0;
  members.Add({0}, kNetwork, kGroup, {{1}, {1}});          // announced itself
  members.Add({0}, kNetwork, kGroup, {{2}, {7}, false});   // some member says so
  members.Add({0}, kNetwork, kGroup, {{3}, {8}, true});    // the controller says so
  CHECK(members.Shuffled(kNetwork, kGroup, {}, random).size() == 3);
  const auto told = [&](Instant now, NodeAddress except) {
    const auto list = members.Vouched(now, kNetwork, kGroup, except, random, known);
    return std::set<NodeAddress>(list.begin(), list.end());
  };
  CHECK(told({10}, {}) == std::set<NodeAddress>{{1}, {3}});
  CHECK(known == 2);
  CHECK(told({10}, {1}) == std::set<NodeAddress>{{3}});
  CHECK(known == 2);  // the requester is counted, not listed (vl2.md §12.7)
  members.Add({500'000}, kNetwork, kGroup, {{1}, {7}, false});
  CHECK(told({599'999}, {}) == std::set<NodeAddress>{{1}, {3}});
  CHECK(told({600'000}, {}).empty());
  members.Expire({600'000});
  CHECK(members.Shuffled(kNetwork, kGroup, {}, random) == std::vector<NodeAddress>{{1}});
}

TEST_CASE("Forgetting a network or a member frees exactly that") {
  MulticastMembers members;
  constexpr NetworkId kOther{0xfc7120dae1000003};
  for (uint64_t n = 1; n <= 5; ++n) members.Add({0}, kNetwork, kGroup, {{n}, {n}});
  members.Add({0}, kOther, kGroup, {{1}, {1}});
  members.Remove(kNetwork, kGroup, {3});
  members.Remove(kNetwork, kGroup, {9});
  CHECK(members.Of(kNetwork, kGroup).size() == 4);
  CHECK(members.entries() == 5);
  members.Forget(kNetwork);
  CHECK(members.Of(kNetwork, kGroup).empty());
  CHECK(members.entries() == 1);
}

}  // namespace
}  // namespace zt::vl2
