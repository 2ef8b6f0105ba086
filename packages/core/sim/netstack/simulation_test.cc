// The simulation tests itself: equal seeds are equal runs, and an error planted on the wire is found.
#include "sim/netstack/simulation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "netstack/header/protocol.h"

namespace zt::netstack::sim {
namespace {

// One connection over a good path, bytes both ways.
Scenario Plain() {
  Scenario scenario;
  scenario.seed = 1;
  ConnectionPlan& plan = scenario.connections.emplace_back();
  for (EndPlan& end : plan.ends) end.bytes = 200'000;
  return scenario;
}

// Of a TCP segment over IPv4 with that much payload; 0: it is none.
size_t PayloadAt(const Lab::Frame& frame, size_t least) {
  if (frame.ether_type != kEtherTypeIpv4 || frame.payload.size() < 40 + least) return 0;
  if (frame.payload[9] != kProtocolTcp) return 0;
  const size_t at = 20 + size_t{frame.payload[32]} / 16 * 4;
  return frame.payload.size() >= at + least ? at : 0;
}

}  // namespace

TEST_CASE("a plain scenario passes, moves all bytes and costs little") {
  const Scenario scenario = Plain();
  const Verdict verdict = Simulation(scenario).Run();
  CHECK(verdict.fault == "");
  CHECK(verdict.bytes == 400'000);
  CHECK(verdict.frames < 600);
}

TEST_CASE("the same seed is the same run, another is another") {
  for (uint64_t seed : {3, 7, 11}) {
    const Scenario scenario = DrawScenario(seed, Size::kSmall);
    CHECK(scenario.Describe() == DrawScenario(seed, Size::kSmall).Describe());
    CHECK(Simulation(scenario).Run().digest == Simulation(scenario).Run().digest);
    CHECK(Simulation(scenario).Run().digest != Simulation(DrawScenario(seed + 1, Size::kSmall)).Run().digest);
  }
}

TEST_CASE("two words exchanged in one segment, which no checksum notices, are found") {
  const Scenario scenario = Plain();
  Simulation simulation(scenario);
  int left = 20;
  simulation.tamper = [&](Lab::Frame& frame) {
    const size_t at = PayloadAt(frame, 100);
    if (at == 0 || --left != 0) return true;
    std::swap_ranges(&frame.payload[at], &frame.payload[at + 2], &frame.payload[at + 2]);
    return true;
  };
  CHECK(simulation.Run().fault.find("is not the one that was written") != std::string::npos);
}

TEST_CASE("a connection that cannot move is found") {
  const Scenario scenario = Plain();
  Simulation simulation(scenario);
  simulation.tamper = [](Lab::Frame& frame) { return PayloadAt(frame, 500) == 0; };
  const Verdict verdict = simulation.Run();
  CHECK(verdict.fault.find("did not get everything") != std::string::npos);
}

TEST_CASE("an end that forgets to leave is found") {
  Scenario scenario = Plain();
  scenario.connections[0].ends[1].bytes = 0;
  scenario.connections[0].ends[1].turn = 1;  // it waits for its turn, which never comes: nobody shuts down
  scenario.connections[0].ends[0].turn = 500'000;
  scenario.connections[0].ends[0].write_pause = 1'000'000;
  scenario.connections[0].ends[0].chunk = 100;
  CHECK(!Simulation(scenario).Run().ok());
}

TEST_CASE("more frames than the bytes are worth are found") {
  const Scenario scenario = Plain();
  Simulation simulation(scenario);
  // What is lost again and again must be sent again and again, but not for ever.
  uint64_t n = 0;
  simulation.tamper = [&](Lab::Frame& frame) { return PayloadAt(frame, 1) == 0 || ++n % 100 == 0; };
  CHECK(!simulation.Run().ok());
}

TEST_CASE("burst loss of the link has the mean its chances say, and comes in bursts") {
  LinkPlan plan;
  plan.to_bad = 10'000;
  plan.to_good = 100'000;
  plan.loss_bad = 1'000'000;
  Link link(plan, 5, {0});
  uint64_t arrived = 0, after_loss = 0, lost_after_loss = 0;
  bool lost_before = false;
  for (int i = 0; i < 100'000; ++i) {
    bool here = false;
    link.Carry({i}, {Mac{1}, Mac{2}, kEtherTypeIpv4, Bytes(100)}, [&](Instant, Lab::Frame) { here = true; });
    arrived += here;
    after_loss += lost_before;
    lost_after_loss += lost_before && !here;
    lost_before = !here;
  }
  // In the bad state 1/11 of the time; a loss is followed by another nine times of ten.
  CHECK(arrived > 88'000);
  CHECK(arrived < 94'000);
  CHECK(lost_after_loss * 100 > after_loss * 87);
}

TEST_CASE("an altered byte always alters the sum, and ARP is left alone") {
  LinkPlan plan;
  plan.corrupt = 1'000'000;
  Link link(plan, 5, {0});
  for (int i = 0; i < 1'000; ++i) {
    const Lab::Frame frame{Mac{1}, Mac{2}, i % 2 == 0 ? kEtherTypeIpv4 : kEtherTypeArp, Bytes(60)};
    link.Carry({i}, frame, [&](Instant, Lab::Frame arriving) {
      const auto left = std::count(arriving.payload.begin(), arriving.payload.end(), uint8_t{0});
      CHECK(60 - left == (i % 2 == 0 ? 1 : 0));
    });
  }
}

}  // namespace zt::netstack::sim
