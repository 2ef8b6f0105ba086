// Who is asked for members, who answers, and what is done with it (vl2.md §12.5, §12.7, §12.8).
#include <set>

#include "testing/test_identities.h"
#include "vl2/multicast_lan.h"
#include "vl2/multicast_queue.h"
#include "wire/verb/error.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_gather.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/reply.h"

namespace zt::vl2 {
namespace {

using namespace testing;

struct GatherLan : MulticastLan {
  // What `asked` answers to a question of `asking`; nothing: no answer.
  std::optional<wire::GatherResult> Ask(TestNode& asking, TestNode& asked, uint32_t limit,
                                        MulticastGroup group = kGroup, ByteSpan tail = {}) {
    wire.log.clear();
    Bytes question = testing::Write(wire::MulticastGather{kNetwork, 0, group.mac, group.adi, limit, {}});
    if (!tail.empty()) {
      question[8] = wire::MulticastGather::kComAttached;
      question.insert(question.end(), tail.begin(), tail.end());
    }
    Inject(wire, asked, asking.address(), Verb::kMulticastGather, question);
    const auto answers = SentTo(asked, asking, Verb::kOk);
    if (answers.empty()) return std::nullopt;
    CHECK(answers.size() == 1);
    const auto ok = wire::OkMulticastGather::Parse(answers[0]->payload);
    REQUIRE(ok);
    CHECK(ok->mac == group.mac);
    return ok->result;
  }
  // `from` says who is in the group.
  void Tell(TestNode& to, const TestNode& from, const std::vector<NodeAddress>& members) {
    wire::OkMulticastGather ok{{77}, kNetwork, kGroup.mac, kGroup.adi, {}};
    ok.result.members = members;
    Deliver(to, from, Verb::kOk, ok);
  }
};

TEST_CASE_FIXTURE(GatherLan, "A gather lists the responder first, never the requester, and counts all") {
  JoinAll();
  Acquaint();
  for (TestNode* node : {&alice, &bob, &carol}) Subscribe(*node, kGroup);
  const auto answer = Ask(alice, bob, 10);
  REQUIRE(answer);
  CHECK(answer->members == std::vector<NodeAddress>{bob.address(), carol.address()});
  CHECK(answer->total_known == 3);
  const auto one = Ask(alice, bob, 1);
  REQUIRE(one);
  CHECK(one->members == std::vector<NodeAddress>{bob.address()});
  CHECK(!Ask(alice, bob, 0));
  CHECK(!Ask(alice, bob, 10, {{0x333300000002}, 0}));  // nobody there: silence
  const uint8_t broken[] = {9, 9};
  CHECK(Ask(alice, bob, 10, kGroup, broken));  // a malformed certificate is as none
}

TEST_CASE_FIXTURE(GatherLan, "The implicit broadcast group is announced, and not answered for") {
  JoinAll();
  Acquaint();
  wire.Advance(130'000);  // two announcement passes
  CHECK(!Ask(alice, bob, 10, {Mac::Broadcast(), 5}));
  const auto answer = Ask(alice, bob, 10, kBroadcastGroup);
  REQUIRE(answer);
  CHECK(answer->members == std::vector<NodeAddress>{carol.address()});  // announced itself; bob does not list himself
  bob.vl2->SetGroups(wire.now, kNetwork, {&kBroadcastGroup, 1});
  CHECK(Ask(alice, bob, 10, kBroadcastGroup)->members.front() == bob.address());
}

TEST_CASE_FIXTURE(GatherLan, "Strangers get no answer, a root answers everybody") {
  JoinAll();
  Acquaint();
  Subscribe(bob, kGroup);
  Subscribe(carol, kGroup);
  alice.vl2->Leave(wire.now, kNetwork);
  CHECK(Ask(alice, bob, 10));  // its certificate is still good
  const uint64_t refused = bob.drops.Of(DropReason::kNotAMember);
  TestNode eve{wire, std::string(zt::testing::kTestSecrets[5]).c_str()};  // nobody the lan has
  CHECK(!Ask(eve, bob, 10));
  CHECK(bob.drops.Of(DropReason::kNotAMember) == refused + 1);
  bob.root_ = bob.address();
  CHECK(Ask(eve, bob, 10));
}

TEST_CASE_FIXTURE(GatherLan, "Members named by the controller are named to others, those named by members are not") {
  JoinAll();
  Acquaint();
  Tell(alice, bob, {{0x1111111111}});
  CHECK(!Ask(carol, alice, 10));
  Tell(alice, controller, {{0x2222222222}});
  CHECK(Ask(carol, alice, 10)->members == std::vector<NodeAddress>{{0x2222222222}});
  Tell(alice, bob, {alice.address(), {0}, {0xff11111111}});  // ourselves and nobody: not taken
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {1});
  std::set<NodeAddress> to;
  for (const Sent& s : wire.log) {
    if (s.from == alice.address() && s.verb == Verb::kMulticastFrame) to.insert(s.to);
  }
  CHECK(to == std::set<NodeAddress>{{0x1111111111}, {0x2222222222}});
}

TEST_CASE_FIXTURE(GatherLan, "A question goes to root, controller and anchors, each once, sixteen at most") {
  for (uint64_t i = 0; i < 30; ++i) shape.specialists.push_back({(0x3300000000 + i) | Specialist::kAnchor});
  shape.specialists.push_back({controller.address().value | Specialist::kAnchor});
  alice.root_ = carol.address();
  JoinAll();
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {1});
  std::multiset<NodeAddress> asked;
  for (const Sent& s : wire.log) {
    if (s.from != alice.address() || s.verb != Verb::kMulticastGather) continue;
    asked.insert(s.to);
    CHECK(s.expect_reply);
    const auto gather = wire::MulticastGather::Parse(s.payload);
    REQUIRE(gather);
    CHECK(gather->limit == 33);
    CHECK(gather->com);
  }
  CHECK(asked.size() == 16);
  CHECK(std::set<NodeAddress>(asked.begin(), asked.end()).size() == 16);
  CHECK(asked.count(controller.address()) == 1);
  CHECK(asked.count(carol.address()) == 1);
}

TEST_CASE_FIXTURE(GatherLan, "An empty group is asked for at every frame, another once a minute") {
  JoinAll();
  wire.log.clear();
  for (int i = 0; i < 3; ++i) Send(alice, kGroup.mac, 0x86dd, {1});
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 3);
  Subscribe(bob, kGroup);
  Send(alice, kGroup.mac, 0x86dd, {1});
  REQUIRE(bob.frames.size() == 4);  // three queued ones too
  wire.log.clear();
  for (int i = 0; i < 59; ++i) {
    wire.Advance(1'000);
    Send(alice, kGroup.mac, 0x86dd, {1});
  }
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 0);
  wire.Advance(1'000);
  Send(alice, kGroup.mac, 0x86dd, {1});
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 1);
}

TEST_CASE_FIXTURE(GatherLan, "With as many members known as the limit allows, one more is asked for with each frame") {
  shape.multicast_limit = 2;
  JoinAll();
  std::vector<NodeAddress> many;
  for (uint64_t i = 0; i < 50; ++i) many.push_back({0x4400000000 + i});
  Tell(alice, controller, many);
  std::map<NodeAddress, int> copies;
  for (int i = 0; i < 200; ++i) {
    wire.log.clear();
    Send(alice, kGroup.mac, 0x86dd, {1});
    CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 0);
    CHECK(wire.Count(alice.address(), Verb::kMulticastFrame) == 2);
    for (const Sent& s : wire.log) {
      if (s.from != alice.address() || s.verb != Verb::kMulticastFrame) continue;
      ++copies[s.to];
      CHECK(wire::MulticastFrame::Parse(s.payload)->gather_limit == 1);
    }
  }
  CHECK(copies.size() == 50);  // another choice each time: all had some of 400
}

TEST_CASE_FIXTURE(GatherLan, "A limit with all bits set asks for as many as there are") {
  shape.multicast_limit = 0xffffffff;
  JoinAll();
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {1});
  const auto asked = SentTo(alice, controller, Verb::kMulticastGather);
  REQUIRE(asked.size() == 1);
  CHECK(wire::MulticastGather::Parse(asked[0]->payload)->limit == 0xffffffff);
}

TEST_CASE_FIXTURE(GatherLan, "Of one group 32 frames wait, and a late member gets each once") {
  JoinAll();
  Acquaint();
  for (uint8_t i = 0; i < 40; ++i) Send(alice, kGroup.mac, 0x86dd, {i});
  CHECK(alice.drops.Of(DropReason::kQueueFull) == 8);
  Subscribe(bob, kGroup);
  REQUIRE(bob.frames.size() == 32);
  CHECK(bob.frames.front().payload == Bytes{8});
  CHECK(bob.frames.back().payload == Bytes{39});
  Tell(alice, controller, {bob.address(), carol.address()});  // bob again: nothing new
  CHECK(bob.frames.size() == 32);
  CHECK(carol.frames.size() == 32);
}

TEST_CASE_FIXTURE(GatherLan, "Late members count against the limit") {
  shape.multicast_limit = 2;
  JoinAll();
  Send(alice, kGroup.mac, 0x86dd, {1});
  wire.log.clear();
  Tell(alice, controller, {{0x4400000001}, {0x4400000002}, {0x4400000003}});
  CHECK(wire.Count(alice.address(), Verb::kMulticastFrame) == 2);
}

TEST_CASE_FIXTURE(GatherLan, "Who says a multicast is unwanted is no longer sent to, if it is a member") {
  JoinAll();
  Acquaint();
  Subscribe(bob, kGroup);
  Send(alice, kGroup.mac, 0x86dd, {1});
  CHECK(bob.frames.size() == 1);
  Bytes room(60);
  ByteWriter out(room);
  wire::WriteNetworkError(out, Verb::kMulticastFrame, {1}, WireError::kUnwantedMulticast, kNetwork);
  out.MacAddress(kGroup.mac);
  out.U32(kGroup.adi);
  Inject(wire, alice, bob.address(), Verb::kError, out.written());
  wire.log.clear();
  Send(alice, kGroup.mac, 0x86dd, {2});
  CHECK(wire.Count(alice.address(), Verb::kMulticastGather) == 1);  // nobody is known any more
}

TEST_CASE_FIXTURE(GatherLan, "Who leaves a network forgets its members; its controller does not") {
  JoinAll();
  Acquaint();
  Subscribe(bob, kGroup);
  Send(alice, kGroup.mac, 0x86dd, {1});
  alice.vl2->Leave(wire.now, kNetwork);
  controller.vl2->Leave(wire.now, kNetwork);
  wire.Advance(2'000);  // the controller answers one request a second
  alice.vl2->Join(wire.now, kNetwork, {});
  wire.Settle();
  wire.log.clear();
  bob.frames.clear();
  Send(alice, kGroup.mac, 0x86dd, {2});
  CHECK(SentTo(alice, controller, Verb::kMulticastGather).size() == 1);
  CHECK(bob.frames.size() == 1);
}

// Its own word ages ten minutes, what the controller told of it ten more, what a member told of that ten more.
TEST_CASE_FIXTURE(GatherLan, "A subscriber that left is forgotten by all, however they ask each other") {
  JoinAll();
  Acquaint();
  for (TestNode* node : {&alice, &bob, &carol}) Subscribe(*node, kGroup);
  const auto talk = [&](Millis time) {
    for (Millis passed = 0; passed < time; passed += 20'000) {
      Send(alice, kGroup.mac, 0x86dd, {1});
      wire.Advance(10'000);
      Send(carol, kGroup.mac, 0x86dd, {2});
      wire.Advance(10'000);
    }
  };
  const auto to_bob = [&] {
    const size_t frames = SentTo(alice, bob, Verb::kMulticastFrame).size() +
                          SentTo(carol, bob, Verb::kMulticastFrame).size();
    wire.log.clear();
    return frames;
  };
  talk(120'000);
  bob.vl2->Leave(wire.now, kNetwork);
  talk(300'000);
  CHECK(to_bob() > 0);
  talk(1'600'000);
  wire.log.clear();
  talk(60'000);
  CHECK(to_bob() == 0);
}

}  // namespace
}  // namespace zt::vl2
