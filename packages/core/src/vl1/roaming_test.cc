// Addresses that change: sockets that come and go, a machine that moves, NATs that forget, with and without being told.
#include "testing/vl1_lab.h"

namespace zt::testing {
namespace {

using vl1::PeerChange;

const Bytes kFrame(60, 1);

// Two active, trusted peers with a direct path, and their root.
struct Roamers {
  explicit Roamers(const vl1::Options& options = {}) : options(options) {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    for (LabNode* node : {&root, &alice, &bob}) {
      node->trust = true;
      node->TellSockets(lab.now());
    }
    lab.Run(1000);
    Chat(3000);
    REQUIRE(bob.received.back().hops == 0);
  }
  // Both send every 100 ms; how long the longest gap in what Bob and Alice received was, gaps at both ends included.
  Millis Chat(Millis duration) {
    Millis longest = 0;
    int64_t last_a = lab.now().mono.ms, last_b = last_a;
    alice.on_message = [&](const Now& now, const vl1::Message&) { Note(now, last_a, longest); };
    bob.on_message = [&](const Now& now, const vl1::Message&) { Note(now, last_b, longest); };
    for (const int64_t end = last_a + duration; lab.now().mono.ms < end;) {
      lab.Send(alice, bob.address(), Verb::kFrame, kFrame);
      lab.Send(bob, alice.address(), Verb::kFrame, kFrame);
      lab.Run(100);
    }
    Note(lab.now(), last_a, longest);
    Note(lab.now(), last_b, longest);
    alice.on_message = bob.on_message = nullptr;
    return longest;
  }
  static void Note(const Now& now, int64_t& last, Millis& longest) {
    longest = std::max(longest, now.mono.ms - last);
    last = now.mono.ms;
  }
  vl1::Options options;
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993", options);
  LabNode& alice = lab.Add(1, "20.2.0.1/9993", options);
  LabNode& bob = lab.Add(2, "20.3.0.1/9993", options);
};

std::vector<vl1::PathInfo> PathsTo(Roamers& t, LabNode& from, const LabNode& to) {
  for (const vl1::PeerInfo& peer : from.vl1->Peers(t.lab.now())) {
    if (peer.address == to.address()) return peer.paths;
  }
  return {};
}

TEST_CASE("a machine that moves and is told so talks on within two round trips") {
  Roamers t;
  t.lab.Move(t.alice, {{1, *Endpoint::Parse("21.0.0.1/9993")}});
  const Millis gap = t.Chat(5000);
  MESSAGE("longest gap " << gap << " ms");
  CHECK(gap < 500);
  CHECK(t.bob.received.back().hops == 0);
  CHECK(t.bob.received.back().from == t.alice.endpoint);
  CHECK(t.alice.online_changes.size() == 1);
}

TEST_CASE("a path over a socket that vanished is dropped at once") {
  Roamers t;
  t.lab.Move(t.alice, {{0, t.alice.endpoint}, {1, *Endpoint::Parse("21.0.0.1/9993")}});
  t.Chat(3000);
  const size_t before = t.alice.CountChanges(t.bob.address(), PeerChange::kPathDead);
  t.lab.Move(t.alice, {{1, *Endpoint::Parse("21.0.0.1/9993")}});
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kPathDead) > before);
  // Bob cannot know which of our two paths died: he finds out while he sends.
  const Millis gap = t.Chat(5000);
  MESSAGE("longest gap " << gap << " ms");
  CHECK(gap < 3000);
  CHECK(t.bob.received.back().from == t.alice.endpoint);
  SUBCASE("and what still arrives over it teaches no path") {
    const size_t paths = PathsTo(t, t.alice, t.bob).size();
    t.alice.sockets[0] = *Endpoint::Parse("20.2.0.1/9993");  // the host did not tell
    t.lab.Send(t.bob, t.alice.address(), Verb::kFrame, kFrame);
    t.Chat(1000);
    CHECK(PathsTo(t, t.alice, t.bob).size() == paths);
  }
}

TEST_CASE("without any socket a node is silent; with one again it is back within a second") {
  Roamers t;
  t.lab.Move(t.alice, {});
  t.lab.Run(60000);
  CHECK_FALSE(t.alice.vl1->online());
  t.lab.Move(t.alice, {{7, *Endpoint::Parse("21.0.0.9/1234")}});
  t.lab.Run(1000);
  CHECK(t.alice.vl1->online());
  CHECK(t.Chat(3000) < 1500);
}

TEST_CASE("a machine that moves without being told heals in less than five seconds while it talks") {
  for (const bool block_direct : {false, true}) {
    Roamers t;
    if (block_direct) {  // the new place cannot reach Bob directly: the root has to carry it
      t.lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes&) {
        const Endpoint moved = *Endpoint::Parse("21.0.0.1/9993");
        return !(from == moved && to == t.bob.endpoint) && !(to == moved && from == t.bob.endpoint);
      };
    }
    t.lab.Move(t.alice, {{0, *Endpoint::Parse("21.0.0.1/9993")}}, false);
    const Millis gap = t.Chat(15000);
    MESSAGE("direct blocked " << block_direct << ": longest gap " << gap << " ms");
    CHECK(gap < 5000);
    CHECK(t.bob.received.back().hops == (block_direct ? 1 : 0));
  }
}

TEST_CASE("a NAT that rebinds the port of a relayed conversation is noticed in less than five seconds") {
  Roamers t;
  t.lab.Block(t.alice, t.bob);
  t.Chat(60000);
  REQUIRE(t.bob.received.back().hops == 1);
  t.lab.Move(t.alice, {{0, *Endpoint::Parse("20.2.0.1/4444")}}, false);
  t.lab.Block(t.alice, t.bob);
  const Millis gap = t.Chat(15000);
  MESSAGE("longest gap " << gap << " ms");
  CHECK(gap < 5000);
}

TEST_CASE("a direct path that dies while packets flow is left in less than five seconds") {
  Roamers t;
  t.lab.Block(t.alice, t.bob);
  const Millis gap = t.Chat(15000);
  MESSAGE("longest gap " << gap << " ms");
  CHECK(gap < 5000);
  CHECK(t.bob.received.back().hops == 1);
}

TEST_CASE("one-way traffic over a good path is asked now and then, and the path is kept") {
  Roamers t;
  size_t echoes = 0;
  t.lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes&) {
    echoes += from == t.bob.endpoint && to == t.alice.endpoint;
    return true;
  };
  const size_t relayed = t.alice.CountChanges(t.bob.address(), PeerChange::kRelay);
  for (int i = 0; i < 600; ++i) {
    t.lab.Send(t.alice, t.bob.address(), Verb::kFrame, kFrame);
    t.lab.Run(100);
  }
  CHECK(t.bob.received.back().hops == 0);
  CHECK(t.alice.CountChanges(t.bob.address(), PeerChange::kRelay) == relayed);
  CHECK(echoes < 60 / 2 + 10);
}

TEST_CASE("a change of the endpoints the host reports asks everything again and tells trusted peers") {
  Roamers t;
  size_t to_bob = 0, to_root = 0;
  t.lab.Run(20000);
  t.alice.vl1->SetLocalEndpoints(t.lab.now(), std::vector<Endpoint>{t.alice.endpoint});
  t.lab.Run(1000);
  t.lab.tap = [&](const Endpoint& from, const Endpoint& to, Bytes&) {
    to_bob += from == t.alice.endpoint && to == t.bob.endpoint;
    to_root += from == t.alice.endpoint && to == t.root.endpoint;
    return true;
  };
  const std::vector<Endpoint> news{t.alice.endpoint, *Endpoint::Parse("20.2.0.1/777")};
  t.alice.vl1->SetLocalEndpoints(t.lab.now(), news);
  t.lab.Run(200);
  CHECK(to_bob >= 2);  // a probe and a push
  CHECK(to_root >= 1);
  to_bob = to_root = 0;
  t.alice.vl1->SetLocalEndpoints(t.lab.now(), news);
  t.lab.Run(200);
  CHECK(to_bob == 0);
  CHECK(to_root == 0);
}

TEST_CASE("a host that reports its sockets over and over causes one round of probes per half second") {
  Roamers t;
  size_t sent = 0;
  t.lab.tap = [&](const Endpoint& from, const Endpoint&, Bytes&) { return sent += from == t.alice.endpoint, true; };
  for (int i = 0; i < 1000; ++i) {
    t.alice.TellSockets(t.lab.now());
    t.lab.Run(1);
  }
  CHECK(sent < 60);
}

TEST_CASE("pushes to a peer that stays relayed never run into its gate") {
  Roamers t;
  t.lab.Block(t.alice, t.bob);
  t.alice.vl1->SetLocalEndpoints(t.lab.now(), std::vector<Endpoint>{t.alice.endpoint});
  for (int i = 0; i < 60; ++i) t.Chat(5000);
  CHECK(t.bob.drops.Of(DropReason::kRateLimited) == 0);
}

}  // namespace
}  // namespace zt::testing
