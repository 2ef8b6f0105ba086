// Roots, WHOIS, relaying, direct paths and their loss, between whole Vl1 instances.
#include <algorithm>

#include "testing/vl1_lab.h"

namespace zt::testing {
namespace {

using vl1::PeerChange;

const Bytes kHi{0, 0, 0, 0, 0, 0, 0, 7, 'h', 'i'};

struct TwoLeaves {
  explicit TwoLeaves(uint64_t seed = 1) : lab(seed) {
    planet = Vl1Lab::MakePlanet({{&root, {root.endpoint}}});
    lab.GivePlanet(planet);
  }
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  World planet;

  void SendHi(LabNode& from, LabNode& to) { lab.Send(from, to.address(), Verb::kUserMessage, kHi); }
};

const vl1::PeerInfo* FindPeer(const std::vector<vl1::PeerInfo>& peers, NodeAddress address) {
  for (const vl1::PeerInfo& peer : peers) {
    if (peer.address == address) return &peer;
  }
  return nullptr;
}

TEST_CASE("a leaf is online one round trip after its start, the root at once") {
  TwoLeaves t;
  t.lab.Run(100);
  REQUIRE(t.alice.online_changes.size() == 1);
  CHECK(t.alice.online_changes[0] == std::pair<int64_t, bool>{100020, true});
  CHECK(t.alice.vl1->online());
  CHECK(t.root.vl1->online());
  CHECK(t.root.vl1->WeAreRoot());
  CHECK(t.alice.vl1->IsRoot(t.root.address()));
  CHECK(t.alice.vl1->BestRoot(t.lab.now()) == t.root.address());
  CHECK(t.alice.CountChanges(t.root.address(), PeerChange::kDirect) == 1);
  CHECK(t.alice.vl1->Latency(t.root.address()) == 20);
  CHECK(t.alice.vl1->SurfaceEndpoints() == std::vector<Endpoint>{t.alice.endpoint});
}

TEST_CASE("a packet to an unknown address goes through WHOIS and the root, then both sides meet directly") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);
  t.lab.Run(1000);
  REQUIRE(t.bob.received.size() == 1);
  CHECK(t.bob.received[0].verb == Verb::kUserMessage);
  CHECK(t.bob.received[0].hops == 1);
  CHECK(t.bob.received[0].source == t.alice.address());
  CHECK(t.bob.received[0].payload == kHi);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kDirect) == 1);
  CHECK(t.bob.CountChanges(t.alice.address(), PeerChange::kDirect) == 1);
  t.SendHi(t.alice, t.bob);
  t.SendHi(t.bob, t.alice);
  t.lab.Run(100);
  REQUIRE(t.bob.received.size() == 2);
  REQUIRE(t.alice.received.size() == 1);
  CHECK(t.bob.received[1].hops == 0);
  CHECK(t.alice.received[0].hops == 0);
  CHECK(t.bob.received[1].from == t.alice.endpoint);
}

TEST_CASE("peers that cannot reach each other stay relayed") {
  TwoLeaves t;
  t.lab.Block(t.alice, t.bob);
  t.lab.Run(1000);
  for (int i = 0; i < 10; ++i) {
    t.SendHi(t.alice, t.bob);
    t.SendHi(t.bob, t.alice);
    t.lab.Run(5000);
  }
  CHECK(t.bob.received.size() == 10);
  CHECK(t.alice.received.size() == 10);
  for (const Received& r : t.bob.received) CHECK(r.hops == 1);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kRelay) == 1);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kDirect) == 0);
}

TEST_CASE("without the root, peers keep talking over their direct path and the node goes offline") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);
  t.lab.Run(1000);
  t.root.running = false;
  t.lab.Run(45000);
  CHECK_FALSE(t.alice.vl1->online());
  REQUIRE(t.alice.online_changes.size() == 2);
  CHECK(t.alice.online_changes[1].first - 102000 <= 30000);
  t.bob.received.clear();
  t.SendHi(t.alice, t.bob);
  t.lab.Run(100);
  REQUIRE(t.bob.received.size() == 1);
  CHECK(t.bob.received[0].hops == 0);

  SUBCASE("and it comes back online when the root does, although the root forgot everybody") {
    t.root.vl1 = std::make_unique<vl1::Vl1>(vl1::Options{}, t.root.secret, t.root.random, t.root.transmit,
                                            t.root.drops, t.root);
    t.root.vl1->OfferPlanet(t.lab.now(), t.planet.Serialize());
    t.root.running = true;
    t.lab.Run(6000);
    CHECK(t.alice.vl1->online());
    CHECK(t.bob.vl1->online());
  }
}

// Both send a frame each second.
void Chat(TwoLeaves& t, Millis duration) {
  for (Millis passed = 0; passed < duration; passed += 1000) {
    t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, kHi);
    t.lab.Send(t.bob, t.alice.address(), Verb::kFrame, kHi);
    t.lab.Run(1000);
  }
}

void Restart(TwoLeaves& t, LabNode& node) {
  node.transmit.Clear();
  node.received.clear();
  node.vl1 = std::make_unique<vl1::Vl1>(vl1::Options{}, node.secret, node.random, node.transmit, node.drops, node);
  CHECK(node.vl1->OfferPlanet(t.lab.now(), t.planet.Serialize()));
  node.running = true;
}

void CutFromAliceToBob(TwoLeaves& t) {
  t.lab.tap = [&t](const Endpoint& from, const Endpoint& to, Bytes&) {
    return !(from == t.alice.endpoint && to == t.bob.endpoint);
  };
}

TEST_CASE("a path that is open one way only is not sent over, however often the peer is heard on it") {
  TwoLeaves t;
  t.lab.Run(1000);
  Chat(t, 10000);
  REQUIRE(t.bob.received.back().hops == 0);
  CutFromAliceToBob(t);
  Chat(t, 30000);
  t.bob.received.clear();
  Chat(t, 120000);
  CHECK(t.bob.received.size() == 120);
  t.lab.tap = nullptr;
  Chat(t, 10000);
  t.bob.received.clear();
  Chat(t, 5000);
  REQUIRE(t.bob.received.size() == 5);
  CHECK(t.bob.received.back().hops == 0);
}

TEST_CASE("a peer that was restarted in its place is reached at once, also after its path had fallen silent") {
  for (const Millis down : {1000, 3000, 4000, 6000, 12000, 30000}) {
    CAPTURE(down);
    TwoLeaves t;
    t.lab.Run(1000);
    Chat(t, 5000);
    t.bob.running = false;
    Chat(t, down);
    Restart(t, t.bob);
    t.lab.Run(1000);  // its HELLO to the root is all that is heard of it
    t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, kHi);
    t.lab.Run(1000);
    CHECK(t.bob.received.size() == 1);
  }
}

TEST_CASE("a peer that was restarted where its path was open one way only is reached directly within seconds") {
  TwoLeaves t;
  t.lab.Run(1000);
  Chat(t, 10000);
  CutFromAliceToBob(t);
  Chat(t, 60000);
  t.lab.tap = nullptr;
  Restart(t, t.bob);
  Chat(t, 7000);
  t.bob.received.clear();
  Chat(t, 1000);
  REQUIRE(t.bob.received.size() == 1);
  CHECK(t.bob.received.back().hops == 0);
}

TEST_CASE("a direct path that dies is left for the root within a minute, and taken again when it answers") {
  TwoLeaves t;
  t.lab.Run(1000);
  const auto chat = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      const Bytes frame(60, 1);  // useful traffic keeps the peers active
      t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, frame);
      t.lab.Send(t.bob, t.alice.address(), Verb::kFrame, frame);
      t.lab.Run(1000);
    }
  };
  chat(10);
  t.lab.Block(t.alice, t.bob);
  chat(60);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kRelay) >= 1);
  t.bob.received.clear();
  chat(5);
  CHECK(t.bob.received.size() == 5);
  CHECK(t.bob.received.back().hops == 1);
  t.lab.Unblock(t.alice, t.bob);
  chat(40);
  t.bob.received.clear();
  chat(5);
  CHECK(t.bob.received.size() == 5);
  CHECK(t.bob.received.back().hops == 0);
}

TEST_CASE("a path without a direct packet for 243 seconds is forgotten") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);  // no useful traffic: nothing keeps the path alive
  t.lab.Run(1000);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kDirect) == 1);
  t.lab.Run(240000);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kPathDead) == 0);
  t.lab.Run(8000);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kPathDead) == 1);
  CHECK(FindPeer(t.alice.vl1->Peers(t.lab.now()), t.bob.address())->paths.empty());
  t.SendHi(t.alice, t.bob);
  t.lab.Run(100);
  CHECK(t.bob.received.back().hops == 1);
}

TEST_CASE("thousands of cached peers are greeted one after the other") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);
  t.lab.Run(1000);
  t.alice.vl1->SavePeers(t.lab.now());
  Bytes record = t.alice.records[t.bob.address()];
  REQUIRE(!record.empty());
  Now now = t.lab.now();
  constexpr size_t kPeers = 2000;
  for (size_t i = 0; i < kPeers; ++i) {
    const size_t scattered = (i + 1) * 2654435761 % 0xffffffff;  // addresses follow from hashes
    for (size_t byte = 0; byte < 4; ++byte) record[2 + byte] = static_cast<uint8_t>(scattered >> (24 - 8 * byte));
    REQUIRE(t.alice.vl1->LoadPeer(now, record));
  }
  size_t greeted = 0, most = 0;
  for (size_t ms = 0; ms <= kPeers; ++ms, now.mono.ms += 1, now.wall.ms += 1) {
    t.alice.vl1->HandleTimeout(now);
    const size_t sent = t.alice.transmit.datagrams().size();
    t.alice.transmit.Clear();
    greeted += sent;
    most = std::max(most, sent);
  }
  CHECK(greeted >= kPeers);
  CHECK(most <= 50);
}

TEST_CASE("a peer not heard of for 500 seconds is forgotten, and its record handed out") {
  TwoLeaves t;
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);
  t.lab.Run(1000);
  t.alice.vl1->SavePeers(t.lab.now());
  CHECK(t.alice.records.contains(t.bob.address()));
  const Bytes record = t.alice.records[t.bob.address()];
  t.lab.Run(510000);
  CHECK(t.alice.vl1->FindIdentity(t.bob.address()) == nullptr);
  CHECK(t.alice.vl1->FindIdentity(t.root.address()) != nullptr);

  SUBCASE("a loaded record leads to a direct path without any root") {
    t.root.running = false;
    REQUIRE(t.alice.vl1->LoadPeer(t.lab.now(), record));
    CHECK_FALSE(t.alice.vl1->LoadPeer(t.lab.now(), Bytes(10, 3)));
    // Bob has forgotten Alice too; HELLO tells him again.
    t.lab.Run(1000);
    t.bob.received.clear();
    t.SendHi(t.alice, t.bob);
    t.lab.Run(100);
    REQUIRE(t.bob.received.size() == 1);
    CHECK(t.bob.received[0].hops == 0);
  }
}

TEST_CASE("a packet for nobody is given up after five seconds") {
  TwoLeaves t;
  t.lab.Run(1000);
  const NodeAddress nobody{0x1234567890};
  t.lab.Send(t.alice, nobody, Verb::kUserMessage, kHi);
  t.lab.Run(4000);
  CHECK(t.alice.CountChanges(nobody, PeerChange::kUnreachable) == 0);
  t.lab.Run(1500);
  CHECK(t.alice.CountChanges(nobody, PeerChange::kUnreachable) == 1);
  CHECK(t.alice.drops.Of(DropReason::kQueueTimeout) == 1);
}

TEST_CASE("a node that no root answers warns after ten seconds, then once a minute") {
  TwoLeaves t;
  t.root.running = false;
  t.lab.Run(9000);
  CHECK(t.alice.CountWarnings(Warning::kRootUnreachable) == 0);
  t.lab.Run(2000);
  CHECK(t.alice.CountWarnings(Warning::kRootUnreachable) == 1);
  t.lab.Run(60000);
  CHECK(t.alice.CountWarnings(Warning::kRootUnreachable) == 2);
}

TEST_CASE("an idle pair with a root hardly ever wakes") {
  TwoLeaves t;
  t.lab.Run(1000);
  const Bytes frame(60, 1);
  t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, frame);  // active peers, which are kept alive
  t.lab.Run(5000);
  t.alice.wake_ups = t.bob.wake_ups = t.root.wake_ups = 0;
  const uint64_t before = t.alice.datagrams_in;
  t.lab.Run(600000);
  MESSAGE("wake-ups in 10 minutes: " << t.alice.wake_ups << " " << t.bob.wake_ups << " root " << t.root.wake_ups
                                     << ", datagrams in: " << t.alice.datagrams_in - before);
  CHECK(t.alice.wake_ups < 120);  // one in five seconds
  CHECK(t.bob.wake_ups < 120);
  CHECK(t.root.wake_ups < 120);
  CHECK(t.alice.wake_ups > 30);   // but the heartbeats of 14 s are there
  CHECK(t.alice.vl1->online());
  CHECK(t.alice.online_changes.size() == 1);
}

TEST_CASE("a peer that vanishes while it stops being active does not keep the node awake") {
  for (Millis vanishes = 480000; vanishes < 504000; vanishes += 1500) {
    TwoLeaves t;
    t.lab.Run(1000);
    const Bytes frame(60, 1);
    t.lab.Send(t.bob, t.alice.address(), Verb::kFrame, frame);
    t.lab.Run(vanishes);
    t.bob.running = false;
    t.alice.wake_ups = 0;
    t.lab.Run(60000);
    CHECK(t.alice.wake_ups < 30);
  }
}

TEST_CASE("lost datagrams do not make a node offline or a peer indirect") {
  TwoLeaves t(2);  // four heartbeats lost in a row would: of a hundred runs like this about five have that
  t.lab.loss = 0.1;
  t.lab.Run(10000);
  const Bytes frame(60, 1);
  for (int i = 0; i < 600; ++i) {
    t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, frame);
    t.lab.Send(t.bob, t.alice.address(), Verb::kFrame, frame);
    t.lab.Run(1000);
  }
  CHECK(t.alice.vl1->online());
  CHECK(t.alice.online_changes.size() == 1);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kPathDead) == 0);
  CHECK(t.bob.received.back().hops == 0);
  CHECK(t.bob.received.size() > 450);
}

TEST_CASE("trusted peers push their endpoints, and the receiver probes them") {
  TwoLeaves t;
  t.bob.trust = true;  // whatever Alice sends proves common membership
  const Endpoint other = *Endpoint::Parse("10.3.0.77/4000");
  const Endpoint locals[] = {other, *Endpoint::Parse("127.0.0.1/1"), *Endpoint::Parse("169.254.1.1/9993")};
  t.bob.vl1->SetLocalEndpoints(t.lab.now(), locals);
  int probes = 0, refused = 0;
  t.lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes&) {
    probes += from == t.alice.endpoint && to == other;
    refused += from == t.alice.endpoint && (to == locals[1] || to == locals[2]);
    return true;
  };
  t.lab.Run(1000);
  t.SendHi(t.alice, t.bob);
  t.lab.Run(2000);
  CHECK(probes >= 1);
  CHECK(refused == 0);
}

TEST_CASE("the blacklist holds for HELLO, for learning and for pushed paths") {
  Vl1Lab lab;
  vl1::Options options;
  options.blacklist = {*IpPrefix::Parse("10.1.0.0/16")};
  LabNode& root = lab.Add(0, "10.1.0.1/9993");
  LabNode& alice = lab.Add(1, "10.2.0.1/9993", options);
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Run(20000);
  CHECK(root.datagrams_in == 0);
  CHECK_FALSE(alice.vl1->online());
}

TEST_CASE("loopback endpoints are paths only where the options say so") {
  for (const bool allowed : {false, true}) {
    Vl1Lab lab;
    vl1::Options options;
    options.allow_loopback_paths = allowed;
    LabNode& root = lab.Add(0, "127.0.0.1/9993", options);
    LabNode& alice = lab.Add(1, "127.0.0.1/9994", options);
    LabNode& bob = lab.Add(2, "127.0.0.1/9995", options);
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    lab.Run(100);
    CHECK(alice.vl1->online() == allowed);
    CHECK(bob.vl1->online() == allowed);
    if (!allowed) continue;
    lab.Send(alice, bob.address(), Verb::kUserMessage, kHi);
    lab.Run(500);
    CHECK(alice.CountChanges(bob.address(), PeerChange::kDirect) == 1);
  }
}

}  // namespace
}  // namespace zt::testing
