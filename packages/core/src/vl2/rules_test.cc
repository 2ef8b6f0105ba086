#include "vl2/rules.h"

#include <doctest/doctest.h>
#include "vl2/test_wire.h"

namespace zt::vl2 {
namespace {

using testing::FromHex;

struct RulesFixture {
  NetworkConfig config;
  testing::TestRandom random{1};
  Bytes payload = FromHex("45000028000000004006000001010101020202020050005100000000000000005002000000000000");

  Evaluation Run(const char* rules, bool inbound = false, uint16_t ether_type = kEtherIpv4) {
    const ByteSpan piece = payload;
    const RuleContext context{config, nullptr, {1}, {inbound ? 2u : 1u}, {inbound ? 1u : 2u}, inbound, random};
    return Evaluate(context, *ParseRules(FromHex(rules), 1024),
                    {{0x020000000001}, {0x020000000002}, ether_type, payload.size(), piece, {&piece, 1}});
  }
};

TEST_CASE_FIXTURE(RulesFixture, "An empty rule list decides nothing") {
  CHECK(Run("").verdict == Verdict::kNoMatch);
  CHECK(Run("0100").verdict == Verdict::kAccept);
  CHECK(Run("0000").verdict == Verdict::kDrop);
}

TEST_CASE_FIXTURE(RulesFixture, "OR combines with the running value strictly left to right") {
  // ethertype IPv6 and protocol 6, or protocol 6: (false and true) or true
  CHECK(Run("250286dd" "240106" "640106" "0100").verdict == Verdict::kAccept);
  // protocol 6 or ethertype IPv6, and protocol 17: (true or false) and false
  CHECK(Run("240106" "650286dd" "240111" "0100").verdict == Verdict::kNoMatch);
}

TEST_CASE_FIXTURE(RulesFixture, "After an action that did not end the evaluation matches go on from true") {
  // TEE to 3 (unconditional), then protocol 17 and ACCEPT: the group after the action starts from what it was
  const Evaluation e = Run("020e0000000000000003000000000010" "240111" "0100" "0100");
  CHECK(e.copy_to == NodeAddress{3});
  CHECK(e.copy_length == 16);
  CHECK(e.verdict == Verdict::kAccept);
}

TEST_CASE_FIXTURE(RulesFixture, "A port range on ICMP is false even under NOT only for other ethertypes") {
  payload[9] = 1;
  CHECK(Run("a80400000001" "0100").verdict == Verdict::kAccept);                        // no ports: NOT makes it true
  CHECK(Run("a80400000001" "0100", false, kEtherArp).verdict == Verdict::kNoMatch);     // not IP: immune to NOT
}

TEST_CASE_FIXTURE(RulesFixture, "A redirect names the new destination, and inbound to us it is a super accept") {
  const Evaluation out = Run("040e0000000000000009000000000000");
  CHECK(out.verdict == Verdict::kRedirect);
  CHECK(out.destination == NodeAddress{9});
  CHECK(Run("040e0000000000000001000000000000", true).verdict == Verdict::kSuperAccept);
}

TEST_CASE_FIXTURE(RulesFixture, "A missing remote tag cannot drop on the sending side") {
  Tag mine;
  mine.id = 1;
  mine.value = 7;
  config.tags = {mine};
  CHECK(Run("300800000001000000070000" "0100").verdict == Verdict::kAccept);           // outbound: the receiver decides
  CHECK(Run("300800000001000000070000" "0100", true).verdict == Verdict::kAccept);     // inbound: no tag, no match
  CHECK(Run("300800000001000000070100", true).verdict == Verdict::kNoMatch);
}

TEST_CASE_FIXTURE(RulesFixture, "TCP flags are characteristics, and a truncated header has none") {
  CHECK(Run("29080000000000000002" "0100").verdict == Verdict::kAccept);  // SYN
  payload.resize(33);
  CHECK(Run("29080000000000000002" "0100").verdict == Verdict::kNoMatch);
}

}  // namespace
}  // namespace zt::vl2
