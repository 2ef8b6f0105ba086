// Machines that sleep and clocks that are set (vl1.md §3.10).
#include "testing/vl1_lab.h"
#include "vl1/clock_watch.h"

namespace zt::testing {
namespace {

using vl1::ClockWatch;

const Bytes kFrame(60, 1);

TEST_CASE("a clock watch sees lateness and a wall clock that was set, and no slow drift") {
  ClockWatch watch;
  watch.Promise(Instant::LongAgo());  // at once, before anything happened
  CHECK_FALSE(watch.Observe({{1000}, {500000}}));
  watch.Promise({2000});
  CHECK_FALSE(watch.Observe({{12000}, {511000}}));
  watch.Promise({12001});
  auto jump = watch.Observe({{22002}, {521002}});
  REQUIRE(jump);
  CHECK(jump->slept == 10001);
  CHECK_FALSE(watch.Observe({{22003}, {521003}}));  // told once
  for (Millis t = 0; t < 100; ++t) CHECK_FALSE(watch.Observe({{23000 + 1000 * t}, {522000 + 1900 * t}}));
  jump = watch.Observe({{122001}, {522000}});
  REQUIRE(jump);
  CHECK(jump->slept == 0);
  CHECK(jump->wall < -10000);
}

struct Sleepers {
  Sleepers() {
    lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
    root.trust = alice.trust = bob.trust = true;
    lab.Run(1000);
    Talk(5);
    REQUIRE(bob.received.back().hops == 0);
  }
  void Talk(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      lab.Send(alice, bob.address(), Verb::kFrame, kFrame);
      lab.Send(bob, alice.address(), Verb::kFrame, kFrame);
      lab.Run(1000);
    }
  }
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "20.1.0.1/9993");
  LabNode& alice = lab.Add(1, "20.2.0.1/9993");
  LabNode& bob = lab.Add(2, "20.3.0.1/9993");
};

TEST_CASE("a node that slept asks everything again and forgets nobody") {
  for (const Millis slept : {Millis{20'000}, Millis{3'600'000}}) {
    Sleepers t;
    t.alice.running = t.bob.running = false;
    t.lab.Run(slept);
    t.alice.running = t.bob.running = true;
    t.lab.Run(1);
    CHECK(t.alice.CountWarnings(Warning::kClockJumped) == 1);
    CHECK(t.alice.vl1->FindIdentity(t.bob.address()) != nullptr);
    t.lab.Run(1000);
    CHECK(t.alice.vl1->online());
    CHECK(t.alice.online_changes.size() == 1);  // it was not told of a loss that nobody could have seen
    t.bob.received.clear();
    t.Talk(3);
    CHECK(t.bob.received.size() == 3);
    CHECK(t.bob.received.back().hops == 0);
  }
}

TEST_CASE("a node that slept while its peer went away notices within five seconds") {
  Sleepers t;
  t.alice.running = false;
  t.bob.running = false;
  t.lab.Run(100'000);
  t.alice.running = true;
  t.lab.Run(5000);
  for (const vl1::PeerInfo& peer : t.alice.vl1->Peers(t.lab.now())) {
    if (peer.address != t.bob.address()) continue;
    for (const vl1::PathInfo& path : peer.paths) CHECK(path.expired);
  }
}

TEST_CASE("a wall clock that is set, either way, is told and makes no latency") {
  for (const Millis jump : {Millis{-86'400'000}, Millis{86'400'000}}) {
    Sleepers t;
    const std::optional<int> before = t.alice.vl1->Latency(t.bob.address());
    t.lab.wall_offset = jump;
    t.Talk(3);
    CHECK(t.alice.CountWarnings(Warning::kClockJumped) == 1);
    t.Talk(130);  // full HELLOs are echoed
    CHECK(t.alice.vl1->Latency(t.bob.address()) == before);
    CHECK(t.alice.CountWarnings(Warning::kClockJumped) == 1);
    CHECK(t.alice.online_changes.size() == 1);
    CHECK(t.bob.received.back().hops == 0);
  }
}

TEST_CASE("a wall clock that is set between HELLO and OK gives no wrong latency") {
  Sleepers t;
  const std::optional<int> before = t.alice.vl1->Latency(t.root.address());
  t.lab.Move(t.alice, {{0, t.alice.endpoint}});  // the first call only says what there is
  t.lab.Move(t.alice, {{0, t.alice.endpoint}});  // HELLO to the root
  t.lab.wall_offset = 5000;                      // not even a jump
  t.lab.Run(100);
  CHECK(t.alice.vl1->Latency(t.root.address()) == before);
}

}  // namespace
}  // namespace zt::testing
