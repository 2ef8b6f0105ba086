// Multicast between members in virtual time: announcing, gathering, late sends (vl2.md §12).
#include <doctest/doctest.h>

#include <algorithm>

#include "vl2/multicast_lan.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_like.h"

namespace zt::vl2 {
namespace {

using testing::ArpRequest;
using testing::Inject;
using testing::kBobIp;
using testing::kNetwork;
using testing::MulticastLan;
using testing::Sent;

TEST_CASE_FIXTURE(MulticastLan, "An ARP request finds the owner of the address through the controller") {
  JoinAll();
  Subscribe(bob, {Mac::Broadcast(), kBobIp});
  Subscribe(carol, {Mac::Broadcast(), kBobIp + 1});
  Send(alice, Mac::Broadcast(), 0x0806, ArpRequest(kBobIp));
  REQUIRE(bob.frames.size() == 1);
  CHECK(bob.frames[0].destination == Mac::Broadcast());
  CHECK(bob.frames[0].source == DeriveMac(alice.address(), kNetwork));
  CHECK(carol.frames.empty());
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 1);
  Send(alice, Mac::Broadcast(), 0x0806, ArpRequest(kBobIp));  // now known: no second gather, no second copy
  CHECK(bob.frames.size() == 2);
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 1);
}

TEST_CASE_FIXTURE(MulticastLan, "A frame sent before anybody subscribed reaches who subscribes within five seconds") {
  JoinAll();
  const MulticastGroup group{{0x333300000001}, 0};
  Send(alice, group.mac, 0x86dd, {1});
  CHECK(bob.frames.empty());
  // bob and alice know each other, so bob announces to alice
  Send(alice, DeriveMac(bob.address(), kNetwork), 0x0800, {9});
  Send(bob, DeriveMac(alice.address(), kNetwork), 0x0800, {9});
  bob.frames.clear();
  wire.Advance(3'000);
  Subscribe(bob, group);
  REQUIRE(bob.frames.size() == 1);
  CHECK(bob.frames[0].payload == Bytes{1});
  wire.Advance(3'000);
  Subscribe(carol, group);
  CHECK(carol.frames.empty());
}

TEST_CASE_FIXTURE(MulticastLan, "A multicast frame carries a gather limit and its answer names further members") {
  JoinAll();
  const MulticastGroup group{{0x333300000001}, 0};
  Subscribe(bob, group);
  Subscribe(carol, group);
  Send(alice, group.mac, 0x86dd, {1});
  CHECK(bob.frames.size() == 1);
  CHECK(carol.frames.size() == 1);
  const auto sent = std::find_if(wire.log.begin(), wire.log.end(), [&](const Sent& s) {
    return s.from == alice.address() && s.verb == Verb::kMulticastFrame;
  });
  REQUIRE(sent != wire.log.end());
  CHECK(sent->expect_reply);
  const auto frame = wire::MulticastFrame::Parse(sent->payload);
  REQUIRE(frame);
  CHECK(frame->gather_limit == 33);  // limit 32, nobody known: 32 - 0 + 1
  CHECK(!frame->source);
}

TEST_CASE_FIXTURE(MulticastLan, "The multicast limit bounds the copies of one frame") {
  shape.multicast_limit = 1;
  JoinAll();
  const MulticastGroup group{{0x333300000001}, 0};
  Subscribe(bob, group);
  Subscribe(carol, group);
  Send(alice, group.mac, 0x86dd, {1});
  CHECK(bob.frames.size() + carol.frames.size() == 1);
}

TEST_CASE_FIXTURE(MulticastLan, "Multicast limit 0 and a missing broadcast flag stop frames, ARP goes on") {
  shape.flags = 0;
  JoinAll();
  Subscribe(bob, {Mac::Broadcast(), kBobIp});
  Send(alice, Mac::Broadcast(), 0x0800, {1});
  CHECK(alice.drops.Of(DropReason::kMulticastDisabled) == 1);
  Send(alice, Mac::Broadcast(), 0x0806, ArpRequest(kBobIp));
  CHECK(bob.frames.size() == 1);
  shape.multicast_limit = 0;
  wire.Advance(70'000);
  Send(alice, Mac::Broadcast(), 0x0806, ArpRequest(kBobIp));
  CHECK(alice.drops.Of(DropReason::kMulticastDisabled) == 2);
}

TEST_CASE_FIXTURE(MulticastLan, "Groups are announced to controller and root at once, then once a minute") {
  carol.root_ = bob.root_ = carol.address();
  JoinAll();
  Subscribe(bob, {{0x333300000001}, 0});
  CHECK(wire.Count(bob.address(), Verb::kMulticastLike) == 2);
  wire.Advance(120'000);
  const size_t count = wire.Count(bob.address(), Verb::kMulticastLike);
  CHECK(count >= 6);   // first tick within five seconds, then every minute, two recipients each
  CHECK(count <= 8);
}

TEST_CASE_FIXTURE(MulticastLan, "Announcements of strangers are not believed, a root believes everybody") {
  JoinAll();
  wire::MulticastLike like;
  like.entries = {{{0xfc7120dae1000077}, {0x333300000001}, 0}, {kNetwork, {0x333300000001}, 0}};
  const Bytes announcement = testing::Write(like);
  Inject(wire, alice, bob.address(), Verb::kMulticastLike, announcement);
  CHECK(alice.drops.Of(DropReason::kNotAMember) == 2);
  carol.root_ = carol.address();
  Inject(wire, carol, bob.address(), Verb::kMulticastLike, announcement);
  CHECK(carol.drops.Of(DropReason::kNotAMember) == 0);
}

TEST_CASE_FIXTURE(MulticastLan, "The controller forgets a member's right to announce after three minutes") {
  JoinAll();
  bob.vl2->Leave(wire.now, kNetwork);
  wire::MulticastLike like;
  like.entries = {{kNetwork, {0x333300000001}, 0}};
  const Bytes announcement = testing::Write(like);
  wire.Advance(179'000);
  Inject(wire, controller, bob.address(), Verb::kMulticastLike, announcement);
  CHECK(controller.drops.Of(DropReason::kNotAMember) == 0);
  wire.Advance(2'000);
  Inject(wire, controller, bob.address(), Verb::kMulticastLike, announcement);
  CHECK(controller.drops.Of(DropReason::kNotAMember) == 1);
}

TEST_CASE_FIXTURE(MulticastLan, "A bridge announces the groups of the hosts behind it") {
  shape.specialists = {{bob.address().value | Specialist::kActiveBridge}};
  JoinAll();
  const Bytes payload = {7};
  const ByteSpan piece = payload;
  const Mac host{0x0a1122334455};
  bob.vl2->SendFrame(wire.now, kNetwork, host, {0x333300000005}, 0x86dd, {&piece, 1});
  wire.Settle();
  CHECK(wire.Count(bob.address(), Verb::kMulticastLike) == 1);  // to the controller
  Send(alice, {0x333300000005}, 0x86dd, {1});
  CHECK(bob.frames.size() == 1);  // bridges get every multicast
}

}  // namespace
}  // namespace zt::vl2
