// Whole decisions: counters and explanations.
#include "vl2/decision.h"

#include <doctest/doctest.h>

#include "vl2/rule_trace.h"
#include "vl2/test_wire.h"

namespace zt::vl2 {
namespace {

using testing::FromHex;

struct Decisions {
  NetworkConfig config;
  Membership remote;
  testing::TestRandom random{1};
  Bytes payload = FromHex("4500001c00000000401100000a0000010a000002" "0050003500080000" "00");
  ByteSpan piece = payload;
  Frame frame{{1}, {2}, kEtherIpv4, payload.size(), piece, {&piece, 1}};
  RuleHits hits;

  void Rules(const char* base, const char* capability = nullptr) {
    config.rules = *ParseRules(FromHex(base), 100);
    if (capability != nullptr) {
      Capability& held = config.capabilities.emplace_back();
      held.id = 7;
      REQUIRE(held.SetRules(FromHex(capability)));
      remote.capabilities[7] = held;
    }
    hits.Restart(config);
  }
  RuleContext Context(bool inbound) {
    return {config, &remote, {1}, {inbound ? 2u : 1u}, {inbound ? 1u : 2u}, inbound, random};
  }
};

TEST_CASE_FIXTURE(Decisions, "Rules that held are counted, base rules and own capabilities each") {
  // IPv4 and not TCP: break; IPv6: accept. Capability: port 53: accept.
  Rules("25020800" "a40106" "0500" "250286dd" "0100", "280400350035" "0100");
  for (int i = 0; i < 3; ++i) CHECK(Decide(Context(false), frame, hits).verdict == Verdict::kAccept);
  CHECK(hits.rules == std::vector<uint64_t>{3, 3, 3, 0, 0, 3, 3});
  CHECK(hits.verdicts[0][static_cast<size_t>(Verdict::kAccept)] == 3);
  CHECK(hits.verdicts[1] == std::array<uint64_t, 5>{});
}

TEST_CASE_FIXTURE(Decisions, "Capabilities of others count in the totals only") {
  Rules("0500", "0100");
  CHECK(Decide(Context(true), frame, hits).capability->id == 7);
  CHECK(hits.rules == std::vector<uint64_t>{1, 0});
  CHECK(hits.verdicts[1][static_cast<size_t>(Verdict::kAccept)] == 1);
}

TEST_CASE_FIXTURE(Decisions, "Counters fit the configuration they count for, and never more") {
  Rules("0500", "0100");
  RuleHits other;  // of no rules at all: nothing is written past it
  CHECK(Decide(Context(false), frame, other).Accepted());
  CHECK(other.rules.empty());
  NetworkConfig changed = config;
  CHECK(RuleHits::SameRules(config, changed));
  changed.timestamp += 1;
  CHECK(RuleHits::SameRules(config, changed));
  changed.capabilities[0].rules[0].type = RuleType::kActionDrop;
  CHECK_FALSE(RuleHits::SameRules(config, changed));
  changed = config;
  changed.rules.push_back({});
  CHECK_FALSE(RuleHits::SameRules(config, changed));
}

TEST_CASE_FIXTURE(Decisions, "A base DROP is final, a capability's is not") {
  Rules("0000", "0100");
  CHECK(Decide(Context(false), frame, hits).verdict == Verdict::kDrop);
  config.capabilities.clear();
  Rules("0500", "0000");
  CHECK(Decide(Context(false), frame, hits).verdict == Verdict::kNoMatch);
}

TEST_CASE_FIXTURE(Decisions, "An explanation names every rule on the way, with what it saw") {
  // IPv6: drop; UDP to 53, or anything: tee, break. Capability: accept.
  Rules("250286dd" "0000" "240111" "280400350035" "020e0000000000000003000000000002" "0500", "0100");
  const Explanation why = Explain(Context(false), frame);
  CHECK(why.decision.verdict == Verdict::kAccept);
  CHECK(why.decision.capability->id == 7);
  REQUIRE(why.lists.size() == 2);
  CHECK(!why.lists[0].capability.has_value());
  CHECK(why.lists[0].evaluation.verdict == Verdict::kNoMatch);
  CHECK(why.lists[0].evaluation.rule == 5);
  CHECK(why.lists[0].evaluation.copy_to == NodeAddress{3});
  const auto& steps = why.lists[0].steps;
  REQUIRE(steps.size() == 6);
  CHECK(steps[0].step == RuleStep::kUnmatched);
  CHECK(steps[0].field.number == 0x0800);
  CHECK(steps[1].step == RuleStep::kPassedOver);
  CHECK(steps[2].step == RuleStep::kMatched);
  CHECK(steps[2].field.number == 17);
  CHECK(steps[3].group);
  CHECK(steps[3].field.number == 53);
  CHECK(steps[4].step == RuleStep::kExecuted);
  CHECK(why.lists[1].capability == 7);
  CHECK(why.lists[1].evaluation.rule == 0);
}

TEST_CASE_FIXTURE(Decisions, "A skipped match has no value, and a field that is not there says so") {
  Rules("250286dd" "240106" "0000" "211100000000000000000000000000000000" "00" "0100");
  const Explanation why = Explain(Context(false), frame);
  CHECK(why.decision.verdict == Verdict::kNoMatch);
  const auto& steps = why.lists[0].steps;
  REQUIRE(steps.size() == 5);
  CHECK(steps[1].step == RuleStep::kSkipped);
  CHECK(steps[1].field.kind == RuleField::kNone);
  CHECK(steps[3].field.kind == RuleField::kAbsent);
  CHECK(why.lists[0].evaluation.rule == Evaluation::kNoRule);
}

}  // namespace
}  // namespace zt::vl2
