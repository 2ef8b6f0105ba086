// Relaying under limits: what passes in total, per source, and who suffers from a flood.
#include "vl1/relay_shares.h"

#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"

namespace zt::testing {
namespace {

using vl1::RelayShares;

constexpr size_t kPacket = 1000;

IpAddress SourceNumber(uint32_t n) { return IpAddress::V4(0x0b000000 + n); }

// Sends `packets_per_ms` from a source for a while; how many passed.
struct Sender {
  IpAddress from;
  bool confirmed;
  double packets_per_ms;
  uint64_t offered = 0, passed = 0;
  double due = 0;

  void Tick(RelayShares& shares, Instant now) {
    for (due += packets_per_ms; due >= 1; --due) {
      ++offered;
      passed += shares.Admit(now, from, confirmed, kPacket);
    }
  }
};

TEST_CASE("without limits everything passes") {
  SeededRandom random(1);
  RelayShares shares({}, random);
  for (int i = 0; i < 100000; ++i) REQUIRE(shares.Admit({5}, SourceNumber(1), false, 10000));
}

TEST_CASE("a source passes its limit, the total is kept, and a burst is a quarter of a second") {
  SeededRandom random(1);
  RelayShares shares({.total = 10'000'000, .per_source = 1'000'000}, random);
  Sender one{SourceNumber(1), true, 5};
  for (int64_t t = 0; t < 10000; ++t) one.Tick(shares, {1000 + t});
  CHECK(one.passed * kPacket >= 9'900'000);
  CHECK(one.passed * kPacket <= 10'300'000);
}

TEST_CASE("one that floods does not starve fifty that do not") {
  SeededRandom random(1);
  RelayShares shares({.total = 10'000'000}, random);
  std::vector<Sender> normal;
  for (uint32_t n = 0; n < 50; ++n) normal.push_back({SourceNumber(n), true, 0.15});  // 150 kB/s, 7.5 MB/s together
  Sender flood{SourceNumber(1000), true, 100};
  uint64_t flood_first = 0;
  SUBCASE("from one address") {}
  SUBCASE("from invented addresses") { flood.confirmed = false; }
  SUBCASE("before everybody else in each millisecond") { flood_first = 1; }
  for (int64_t t = 0; t < 20000; ++t) {
    if (!flood.confirmed) flood.from = SourceNumber(static_cast<uint32_t>(5000 + t));
    if (flood_first) flood.Tick(shares, {1000 + t});
    for (Sender& sender : normal) sender.Tick(shares, {1000 + t});
    if (!flood_first) flood.Tick(shares, {1000 + t});
  }
  uint64_t total = flood.passed;
  for (Sender& sender : normal) {
    CHECK(sender.passed >= sender.offered * 95 / 100);
    total += sender.passed;
  }
  CHECK(flood.passed > 0);                            // it may have what the others leave
  CHECK(total * kPacket <= 20 * 10'000'000 + 2'500'000);
  CHECK(total * kPacket >= 20 * 9'500'000);           // and nothing is wasted
}

TEST_CASE("sources beyond the table displace each other and nothing else happens") {
  SeededRandom random(1);
  RelayShares shares({.total = 1'000'000'000, .per_source = 1'000'000}, random);
  for (uint32_t n = 0; n < 100000; ++n) REQUIRE(shares.Admit({1000}, SourceNumber(n), true, kPacket));
}

TEST_CASE("a root under a limit relays for a quiet pair while somebody floods it") {
  Vl1Lab lab;
  LabNode& root = lab.Add(0, "10.1.0.1/9993", {.relay_total = 500'000});
  LabNode& alice = lab.Add(1, "10.2.0.1/9993");
  LabNode& bob = lab.Add(2, "10.3.0.1/9993");
  LabNode& eve = lab.Add(3, "10.4.0.1/9993");
  lab.GivePlanet(Vl1Lab::MakePlanet({{&root, {root.endpoint}}}));
  lab.Block(alice, bob);
  lab.Run(2000);
  lab.Send(alice, bob.address(), Verb::kFrame, Bytes(1000));
  lab.Run(1000);
  bob.received.clear();
  const Bytes junk = MakePacket(eve.secret, bob.secret.identity(), {.verb = Verb::kFrame, .payload = Bytes(1200)});
  int sent = 0;
  for (int t = 0; t < 5000; t += 20) {
    for (int n = 0; n < 40; ++n) lab.Inject(root, eve.endpoint, junk);  // 2.4 MB/s
    lab.Send(alice, bob.address(), Verb::kFrame, Bytes(1000));          // 50 kB/s
    ++sent;
    lab.Run(20);
  }
  lab.Run(1000);
  int received = 0;
  for (const Received& r : bob.received) received += r.source == alice.address();
  CHECK(received >= sent * 9 / 10);
  const vl1::Activity& activity = root.vl1->activity();
  CHECK(activity.relay_limited > 5000);
  CHECK(activity.bytes_relayed < 3'300'000);
  CHECK(activity.introductions >= 1);
  CHECK(activity.hellos_answered >= 3);
  CHECK(activity.whois_answered >= 1);
}

}  // namespace
}  // namespace zt::testing
