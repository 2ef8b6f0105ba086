// Frames from the port and to it (vl2.md §9): their bytes, their limits, and every way an EXT_FRAME is judged.
#include "vl2/multicast_lan.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"

namespace zt::vl2 {
namespace {

using testing::kNetwork;
using testing::MulticastLan;
using testing::Sent;
using testing::TestNode;

constexpr Mac kForeign{0x0a1122334455}, kOtherForeign{0x0a1122334466}, kGroupMac{0x333300000001};
constexpr uint16_t kType = 0x88b5;

Rule Action(RuleType type, NodeAddress target = {}) {
  Rule rule;
  rule.type = type;
  rule.address = target;
  return rule;
}

struct FrameLan : MulticastLan {
  Mac MacOf(const TestNode& node) const { return DeriveMac(node.address(), kNetwork); }
  void MakeBridge(const TestNode& node) {
    shape.specialists.push_back({node.address().value | Specialist::kActiveBridge});
  }
  // Everybody knows everybody's certificate.
  void Acquaint() {
    for (TestNode* a : {&alice, &bob, &carol}) {
      for (TestNode* b : {&alice, &bob, &carol}) {
        if (a != b) Send(*a, MacOf(*b), 0x0800, {1});
      }
    }
    for (TestNode* node : {&alice, &bob, &carol}) node->frames.clear();
    wire.log.clear();
  }
  void SendFrom(TestNode& node, Mac source, Mac to, const Bytes& payload) {
    const ByteSpan piece = payload;
    node.vl2->SendFrame(wire.now, kNetwork, source, to, kType, {&piece, 1});
  }
  wire::ExtFrame Good() const {
    wire::ExtFrame frame;
    frame.network = kNetwork;
    frame.flags = wire::ExtFrame::kAcknowledge;
    frame.destination = MacOf(alice);
    frame.source = MacOf(bob);
    frame.ether_type = kType;
    frame.payload = payload;
    return frame;
  }
  // What alice does with it, from bob: delivered, acknowledged.
  std::pair<bool, bool> Judge(const wire::ExtFrame& frame) {
    wire.log.clear();
    alice.frames.clear();
    Deliver(alice, bob, Verb::kExtFrame, frame);
    return {!alice.frames.empty(), !SentTo(alice, bob, Verb::kOk).empty()};
  }
  const Bytes payload = {1, 2, 3};
};
using Fate = std::pair<bool, bool>;
constexpr Fate kDelivered{true, true}, kStopped{false, false}, kRefused{false, true};

TEST_CASE_FIXTURE(FrameLan, "A frame with our MAC is a FRAME, one with another MAC an EXT_FRAME with flags 0") {
  MakeBridge(alice);
  JoinAll();
  Acquaint();
  SendFrom(alice, MacOf(alice), MacOf(bob), payload);
  auto sent = SentTo(alice, bob, Verb::kFrame);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]->payload == testing::FromHex("fc7120dae100000288b5010203"));  // §9.2
  CHECK_FALSE(sent[0]->expect_reply);
  SendFrom(alice, kForeign, MacOf(bob), payload);
  sent = SentTo(alice, bob, Verb::kExtFrame);
  REQUIRE(sent.size() == 1);
  Bytes expected = testing::FromHex("fc7120dae100000200");  // §9.3
  const auto to = MacOf(bob).ToBytes();
  expected.insert(expected.end(), to.begin(), to.end());
  for (const uint8_t byte : testing::FromHex("0a112233445588b5010203")) expected.push_back(byte);
  CHECK(sent[0]->payload == expected);
  CHECK_FALSE(sent[0]->expect_reply);
}

TEST_CASE_FIXTURE(FrameLan, "Credentials go before the first frame, plain or bridged") {
  for (const bool bridged : {false, true}) {
    FrameLan lan;
    lan.MakeBridge(lan.alice);
    lan.JoinAll();
    lan.wire.log.clear();
    lan.SendFrom(lan.alice, bridged ? kForeign : lan.MacOf(lan.alice), lan.MacOf(lan.bob), lan.payload);
    REQUIRE(lan.wire.log.size() == 2);
    CHECK(lan.wire.log[0].verb == Verb::kNetworkCredentials);
    CHECK(lan.wire.log[1].verb == (bridged ? Verb::kExtFrame : Verb::kFrame));
  }
}

TEST_CASE_FIXTURE(FrameLan, "The packet bounds the payload, whatever the MTU says") {
  MakeBridge(alice);
  JoinAll();
  Acquaint();
  const auto sent = [&] { return wire.log.size(); };
  SendFrom(alice, MacOf(alice), MacOf(bob), Bytes(9'986));
  CHECK(sent() == 1);
  SendFrom(alice, MacOf(alice), MacOf(bob), Bytes(9'987));
  CHECK(sent() == 1);
  SendFrom(alice, kForeign, MacOf(bob), Bytes(9'973));
  CHECK(sent() == 2);
  SendFrom(alice, kForeign, MacOf(bob), Bytes(9'974));
  CHECK(sent() == 2);
  CHECK(alice.drops.Of(DropReason::kFrameTooBig) == 2);
  wire.Settle();
  REQUIRE(bob.frames.size() == 2);
  CHECK(bob.frames[0].payload.size() == 9'986);
  CHECK(bob.frames[1].payload.size() == 9'973);
}

TEST_CASE_FIXTURE(FrameLan, "Without a configuration, or against the rules, nothing leaves") {
  alice.vl2->Join(wire.now, kNetwork, {});  // not settled: the answer is on its way
  wire.log.clear();
  SendFrom(alice, MacOf(alice), MacOf(bob), payload);
  CHECK(alice.drops.Of(DropReason::kNotAMember) == 1);
  CHECK(wire.log.empty());
  shape.rules = {Action(RuleType::kActionDrop)};
  wire.Settle();
  wire.log.clear();
  SendFrom(alice, MacOf(alice), MacOf(bob), payload);
  CHECK(wire.log.empty());  // not even credentials
}

TEST_CASE_FIXTURE(FrameLan, "A FRAME without payload is nothing, one for another network gets no answer") {
  JoinAll();
  Acquaint();
  CHECK(Deliver(alice, bob, Verb::kFrame, wire::Frame{kNetwork, kType, {}}));
  CHECK(alice.frames.empty());
  CHECK(Deliver(alice, bob, Verb::kFrame, wire::Frame{kNetwork, kType, payload}));
  REQUIRE(alice.frames.size() == 1);
  CHECK(alice.frames[0].source == MacOf(bob));
  CHECK(alice.frames[0].destination == MacOf(alice));
  wire.log.clear();
  CHECK_FALSE(Deliver(alice, bob, Verb::kFrame, wire::Frame{{kNetwork.value + 1}, kType, payload}));
  auto other = Good();
  other.network.value += 1;
  CHECK(Judge(other) == kStopped);
  CHECK(alice.drops.Of(DropReason::kUnknownNetwork) == 2);
  CHECK(wire.log.empty());
}

// §9.3, line by line.
TEST_CASE_FIXTURE(FrameLan, "Which extended frames are delivered, acknowledged or neither") {
  JoinAll();
  Acquaint();
  CHECK(Judge(Good()) == kDelivered);
  auto frame = Good();
  frame.flags = 0;
  CHECK(Judge(frame) == Fate{true, false});  // nobody asked
  frame = Good();
  frame.payload = {};
  CHECK(Judge(frame) == Fate{false, true});
  for (const Mac source : {Mac{0}, MacOf(alice)}) {
    frame = Good();
    frame.source = source;
    CHECK(Judge(frame) == kStopped);
  }
  frame = Good();
  frame.source = kForeign;  // bob is no bridge
  CHECK(Judge(frame) == kStopped);
  frame = Good();
  frame.destination = kForeign;  // nor is alice
  CHECK(Judge(frame) == kStopped);
  CHECK(alice.drops.Of(DropReason::kNoBridge) == 1);
  frame.destination = MacOf(carol);
  CHECK(Judge(frame) == kStopped);
  frame.destination = kGroupMac;
  CHECK(Judge(frame) == kDelivered);
  // The sub-type says how it came about and has no influence; reserved bits have none either.
  for (uint8_t flags = wire::ExtFrame::kAcknowledge; flags != 0; flags = static_cast<uint8_t>(flags + 2)) {
    if ((flags & wire::ExtFrame::kAcknowledge) == 0) continue;
    frame = Good();
    frame.flags = flags;
    CHECK(Judge(frame) == kDelivered);
  }
}

TEST_CASE_FIXTURE(FrameLan, "The acknowledgement names the packet and the network") {
  JoinAll();
  Acquaint();
  Deliver(alice, bob, Verb::kExtFrame, Good(), 0x1122334455667788);
  const auto ok = SentTo(alice, bob, Verb::kOk);
  REQUIRE(ok.size() == 1);
  CHECK(ok[0]->payload == testing::FromHex("071122334455667788fc7120dae1000002"));
}

TEST_CASE_FIXTURE(FrameLan, "With multicast disabled an extended frame to a group is not delivered") {
  shape.multicast_limit = 0;
  JoinAll();
  Acquaint();
  auto frame = Good();
  frame.destination = kGroupMac;
  CHECK(Judge(frame) == kStopped);
  CHECK(alice.drops.Of(DropReason::kMulticastDisabled) == 1);
}

TEST_CASE_FIXTURE(FrameLan, "A bridge takes frames for others, and what a bridge sends for others is taken") {
  MakeBridge(alice);
  MakeBridge(bob);
  JoinAll();
  Acquaint();
  auto frame = Good();
  frame.destination = kForeign;
  CHECK(Judge(frame) == kDelivered);
  frame = Good();
  frame.source = kOtherForeign;
  CHECK(Judge(frame) == kDelivered);
  // A frame from behind a bridge is taken whatever it is for.
  frame.destination = kForeign;
  CHECK(Judge(frame) == kDelivered);
  REQUIRE(alice.frames.size() == 1);
  CHECK(alice.frames[0].source == kOtherForeign);
  CHECK(alice.frames[0].destination == kForeign);
  // Ours comes from nowhere but here.
  frame.source = MacOf(alice);
  CHECK(Judge(frame) == kStopped);
}

TEST_CASE_FIXTURE(FrameLan, "A frame that the rules refuse is acknowledged all the same") {
  Rule only;
  only.type = RuleType::kEtherType;
  only.number = 0x0800;
  shape.rules = {only, Action(RuleType::kActionAccept)};
  JoinAll();
  Acquaint();
  CHECK(Judge(Good()) == kRefused);
}

TEST_CASE_FIXTURE(FrameLan, "The target of a redirect takes foreign MACs on both ends") {
  shape.rules = {Action(RuleType::kActionRedirect, alice.address()), Action(RuleType::kActionAccept)};
  shape.is_public = true;
  JoinAll();
  auto frame = Good();
  frame.source = kForeign;
  frame.destination = kOtherForeign;
  CHECK(Judge(frame) == kDelivered);
  frame.source = {0};  // checked before the rules
  CHECK(Judge(frame) == kStopped);
  frame.source = MacOf(alice);
  CHECK(Judge(frame) == kStopped);
}

TEST_CASE_FIXTURE(FrameLan, "A certificate that comes with the frame counts, a malformed one drops the packet") {
  JoinAll();
  wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkCredentials; };  // it comes in no other way
  auto frame = Good();
  CHECK(Judge(frame) == kStopped);
  frame.com = bob.vl2->Info(kNetwork)->config->com;
  REQUIRE(frame.com.has_value());
  wire.Advance(5'000);  // past the deferred one, and the one second between credentials (§8.3)
  CHECK(Judge(frame) == kDelivered);
  Bytes broken = testing::Write(frame);
  broken[9] = 0;  // the certificate's type
  const uint64_t before = alice.drops.Of(DropReason::kMalformed);
  CHECK_FALSE(testing::Inject(wire, alice, bob.address(), Verb::kExtFrame, broken));
  CHECK(alice.drops.Of(DropReason::kMalformed) == before + 1);
  CHECK_FALSE(testing::Inject(wire, alice, bob.address(), Verb::kExtFrame, ByteSpan(broken).first(8)));
  CHECK(alice.drops.Of(DropReason::kMalformed) == before + 2);
}

TEST_CASE_FIXTURE(FrameLan, "Frames to ourselves wait in a bounded queue, also when the sender is behind us") {
  MakeBridge(alice);
  JoinAll();
  for (int i = 0; i < 64; ++i) SendFrom(alice, i % 2 == 0 ? kForeign : MacOf(alice), MacOf(alice), payload);
  CHECK(alice.frames.empty());
  SendFrom(alice, MacOf(alice), MacOf(alice), payload);
  CHECK(alice.drops.Of(DropReason::kQueueFull) == 1);
  alice.vl2->Flush(wire.now);
  CHECK(alice.frames.size() == 64);
  CHECK(alice.frames[0].source == kForeign);
}

}  // namespace
}  // namespace zt::vl2
