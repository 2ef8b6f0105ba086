// The simulator tests itself: what follows is what scenarios rely on.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/router.h"

namespace zt::sim {
namespace {

// Notes what arrives, and when.
struct Sink final : Port {
  explicit Sink(Simulator& owner) : simulator(owner) {}
  void Arrive(Packet packet) override {
    times.push_back(simulator.now().ms);
    packets.push_back(std::move(packet));
  }
  Simulator& simulator;
  std::vector<int64_t> times;
  std::vector<Packet> packets;
};

struct Appointment final : Actor {
  Appointment(Simulator& simulator, std::vector<int>& journal, int id) : Actor(simulator), log(journal), name(id) {}
  using Actor::Schedule;
  using Actor::Unschedule;
  void Act() override { log.push_back(name); }
  std::vector<int>& log;
  int name;
};

Packet Datagram(size_t size, uint8_t number = 0) {
  const Endpoint from{IpAddress::V4(1, 0, 0, 1), 1}, to{IpAddress::V4(1, 0, 0, 2), 2};
  return {from, to, 64, Bytes(size, number)};
}

constexpr size_t kHeaders = 28;  // IPv4 and UDP
constexpr IpAddress Public(uint8_t last) { return {IpFamily::kV4, {20, 0, 0, last}}; }
constexpr IpAddress Private(uint8_t last) { return {IpFamily::kV4, {10, 0, 0, last}}; }

}  // namespace

TEST_CASE("appointments are kept in order of time, then of making; the last word counts") {
  Simulator simulator(1);
  std::vector<int> log;
  Appointment a(simulator, log, 1), b(simulator, log, 2), c(simulator, log, 3), d(simulator, log, 4);
  a.Schedule({20});
  b.Schedule({10});
  c.Schedule({10});
  d.Schedule({5});
  d.Unschedule();
  a.Schedule({10});  // moved: now the last of three
  {
    Appointment gone(simulator, log, 5);
    gone.Schedule({1});
  }
  simulator.RunFor(9);
  CHECK(log.empty());
  CHECK(simulator.now().ms == 9);
  simulator.RunFor(1);
  CHECK(log == std::vector<int>{2, 3, 1});
  d.Schedule({3});  // has passed: means now
  CHECK(simulator.Step());
  CHECK(simulator.now().ms == 10);
  CHECK_FALSE(simulator.Step());
}

TEST_CASE("a thousand appointments at random times are kept in order") {
  Simulator simulator(1);
  SeededRandom random(7);
  std::vector<int> log;
  std::vector<std::unique_ptr<Appointment>> all;
  for (int i = 0; i < 1000; ++i) {
    const int64_t at = static_cast<int64_t>(random.Below(500));
    all.push_back(std::make_unique<Appointment>(simulator, log, static_cast<int>(at)));
    all.back()->Schedule({at});
    if (random.Below(4) == 0) all[random.Below(all.size())]->Unschedule();
  }
  simulator.RunFor(500);
  CHECK(log.size() > 500);
  CHECK(std::is_sorted(log.begin(), log.end()));
}

TEST_CASE("RunUntilOrTimeout ends with the predicate or at the deadline") {
  Simulator simulator(1);
  bool done = false;
  simulator.At({30}, [&] { done = true; });
  CHECK_FALSE(simulator.RunUntilOrTimeout([&] { return done; }, 20));
  CHECK(simulator.now().ms == 20);
  CHECK(simulator.RunUntilOrTimeout([&] { return done; }, 20));
  CHECK(simulator.now().ms == 30);
}

TEST_CASE("a link delays, and paces at its rate") {
  Simulator simulator(1);
  Sink sink(simulator);
  Link link(simulator, {.bytes_per_ms = 100, .delay = 50}, 1, sink);
  for (int i = 0; i < 3; ++i) link.Send(Datagram(200 - kHeaders));
  simulator.RunFor(1000);
  CHECK(sink.times == std::vector<int64_t>{52, 54, 56});
}

TEST_CASE("a queue that is full drops what comes") {
  Simulator simulator(1);
  Sink sink(simulator);
  Link link(simulator, {.bytes_per_ms = 1, .queue_bytes = 1000, .delay = 0}, 1, sink);
  for (uint8_t i = 0; i < 10; ++i) link.Send(Datagram(300 - kHeaders, i));
  simulator.RunFor(10'000);
  CHECK(sink.packets.size() == 3);
  CHECK(link.overflowed() == 7);
  CHECK(sink.packets.back().bytes[0] == 2);
  link.Send(Datagram(300 - kHeaders));  // there is room again
  simulator.RunFor(10'000);
  CHECK(sink.packets.size() == 4);
}

TEST_CASE("loss, duplication, reordering and corruption happen as often as planned") {
  constexpr int kMany = 20'000;
  const auto run = [](const LinkPlan& plan, auto&& inspect) {
    Simulator simulator(1);
    Sink sink(simulator);
    Link link(simulator, plan, 1, sink);
    for (int i = 0; i < kMany; ++i) {
      link.Send(Datagram(4, 9));
      simulator.RunFor(1);
    }
    simulator.RunFor(1000);
    inspect(sink);
  };
  const auto about = [](size_t count, double part) { return count > kMany * part * 0.9 && count < kMany * part * 1.1; };
  run({.loss = 200'000}, [&](Sink& sink) { CHECK(about(sink.packets.size(), 0.8)); });
  run({.duplicate = 200'000}, [&](Sink& sink) { CHECK(about(sink.packets.size(), 1.2)); });
  run({.corrupt = 200'000}, [&](Sink& sink) {
    CHECK(sink.packets.size() == kMany);
    const Bytes clean(4, 9);
    size_t altered = 0;
    for (const Packet& packet : sink.packets) altered += packet.bytes != clean;
    CHECK(about(altered, 0.2));
  });
  run({.delay = 30, .reorder = 200'000, .reorder_delay = 20}, [&](Sink& sink) {
    CHECK(sink.packets.size() == kMany);
    CHECK(std::is_sorted(sink.times.begin(), sink.times.end()));
  });
}

TEST_CASE("a reordered packet is overtaken, and none is early") {
  Simulator simulator(1);
  Sink sink(simulator);
  Link link(simulator, {.delay = 10, .reorder = 500'000, .reorder_delay = 5}, 3, sink);
  for (uint8_t i = 0; i < 100; ++i) {
    link.Send(Datagram(1, i));
    simulator.RunFor(1);
  }
  simulator.RunFor(100);
  REQUIRE(sink.packets.size() == 100);
  int overtaken = 0;
  for (size_t i = 0; i < 100; ++i) {
    const int number = sink.packets[i].bytes[0];
    CHECK(sink.times[i] >= number + 10);
    CHECK(sink.times[i] <= number + 15);
    overtaken += i > 0 && number < sink.packets[i - 1].bytes[0];
  }
  CHECK(overtaken > 5);
}

TEST_CASE("a segment finds addresses, then the longest route, then its gateway") {
  Simulator simulator(1);
  Segment lan(simulator, "lan", 0);
  Sink a(simulator), b(simulator), narrow(simulator), wide(simulator), gateway(simulator);
  Cable from(lan, a, {Private(1)}, {}), to(lan, b, {Private(2)}, {}), n(lan, narrow, {}, {}), w(lan, wide, {}, {}),
      g(lan, gateway, {}, {});
  lan.AddRoute({IpAddress::V4(30, 0, 0, 0), 8}, w);
  lan.AddRoute({IpAddress::V4(30, 1, 0, 0), 16}, n);
  const auto send = [&](const IpAddress& ip) {
    Packet packet = Datagram(10);
    packet.destination.ip = ip;
    from.Send(packet);
  };
  for (const IpAddress& ip : {Private(2), IpAddress::V4(30, 2, 0, 1), IpAddress::V4(30, 1, 0, 1), Public(1)}) send(ip);
  simulator.RunFor(100);
  CHECK(lan.unroutable() == 1);  // no gateway yet
  lan.SetGateway(&g);
  send(Public(1));
  send(Private(1));  // its own address: the cable takes nothing back
  simulator.RunFor(100);
  CHECK(b.packets.size() == 1);
  CHECK(wide.packets.size() == 1);
  CHECK(narrow.packets.size() == 1);
  CHECK(gateway.packets.size() == 1);
  CHECK(a.packets.empty());
}

TEST_CASE("islands and broken peerings keep packets apart until they are mended") {
  Simulator simulator(1);
  Segment core(simulator, "core", 3);
  Sink a(simulator), b(simulator);
  Cable from(core, a, {Public(1)}, {}), to(core, b, {Public(2)}, {});
  const auto arrives = [&] {
    const size_t before = b.packets.size();
    Packet packet = Datagram(10);
    packet.destination.ip = Public(2);
    from.Send(packet);
    simulator.RunFor(100);
    return b.packets.size() > before;
  };
  CHECK(arrives());
  core.SetIsland(to, 1);
  CHECK_FALSE(arrives());
  core.SetIsland(from, 1);
  CHECK(arrives());
  core.SetBlocked(to, from, true);
  CHECK_FALSE(arrives());
  core.SetBlocked(from, to, false);
  CHECK(arrives());
  CHECK(core.cut() == 2);
}

TEST_CASE("a plain router takes one from the TTL, and the core its hops") {
  Simulator simulator(1);
  Segment core(simulator, "core", 3), lan(simulator, "lan", 0);
  Router router(lan, core, {.outside = {}, .routed = {{Private(0), 24}}});
  Sink inside(simulator), outside(simulator);
  Cable host(lan, inside, {Private(2)}, {}), server(core, outside, {Public(9)}, {});
  const auto send = [&](uint8_t ttl) {
    Packet packet{{Private(2), 1}, {Public(9), 2}, ttl, Bytes(1)};
    host.Send(packet);
    simulator.RunFor(100);
  };
  send(1);  // dies at the router
  send(4);  // in the core
  CHECK(outside.packets.empty());
  CHECK(router.expired() == 1);
  CHECK(core.expired() == 1);
  send(5);
  REQUIRE(outside.packets.size() == 1);
  CHECK(outside.packets[0].ttl == 1);
  server.Send({{Public(9), 2}, {Private(2), 1}, 64, Bytes(1)});
  simulator.RunFor(100);
  REQUIRE(inside.packets.size() == 1);
  CHECK(inside.packets[0].ttl == 60);
}

TEST_CASE("NATs in series translate twice; a router without power forwards nothing and forgets") {
  Simulator simulator(1);
  Segment core(simulator, "core", 3), carrier(simulator, "carrier", 0), home(simulator, "home", 0);
  const IpAddress shared = IpAddress::V4(100, 64, 0, 2);
  Router outer(carrier, core, {.outside = {Public(1)}, .routed = {}},
               std::make_unique<Nat>(NatBehaviour{}, std::vector{Public(1)}, 1));
  Router inner(home, carrier, {.outside = {shared}, .routed = {}},
               std::make_unique<Nat>(NatBehaviour{}, std::vector{shared}, 2));
  Sink inside(simulator), outside(simulator);
  Cable host(home, inside, {Private(2)}, {}), server(core, outside, {Public(9)}, {});
  const auto ask = [&](uint8_t ttl) {
    host.Send({{Private(2), 1000}, {Public(9), 2}, ttl, Bytes(1)});
    simulator.RunFor(100);
  };
  const auto answer = [&] {
    server.Send({{Public(9), 2}, {Public(1), 1000}, 64, Bytes(1)});
    simulator.RunFor(100);
  };
  ask(2);  // an opener dies at the second box, before its NAT
  CHECK(inner.nat()->mappings() == 1);
  CHECK(outer.nat()->mappings() == 0);
  ask(64);
  REQUIRE(outside.packets.size() == 1);
  CHECK(outside.packets[0].source == Endpoint{Public(1), 1000});
  answer();
  REQUIRE(inside.packets.size() == 1);
  CHECK(inside.packets[0].destination == Endpoint{Private(2), 1000});
  outer.SetPower(false);
  answer();
  outer.SetPower(true);
  answer();  // the mapping is gone
  CHECK(inside.packets.size() == 1);
}

TEST_CASE("an unplugged cable loses what was on it") {
  Simulator simulator(1);
  Segment lan(simulator, "lan", 0);
  Sink a(simulator), b(simulator);
  Cable from(lan, a, {Private(1)}, {});
  auto to = std::make_unique<Cable>(lan, b, std::vector{Private(2)}, LinkPlan{});
  Packet packet = Datagram(1);
  packet.destination.ip = Private(2);
  from.Send(packet);
  simulator.RunFor(7);
  to.reset();
  simulator.RunFor(100);
  CHECK(b.packets.empty());
  Cable again(lan, b, {Private(2)}, {});
  from.Send(packet);
  simulator.RunFor(100);
  CHECK(b.packets.size() == 1);
}

TEST_CASE("parts draw from seeds of their own") {
  Simulator one(1), other(2);
  CHECK(one.SeedOf("a") == Simulator(1).SeedOf("a"));
  CHECK(one.SeedOf("a") != one.SeedOf("b"));
  CHECK(one.SeedOf("a") != other.SeedOf("a"));
}

}  // namespace zt::sim
