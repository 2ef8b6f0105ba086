// Bridging (vl2.md §10): to whom a frame for a MAC behind a bridge goes, what is learned and what is forgotten.
#include <set>

#include "vl2/bridge_routes.h"
#include "vl2/multicast_lan.h"
#include "wire/verb/ext_frame.h"

namespace zt::vl2 {
namespace {

using testing::kNetwork;
using testing::MulticastLan;
using testing::Sent;
using testing::TestNode;

constexpr Mac kHost{0x0a1122334455}, kOther{0x0a1122334466};
constexpr NodeAddress kNobody{0x1000000000};  // the first of many bridges that nobody runs

struct BridgeLan : MulticastLan {
  void SetBridges(const std::vector<NodeAddress>& bridges) {
    shape.specialists.clear();
    for (const NodeAddress bridge : bridges) shape.specialists.push_back({bridge.value | Specialist::kActiveBridge});
  }
  Mac MacOf(const TestNode& node) const { return DeriveMac(node.address(), kNetwork); }
  // To whom the EXT_FRAMEs of a frame of alice's to `to` go, in order.
  std::vector<NodeAddress> Recipients(Mac to = kHost) {
    wire.log.clear();
    const Bytes payload = {1, 2, 3};
    const ByteSpan piece = payload;
    alice.vl2->SendFrame(wire.now, kNetwork, MacOf(alice), to, 0x0800, {&piece, 1});
    std::vector<NodeAddress> out;
    for (const Sent& s : wire.log) {
      if (s.verb != Verb::kExtFrame) continue;
      const auto frame = wire::ExtFrame::Parse(s.payload);
      REQUIRE(frame.has_value());
      CHECK(frame->flags == wire::ExtFrame::kBridged);
      CHECK(frame->source == MacOf(alice));
      CHECK(frame->destination == to);
      out.push_back(s.to);
    }
    return out;
  }
  // A frame of a host behind `bridge` arrives at alice.
  void Hear(TestNode& bridge, Mac host) {
    wire::ExtFrame frame;
    frame.network = kNetwork;
    frame.destination = MacOf(alice);
    frame.source = host;
    frame.ether_type = 0x0800;
    const Bytes payload = {1};
    frame.payload = payload;
    Deliver(alice, bridge, Verb::kExtFrame, frame);
  }
  // Everybody takes the configuration as it is now.
  void Refresh() { wire.Advance(70'000); }
};

TEST_CASE_FIXTURE(BridgeLan, "An unknown MAC goes to all bridges but ourselves, in the configuration's order") {
  SetBridges({bob.address(), alice.address(), carol.address()});
  JoinAll();
  CHECK(Recipients() == std::vector<NodeAddress>{bob.address(), carol.address()});
}

TEST_CASE_FIXTURE(BridgeLan, "Without a bridge it goes nowhere and is counted") {
  JoinAll();
  CHECK(Recipients().empty());
  CHECK(alice.drops.Of(DropReason::kNoRoute) == 1);
}

TEST_CASE_FIXTURE(BridgeLan, "Of many bridges 32 different ones are chosen at random for each frame") {
  std::vector<NodeAddress> many;
  for (uint64_t i = 0; i < 40; ++i) many.push_back({kNobody.value + i});
  SetBridges({many.begin(), many.begin() + 32});
  JoinAll();
  CHECK(Recipients().size() == 32);
  SetBridges(many);
  Refresh();
  std::set<NodeAddress> ever;
  std::set<std::vector<NodeAddress>> choices;
  for (int i = 0; i < 20; ++i) {
    std::vector<NodeAddress> chosen = Recipients();
    CHECK(chosen.size() == 32);
    CHECK(std::set<NodeAddress>(chosen.begin(), chosen.end()).size() == 32);
    ever.insert(chosen.begin(), chosen.end());
    choices.insert(std::move(chosen));
  }
  CHECK(ever.size() == 40);
  CHECK(choices.size() > 1);
}

TEST_CASE_FIXTURE(BridgeLan, "A host is learned from its frames, found behind another bridge, and forgotten in time") {
  shape.is_public = true;
  SetBridges({bob.address(), carol.address()});
  JoinAll();
  Hear(bob, kHost);
  CHECK(Recipients() == std::vector<NodeAddress>{bob.address()});
  CHECK(Recipients(kOther).size() == 2);  // another host is still unknown
  Hear(carol, kHost);
  CHECK(Recipients() == std::vector<NodeAddress>{carol.address()});
  wire.Advance(BridgeRoutes::kExpiry - 60'000);
  CHECK(Recipients().size() == 1);
  wire.Advance(180'000);
  CHECK(Recipients().size() == 2);
}

TEST_CASE_FIXTURE(BridgeLan, "A route ends with the role: a member that is no bridge any more gets nothing") {
  shape.is_public = true;
  SetBridges({bob.address(), carol.address()});
  JoinAll();
  Hear(bob, kHost);
  SetBridges({carol.address()});
  Refresh();
  CHECK(Recipients() == std::vector<NodeAddress>{carol.address()});
}

TEST_CASE_FIXTURE(BridgeLan, "Nothing is learned from a member that is no bridge, nor a bridge's own MAC") {
  shape.is_public = true;
  SetBridges({bob.address(), controller.address()});
  JoinAll();
  Hear(carol, kHost);
  CHECK(alice.frames.empty());
  CHECK(Recipients().size() == 2);
  Hear(bob, MacOf(bob));
  CHECK(alice.frames.size() == 1);
  CHECK(Recipients(MacOf(bob)).empty());  // in-network: a FRAME
}

TEST_CASE_FIXTURE(BridgeLan, "The rules judge the frame once without a destination and once for each bridge") {
  SetBridges({bob.address(), carol.address()});
  Rule to_bob, drop, accept;
  to_bob.type = RuleType::kDestinationAddress;
  to_bob.address = bob.address();
  drop.type = RuleType::kActionDrop;
  accept.type = RuleType::kActionAccept;
  shape.rules = {to_bob, drop, accept};
  JoinAll();
  CHECK(Recipients() == std::vector<NodeAddress>{carol.address()});
  Rule ipv4;
  ipv4.type = RuleType::kEtherType;
  ipv4.number = 0x0800;
  shape.rules = {ipv4, drop, accept};
  Refresh();
  CHECK(Recipients().empty());
}

TEST_CASE_FIXTURE(BridgeLan, "A tee copies a bridged frame once, not for each bridge") {
  SetBridges({bob.address(), {kNobody}});
  Rule tee, accept;
  tee.type = RuleType::kActionTee;
  tee.address = carol.address();
  tee.copy_length = 100;
  accept.type = RuleType::kActionAccept;
  shape.rules = {tee, accept};
  JoinAll();
  wire.log.clear();
  const Bytes payload = {1, 2, 3};
  const ByteSpan piece = payload;
  alice.vl2->SendFrame(wire.now, kNetwork, MacOf(alice), kHost, 0x0800, {&piece, 1});
  CHECK(SentTo(alice, carol, Verb::kExtFrame).size() == 1);
  CHECK(SentTo(alice, bob, Verb::kExtFrame).size() == 1);
}

TEST_CASE("A bridge that floods MACs loses its own routes; the others' stay") {
  BridgeRoutes routes;
  const NodeAddress flooder{1}, honest{2};
  const Instant now{1'000};
  for (uint64_t i = 0; i < 100; ++i) routes.Learn(now, {0x020000000000 + i}, honest);
  for (uint64_t i = 0; i < 4 * BridgeRoutes::kMaxRoutes; ++i) {
    routes.Learn(now, {0x060000000000 + i}, flooder);
    CHECK(routes.size() <= BridgeRoutes::kMaxRoutes);
  }
  for (uint64_t i = 0; i < 100; ++i) CHECK(routes.Find({0x020000000000 + i}) == honest);
}

TEST_CASE("Routes age by when they were last heard") {
  BridgeRoutes routes;
  routes.Learn({0}, {1}, {7});
  routes.Learn({0}, {2}, {7});
  routes.Learn({1'000}, {2}, {7});
  routes.Expire({BridgeRoutes::kExpiry});
  CHECK_FALSE(routes.Find({1}).has_value());
  CHECK(routes.Find({2}) == NodeAddress{7});
}

}  // namespace
}  // namespace zt::vl2
