#include "vl2/config_flood.h"

#include <doctest/doctest.h>

#include "vl2/signature_budget.h"

namespace zt::vl2 {
namespace {

constexpr Instant kStart{1'000'000};

TEST_CASE("A chunk is passed on once, however often it is replayed") {
  ConfigFlood flood;
  CHECK(flood.Admits(kStart, 7, true));
  CHECK(!flood.Admits(kStart, 7, true));
  CHECK(!flood.Admits(kStart + 3'600'000, 7, false));
  for (uint64_t key = 100; key < 100 + ConfigFlood::kRemembered - 1; ++key) CHECK(flood.Admits(kStart, key, true));
  CHECK(!flood.Admits(kStart, 7, true));
  CHECK(flood.Admits(kStart, 5, true));  // takes the place of the oldest
  CHECK(flood.Admits(kStart, 7, true));
}

TEST_CASE("Messengers have one largest update at once and a chunk a second, the controller is not held back") {
  ConfigFlood flood;
  uint64_t key = 1;
  for (int i = 0; i < ConfigFlood::kBurst; ++i) CHECK(flood.Admits(kStart, key++, false));
  CHECK(!flood.Admits(kStart, key++, false));
  CHECK(flood.Admits(kStart, key++, true));
  CHECK(flood.Admits(kStart + ConfigFlood::kRefill, key++, false));
  CHECK(!flood.Admits(kStart + ConfigFlood::kRefill, key++, false));
}

TEST_CASE("A sender of false signatures is not heard after its burst, others are, and it recovers with time") {
  SignatureBudget budget;
  const NodeAddress bad{1}, good{2};
  for (int i = 0; i < SignatureBudget::kBurst; ++i) {
    CHECK(budget.Allows(kStart, bad));
    budget.Charge(kStart, bad);
  }
  CHECK(!budget.Allows(kStart, bad));
  CHECK(budget.Allows(kStart, good));
  CHECK(budget.Allows(kStart + SignatureBudget::kRefill, bad));
}

TEST_CASE("Senders beyond the table share one bucket") {
  SignatureBudget budget;
  for (uint64_t sender = 1; sender <= SignatureBudget::kMaxSenders; ++sender) budget.Charge(kStart, {sender});
  for (uint64_t sender = 5'000; sender < 5'000 + SignatureBudget::kBurst; ++sender) budget.Charge(kStart, {sender});
  CHECK(!budget.Allows(kStart, {9'999}));
  CHECK(budget.Allows(kStart, {1}));  // has a bucket of its own
  // A minute later the table is empty again.
  budget.Charge(kStart + 60'000, {9'999});
  CHECK(budget.Allows(kStart + 60'000, {9'999}));
  CHECK(budget.Allows(kStart + 60'000, {9'998}));
}

}  // namespace
}  // namespace zt::vl2
