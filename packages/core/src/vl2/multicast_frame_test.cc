// Multicast frames between members: what is refused, bridges, replicators (vl2.md §12.4-§12.6).
#include "testing/test_identities.h"
#include "vl2/multicast_lan.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/reply.h"

namespace zt::vl2 {
namespace {

using namespace testing;

struct FrameLan : MulticastLan {
  // A well-formed frame of bob's that asks for ten members.
  wire::MulticastFrame Good() const {
    wire::MulticastFrame frame;
    frame.network = kNetwork;
    frame.gather_limit = 10;
    frame.destination = kGroup.mac;
    frame.ether_type = 0x86dd;
    frame.payload = payload;
    return frame;
  }
  // What alice does with it: delivered, answered.
  std::pair<bool, bool> Judge(const wire::MulticastFrame& frame) {
    wire.log.clear();
    alice.frames.clear();
    Deliver(alice, bob, Verb::kMulticastFrame, frame);
    return {!alice.frames.empty(), !SentTo(alice, bob, Verb::kOk).empty()};
  }
  const Bytes payload = {1, 2, 3};
};

TEST_CASE_FIXTURE(FrameLan, "Which multicast frames are delivered and which are answered") {
  JoinAll();
  Acquaint();
  Subscribe(alice, kGroup);
  using Fate = std::pair<bool, bool>;
  CHECK(Judge(Good()) == Fate{true, true});
  auto frame = Good();
  frame.gather_limit.reset();
  CHECK(Judge(frame) == Fate{true, false});
  frame = Good();
  frame.adi = 9;  // nobody known there
  CHECK(Judge(frame) == Fate{true, false});
  frame = Good();
  frame.payload = {};  // nothing to deliver, answered all the same
  CHECK(Judge(frame) == Fate{false, true});
  frame = Good();
  frame.destination = alice.vl2->Info(kNetwork)->mac;  // not a multicast
  CHECK(Judge(frame) == Fate{false, false});
  frame = Good();
  frame.source = DeriveMac(bob.address(), kNetwork);  // said although derived
  CHECK(Judge(frame) == Fate{true, true});
  for (const Mac source : {Mac{0}, Mac{0x333300000009}, alice.vl2->Info(kNetwork)->mac, Mac{0x0a1122334455}}) {
    frame = Good();
    frame.source = source;  // nobody, a group, ourselves, a host behind one that is no bridge
    CHECK(Judge(frame) == Fate{false, false});
  }
  shape.multicast_limit = 0;
  wire.Advance(70'000);
  CHECK(Judge(Good()) == Fate{false, false});
}

TEST_CASE_FIXTURE(FrameLan, "A multicast of a stranger is not delivered until it shows that it is a member") {
  JoinAll();
  CHECK(Judge(Good()) == std::pair<bool, bool>{true, false});  // asked bob for his certificate, and had it
  TestNode eve{wire, std::string(zt::testing::kTestSecrets[5]).c_str()};  // nobody the lan has
  alice.frames.clear();
  Deliver(alice, eve, Verb::kMulticastFrame, Good());
  CHECK(alice.frames.empty());
  CHECK(SentTo(alice, eve, Verb::kError).size() == 1);
}

TEST_CASE_FIXTURE(FrameLan, "Bridges get every multicast first, once, and count against the limit") {
  shape.specialists = {{carol.address().value | Specialist::kActiveBridge}};
  shape.multicast_limit = 1;
  JoinAll();
  Subscribe(bob, kGroup);
  Subscribe(carol, kGroup);
  for (uint8_t i = 0; i < 20; ++i) Send(alice, kGroup.mac, 0x86dd, {i});
  CHECK(carol.frames.size() == 20);
  CHECK(bob.frames.empty());
}

TEST_CASE_FIXTURE(FrameLan, "A host's multicast carries its MAC, and the route to it is learned") {
  shape.specialists = {{bob.address().value | Specialist::kActiveBridge}};
  JoinAll();
  Acquaint();
  Subscribe(alice, kGroup);
  const Mac host{0x0a1122334455};
  const ByteSpan piece = payload;
  bob.vl2->SendFrame(wire.now, kNetwork, host, kGroup.mac, 0x86dd, {&piece, 1});
  wire.Settle();
  REQUIRE(alice.frames.size() == 1);
  CHECK(alice.frames[0].source == host);
  alice.frames.clear();
  wire.log.clear();
  Send(alice, host, 0x0800, {5});
  CHECK(SentTo(alice, bob, Verb::kExtFrame).size() == 1);
  // The bridge stays in the group of its host for twenty minutes (vl2.md §12.2).
  wire.Advance(1'100'000);
  wire.log.clear();
  wire.Advance(60'000);
  const auto announces = [&] {
    bool found = false;
    for (const Sent* s : SentTo(bob, controller, Verb::kMulticastLike)) {
      const auto like = wire::MulticastLike::Parse(s->payload);
      for (const auto& e : like->entries) found = found || e.mac == kGroup.mac;
    }
    return found;
  };
  CHECK(announces());
  wire.Advance(130'000);
  wire.log.clear();
  wire.Advance(60'000);
  CHECK(!announces());
}

TEST_CASE_FIXTURE(FrameLan, "The nearest replicator gets the one copy, without certificates, and owes no answer") {
  shape.specialists = {{bob.address().value | Specialist::kMulticastReplicator},
                       {carol.address().value | Specialist::kMulticastReplicator}};
  JoinAll();
  alice.latencies[bob.address()] = 80;
  alice.latencies[carol.address()] = 20;
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {1});
  CHECK(SentTo(alice, bob, Verb::kMulticastFrame).empty());
  const auto sent = SentTo(alice, carol, Verb::kMulticastFrame);
  REQUIRE(sent.size() == 1);
  CHECK(!sent[0]->expect_reply);
  const auto frame = wire::MulticastFrame::Parse(sent[0]->payload);
  REQUIRE(frame);
  CHECK(frame->flags == 0x0c);
  CHECK(frame->source == DeriveMac(alice.address(), kNetwork));
  CHECK(!frame->gather_limit);
  CHECK(wire.Count(alice.address(), Verb::kNetworkCredentials) <= 1);  // only because carol asked for them
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 0);
  // None with a path: as without replicators.
  alice.latencies = {{bob.address(), -1}, {carol.address(), -1}};
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {1});
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) > 0);
}

// vl2.md §12.6: receivers accept a replicated frame only from a bridge, so a replicator must be one too.
TEST_CASE_FIXTURE(FrameLan, "A replicator sends on to everybody but the origin; it is believed if it is a bridge") {
  uint64_t roles = Specialist::kMulticastReplicator;
  bool believed = false;
  SUBCASE("a bridge") {
    roles |= Specialist::kActiveBridge;
    believed = true;
  }
  SUBCASE("not a bridge") {}
  shape.specialists = {{carol.address().value | roles}};
  JoinAll();
  Acquaint();
  Subscribe(alice, kGroup);
  Subscribe(bob, kGroup);
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {7});
  CHECK(carol.frames.size() == 1);
  CHECK(alice.frames.empty());
  const auto sent = SentTo(carol, bob, Verb::kMulticastFrame);
  REQUIRE(sent.size() == 1);
  const auto frame = wire::MulticastFrame::Parse(sent[0]->payload);
  CHECK(frame->flags == 0x06);
  CHECK(frame->source == DeriveMac(alice.address(), kNetwork));
  CHECK(SentTo(carol, alice, Verb::kMulticastFrame).empty());
  CHECK(bob.frames.size() == (believed ? 1 : 0));
}

TEST_CASE_FIXTURE(FrameLan, "An announcement cut off in an entry counts for those before it") {
  carol.root_ = carol.address();
  JoinAll();
  wire::MulticastLike like;
  like.entries = {{kNetwork, kGroup.mac, 0}, {kNetwork, kGroup.mac, 1}};
  const Bytes whole = testing::Write(like);
  Inject(wire, carol, bob.address(), Verb::kMulticastLike, ByteSpan(whole).first(30));
  CHECK(carol.drops.Of(DropReason::kMalformed) == 1);
  carol.frames.clear();
  Send(carol, kGroup.mac, 0x86dd, {1});
  CHECK(bob.frames.size() == 1);
}

}  // namespace
}  // namespace zt::vl2
