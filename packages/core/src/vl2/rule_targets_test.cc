// TEE, WATCH and REDIRECT from end to end: what a monitor member receives, with which flags (vl2.md §9.3, §13.7).
#include <doctest/doctest.h>

#include "vl2/test_wire.h"
#include "wire/derived_address.h"
#include "wire/verb/ext_frame.h"

namespace zt::vl2 {
namespace {

using testing::FromHex;
using testing::Sent;
using testing::TestNode;
using wire::ExtFrame;

constexpr NetworkId kNetwork{0xfc7120dae1000005};
constexpr const char* kAccept = "0100";

// Three members of a public network, each with the rules it is given.
struct Monitored {
  testing::TestWire wire;
  TestNode alice{wire, testing::kAliceSecret};
  TestNode bob{wire, testing::kBobSecret};
  TestNode carol{wire, testing::kCarolSecret};

  void Join(TestNode& node, const std::string& rules, const std::string& capability = "") {
    NetworkConfig config;
    config.network = kNetwork;
    config.issued_to = node.address();
    config.timestamp = 1;
    config.is_public = true;
    config.rules = *ParseRules(FromHex(rules), 100);
    if (!capability.empty()) {
      Capability& held = config.capabilities.emplace_back();
      held.network = kNetwork;
      held.timestamp = 1;
      held.id = 9;
      REQUIRE(held.SetRules(FromHex(capability)));
      held.custody.push_back({node.address(), {kNetwork.value >> 24}, {}});
    }
    REQUIRE(node.vl2->Join(wire.now, kNetwork, *config.Serialize()));
    wire.Settle();
    wire.log.clear();
  }
  // Everybody has the same rules, as on a real network.
  void JoinAll(const std::string& rules) {
    for (TestNode* node : {&alice, &bob, &carol}) Join(*node, rules);
  }
  Mac MacOf(const TestNode& node) const { return DeriveMac(node.address(), kNetwork); }
  void Send(TestNode& from, const TestNode& to, std::string_view text) {
    wire.log.clear();
    for (TestNode* node : {&alice, &bob, &carol}) node->frames.clear();
    const ByteSpan piece{reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    from.vl2->SendFrame(wire.now, kNetwork, MacOf(from), MacOf(to), 0x0800, {&piece, 1});
    wire.Settle();
  }
  std::vector<Sent> ExtFrames() const {
    std::vector<Sent> out;
    for (const Sent& sent : wire.log) {
      if (sent.verb == Verb::kExtFrame) out.push_back(sent);
    }
    return out;
  }
  // An EXT_FRAME of `from` to carol that carries alice's frame to bob.
  void CheckCopy(const Sent& sent, const TestNode& from, uint8_t flags, std::string_view text) {
    CHECK(sent.from == from.address());
    CHECK(sent.to == carol.address());
    const auto parsed = ExtFrame::Parse(sent.payload);
    REQUIRE(parsed.has_value());
    CHECK(parsed->flags == flags);
    CHECK(parsed->source == MacOf(alice));
    CHECK(parsed->destination == MacOf(bob));
    CHECK(parsed->ether_type == 0x0800);
    CHECK(std::string(parsed->payload.begin(), parsed->payload.end()) == text);
  }
  std::string Action(const char* type, const TestNode& target, const char* length = "0000") const {
    char digits[17];
    for (int i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[target.address().value >> (60 - 4 * i) & 15];
    digits[16] = 0;
    return std::string(type) + "0e" + digits + "00000000" + length;
  }
};

TEST_CASE_FIXTURE(Monitored, "A tee copies the first bytes, on the way out and on the way in") {
  JoinAll(Action("02", carol, "0005") + kAccept);
  Send(alice, bob, "0123456789");
  const auto copies = ExtFrames();
  REQUIRE(copies.size() == 2);
  CheckCopy(copies[0], alice, ExtFrame::kOutboundTee, "01234");
  CheckCopy(copies[1], bob, ExtFrame::kInboundTee, "01234");
  CHECK(bob.frames.size() == 1);
  REQUIRE(carol.frames.size() == 2);  // super-accepted: the MACs are not its own
  CHECK(carol.frames[0].source == MacOf(alice));
  CHECK(carol.frames[0].destination == MacOf(bob));
  CHECK(wire.Count(carol.address(), Verb::kOk) == 0);
}

TEST_CASE_FIXTURE(Monitored, "A watch asks for acknowledgements") {
  JoinAll(Action("03", carol) + kAccept);
  Send(alice, bob, "watched");
  const auto copies = ExtFrames();
  REQUIRE(copies.size() == 2);
  CheckCopy(copies[0], alice, ExtFrame::kOutboundWatch, "watched");
  CheckCopy(copies[1], bob, ExtFrame::kInboundWatch, "watched");
  CHECK(carol.frames.size() == 2);
  CHECK(wire.Count(carol.address(), Verb::kOk) == 2);
}

TEST_CASE_FIXTURE(Monitored, "A redirect on the way out takes the whole frame elsewhere") {
  JoinAll(Action("04", carol, "0003") + kAccept);
  Send(alice, bob, "redirected");
  const auto copies = ExtFrames();
  REQUIRE(copies.size() == 1);
  CheckCopy(copies[0], alice, ExtFrame::kOutboundRedirect, "redirected");
  CHECK(bob.frames.empty());
  CHECK(carol.frames.size() == 1);
}

TEST_CASE_FIXTURE(Monitored, "A redirect on the way in takes the frame from its receiver") {
  Join(alice, kAccept);
  Join(bob, Action("04", carol) + kAccept);
  Join(carol, Action("04", carol) + kAccept);
  Send(alice, bob, "redirected");
  const auto copies = ExtFrames();
  REQUIRE(copies.size() == 1);
  CheckCopy(copies[0], bob, ExtFrame::kInboundRedirect, "redirected");
  CHECK(bob.frames.empty());
  CHECK(carol.frames.size() == 1);
}

TEST_CASE_FIXTURE(Monitored, "A redirect to the receiver changes nothing") {
  JoinAll(Action("04", bob) + kAccept);
  Send(alice, bob, "straight");
  CHECK(ExtFrames().empty());
  CHECK(bob.frames.size() == 1);
}

TEST_CASE_FIXTURE(Monitored, "A monitor's own frames are not copied to it, and copies are not copied again") {
  JoinAll(Action("02", carol) + kAccept);
  Send(carol, bob, "from the monitor");
  CHECK(ExtFrames().empty());
  CHECK(bob.frames.size() == 1);
  Send(alice, carol, "to the monitor");
  CHECK(ExtFrames().empty());
  CHECK(carol.frames.size() == 1);
}

TEST_CASE_FIXTURE(Monitored, "Two monitors redirecting to each other do not pass a frame for ever") {
  Join(alice, Action("04", bob) + kAccept);
  Join(bob, Action("04", carol) + kAccept);
  Join(carol, Action("04", bob) + kAccept);
  Send(alice, carol, "round and round");
  CHECK(wire.log.size() < 5);
}

TEST_CASE_FIXTURE(Monitored, "Without a rule that names it a monitor refuses frames of foreign MACs") {
  Join(alice, Action("02", carol) + kAccept);
  Join(bob, kAccept);
  Join(carol, kAccept);
  Send(alice, bob, "unexpected");
  REQUIRE(ExtFrames().size() == 1);
  CHECK(carol.frames.empty());
  CHECK(carol.drops.all()[static_cast<size_t>(DropReason::kNoBridge)] == 1);
}

TEST_CASE_FIXTURE(Monitored, "Copies of refused frames are not sent") {
  JoinAll(Action("02", carol) + "0000");
  Send(alice, bob, "refused");
  CHECK(ExtFrames().empty());
}

TEST_CASE_FIXTURE(Monitored, "The copy of the capability goes before the copy of the base rules") {
  Join(alice, Action("02", carol, "0002"), Action("03", carol) + kAccept);
  Join(bob, kAccept);
  Join(carol, Action("02", carol) + kAccept);
  Send(alice, bob, "twice");
  const auto copies = ExtFrames();
  REQUIRE(copies.size() == 2);
  CheckCopy(copies[0], alice, ExtFrame::kOutboundWatch, "twice");
  CheckCopy(copies[1], alice, ExtFrame::kOutboundTee, "tw");
  CHECK(bob.frames.size() == 1);
}

}  // namespace
}  // namespace zt::vl2
