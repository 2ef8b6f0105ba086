#include "wire/rule.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace zt {
namespace {

std::optional<Rule> Parse(std::string_view hex) {
  const Bytes bytes = *FromHex(hex);
  ByteReader in(bytes);
  return Rule::Parse(in);
}

TEST_CASE("the stated length says where the next rule starts, the fields stay at their places") {
  // EtherType with three bytes of data; then ACCEPT.
  const Bytes longer = *FromHex("2503080055" "0100");
  const auto rules = ParseRules(longer, 10);
  REQUIRE(rules);
  REQUIRE(rules->size() == 2);
  CHECK((*rules)[0].number == 0x0800);
  CHECK((*rules)[1].type == RuleType::kActionAccept);
  // A stated length of 0: the fields are read all the same, and the next rule starts inside them.
  const Bytes shorter = *FromHex("25000100");
  const auto overlapping = ParseRules(shorter, 10);
  REQUIRE(overlapping);
  CHECK((*overlapping)[0].number == 0x0100);
  CHECK((*overlapping)[1].type == RuleType::kActionAccept);
}

TEST_CASE("an unknown type is kept and written with no data") {
  const auto rule = Parse("bf02aabb");
  REQUIRE(rule);
  CHECK(static_cast<int>(rule->type) == 63);
  CHECK(rule->negated);
  CHECK_FALSE(rule->IsKnown());
  CHECK(ToHex(SerializeRules({*rule})) == "bf00");
}

TEST_CASE("the largest rule has the largest size") {
  const auto rule = Parse("33131122334455667788112233445566779800048f");
  REQUIRE(rule);
  CHECK(SerializeRules({*rule}).size() == Rule::kMaxSerializedSize);
}

TEST_CASE("rules beyond the limit are ignored, broken ones are not") {
  CHECK(ParseRules(*FromHex("010000000100"), 2)->size() == 2);
  CHECK(ParseRules({}, 2)->empty());
  CHECK_FALSE(ParseRules(*FromHex("01002502"), 8));
  CHECK_FALSE(Parse("01"));
  CHECK_FALSE(Parse("0101"));
}

}  // namespace
}  // namespace zt
