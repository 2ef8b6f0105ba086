// Bulk data over good and bad links: every byte arrives, once, in order, and fast enough.
#include <doctest/doctest.h>

#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

struct Outcome {
  bool finished = false;
  bool exact = false;
  Millis took = 0;
};

// `total` bytes from the client to the server and `back` the other way, then an orderly close.
Outcome Transfer(uint64_t seed, const LinkModel& link, uint64_t total, uint64_t back = 0,
                 Millis limit = 3'600'000) {
  Lab lab(seed, link);
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  if (!pair.server) return {};
  PatternWriter up(lab, a, pair.client, total, seed);
  PatternReader up_reader(lab, b, pair.server, seed);
  PatternWriter down(lab, b, pair.server, back, seed + 1);
  PatternReader down_reader(lab, a, pair.client, seed + 1);
  a.on_input = [&] {
    up.Pump();
    down_reader.Pump();
  };
  b.on_input = [&] {
    up_reader.Pump();
    down.Pump();
  };
  const Instant start = lab.now.mono;
  Outcome out;
  out.finished = lab.Run(limit, [&] {
    return up_reader.ended && down_reader.ended && up_reader.read == total && down_reader.read == back;
  });
  out.took = lab.now.mono - start;
  out.exact = up_reader.exact && down_reader.exact && up_reader.read == total && down_reader.read == back;
  lab.Run(1000);
  const auto closed_a = a.Take(StackEventKind::kTcpClosed);
  const auto closed_b = b.Take(StackEventKind::kTcpClosed);
  out.finished = out.finished && (link.loss > 0 || (closed_a && closed_a->status == Status::kOk));
  out.finished = out.finished && (link.loss > 0 || (closed_b && closed_b->status == Status::kOk));
  return out;
}

}  // namespace

TEST_CASE("a megabyte crosses a clean link bit-exact and both sides end orderly") {
  const Outcome out = Transfer(1, {}, 1 << 20);
  CHECK(out.finished);
  CHECK(out.exact);
  CHECK(out.took < 500);
}

TEST_CASE("both directions at once") {
  const Outcome out = Transfer(2, {}, 3'000'000, 2'000'000);
  CHECK(out.finished);
  CHECK(out.exact);
}

TEST_CASE("more than 64 KiB are in flight when the path is long: the window is scaled") {
  LinkModel link;
  link.latency = 50;
  // 64 KiB per 100 ms would take 32 s for 20 MB.
  const Outcome out = Transfer(3, link, 20'000'000);
  CHECK(out.exact);
  CHECK(out.took < 4000);
}

TEST_CASE("a bottleneck is filled") {
  LinkModel link;
  link.latency = 10;
  link.bytes_per_ms = 12'500;  // 100 Mbit/s
  const Outcome out = Transfer(4, link, 30'000'000);
  CHECK(out.exact);
  MESSAGE("30 MB over 100 Mbit/s, 20 ms: ", out.took, " ms");
  CHECK(out.took < 30'000'000 / 12'500 * 1.25);
}

TEST_CASE("loss from 0 to 20 percent, with reordering and duplication: bit-exact both ways") {
  for (double loss : {0.0, 0.01, 0.02, 0.05, 0.1, 0.2}) {
    LinkModel link;
    link.loss = loss;
    link.duplicate = 0.02;
    link.reorder = 0.05;
    const Outcome out = Transfer(5 + static_cast<uint64_t>(loss * 100), link, 2'000'000, 500'000);
    CAPTURE(loss);
    MESSAGE("loss ", loss, ": ", out.took, " ms");
    CHECK(out.finished);
    CHECK(out.exact);
  }
}

TEST_CASE("five percent loss with reordering and duplication still gives a good rate") {
  LinkModel link;
  link.loss = 0.05;
  link.duplicate = 0.02;
  link.reorder = 0.1;
  const Outcome out = Transfer(77, link, 4'000'000);
  MESSAGE("4 MB: ", out.took, " ms");
  CHECK(out.exact);
  CHECK(out.took < 20'000);  // at 10 ms round trip: more than 200 kB/s
}

TEST_CASE("reordering alone is not taken for loss") {
  LinkModel link;
  link.latency = 20;
  link.reorder = 0.2;
  link.reorder_delay = 8;
  const Outcome out = Transfer(78, link, 20'000'000);
  MESSAGE("20 MB: ", out.took, " ms");
  CHECK(out.exact);
  CHECK(out.took < 6000);
}

TEST_CASE("random links, many seeds: whatever the network does, the bytes are right") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    LinkModel link;
    link.latency = static_cast<Millis>(random.Below(60));
    link.loss = static_cast<double>(random.Below(200)) / 1000;
    link.duplicate = static_cast<double>(random.Below(100)) / 1000;
    link.reorder = static_cast<double>(random.Below(300)) / 1000;
    link.reorder_delay = 1 + static_cast<Millis>(random.Below(80));
    link.bytes_per_ms = random.Below(3) == 0 ? 500 + random.Below(20'000) : 0;
    link.queue_bytes = 10'000 + random.Below(100'000);
    const Outcome out = Transfer(seed, link, 1 + random.Below(300'000), random.Below(100'000));
    CAPTURE(seed);
    CHECK(out.finished);
    CHECK(out.exact);
  }
}

}  // namespace zt::netstack
