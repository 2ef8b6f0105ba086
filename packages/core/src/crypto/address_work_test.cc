#include "crypto/address_work.h"

#include <doctest/doctest.h>

#include "base/hex.h"
#include "base/seeded_random.h"

namespace zt::crypto {
namespace {

// The identity "alice" of vl1-vectors.json.
constexpr char kPublicKey[] =
    "f4f3c4da1860acd10d73c5fc4901b8401770895f27bad56a6958b8e5c69c1f0e"
    "d9678dc61de4968e338319c6ad31938fae96833108c0ef8840578b515b2825de";
constexpr char kDigest[] =
    "0325552c6a5e5666b9b3ff889a14626d698b95605d99e21cef855920550b4051"
    "db7d75d32866dc650c72a243b69c37b61457f79b2a4f1386e2bcaa176c59253c";

TEST_CASE("one go") {
  AddressWork work;
  work.Start(*FromHex(kPublicKey));
  CHECK(work.Step(AddressWork::kTotalBlocks));
  CHECK(ToHex(work.digest()) == kDigest);
  CHECK(work.MeetsCondition());
  CHECK(work.Address() == 0x176c59253c);
}

TEST_CASE("slices of any size give what one go gives") {
  SeededRandom random(9);
  AddressWork work;
  for (int round = 0; round < 3; ++round) {
    work.Start(*FromHex(kPublicKey));
    size_t blocks = 0;
    bool done = false;
    while (!done) {
      const size_t slice = 1 + random.Below(round == 0 ? 100 : 5000);
      done = work.Step(slice);
      blocks += slice;
      REQUIRE(done == (blocks >= AddressWork::kTotalBlocks));
    }
    CHECK(ToHex(work.digest()) == kDigest);
  }
}

TEST_CASE("a finished evaluation stays as it is") {
  AddressWork work;
  work.Start(*FromHex(kPublicKey));
  CHECK(work.Step(AddressWork::kTotalBlocks + 5));
  CHECK(work.Step(100));
  CHECK(ToHex(work.digest()) == kDigest);
}

}  // namespace
}  // namespace zt::crypto
