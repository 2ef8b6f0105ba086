// The parts of a sender alone: timeout estimate, windows, scoreboard, receiver, timers.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/seeded_random.h"
#include "netstack/tcp/congestion.h"
#include "netstack/tcp/receiver.h"
#include "netstack/tcp/rto.h"
#include "netstack/tcp/scoreboard.h"
#include "netstack/tcp/timer_heap.h"

namespace zt::netstack {
namespace {

Now At(int64_t ms) { return {{ms}, {ms}}; }

}  // namespace

TEST_CASE("the retransmission timeout follows RFC 6298 and survives a clock of milliseconds") {
  RtoEstimator rto;
  CHECK(rto.Timeout() == 1000);
  rto.Sample(100);
  CHECK(rto.Timeout() == 300);
  for (int i = 0; i < 100; ++i) rto.Sample(100);
  CHECK(rto.srtt() == 100);
  CHECK(rto.Timeout() == 300);  // never nearer than 200 ms
  rto.BackOff();
  CHECK(rto.Timeout() == 600);
  for (int i = 0; i < 30; ++i) rto.BackOff();
  CHECK(rto.Timeout() == RtoEstimator::kMax);
  RtoEstimator zero;
  for (int i = 0; i < 100; ++i) zero.Sample(0);
  CHECK(zero.srtt() == 1);
  CHECK(zero.Timeout() >= RtoEstimator::kMin);
}

TEST_CASE("windows double in slow start, shrink on loss, collapse on a timeout, and come back by undo") {
  for (auto make : {MakeReno, MakeCubic}) {
    auto cc = make();
    cc->SetSegmentSize(1000);
    CHECK(cc->window() == 10'000);
    cc->OnAcked(At(0), 10'000, 10);
    CHECK(cc->window() == 20'000);
    cc->OnLoss(At(10), 20'000);
    CHECK(cc->window() < 20'000);
    CHECK(cc->window() >= 10'000);
    cc->Undo();
    CHECK(cc->window() == 20'000);
    cc->OnTimeout(At(20), 20'000, false);
    CHECK(cc->window() == 1000);
    CHECK(cc->InSlowStart());
    for (int i = 0; i < 100; ++i) cc->OnLoss(At(30), 1000);
    CHECK(cc->window() == 2000);
  }
}

TEST_CASE("CUBIC returns to the old maximum, rests there, then goes beyond") {
  auto cc = MakeCubic();
  cc->SetSegmentSize(1000);
  for (int i = 0; i < 5; ++i) cc->OnAcked(At(0), cc->window(), 100);
  const uint64_t maximum = cc->window();
  cc->OnLoss(At(0), maximum);
  CHECK(cc->window() == maximum * 7 / 10);
  std::vector<uint64_t> windows;
  for (int64_t ms = 100; ms <= 12'000; ms += 100) {
    cc->OnAcked(At(ms), cc->window(), 100);
    windows.push_back(cc->window());
  }
  CHECK(std::is_sorted(windows.begin(), windows.end()));
  // K = cbrt(W_max * 0.3 / 0.4): 320 segments give 6.2 s.
  CHECK(windows[58] > maximum * 95 / 100);
  CHECK(windows[58] < maximum * 105 / 100);
  CHECK(windows.back() > maximum * 120 / 100);
}

TEST_CASE("RACK: what was sent before something that arrived is lost, unless it may be late") {
  Scoreboard board;
  for (uint64_t i = 0; i < 10; ++i) board.Add(At(0), 1000 + i * 100, 100);
  Scoreboard::Delivery d;
  board.Sack(At(20), 1300, 1600, d);
  CHECK(d.bytes == 300);
  CHECK(d.rtt == 20);
  CHECK(board.DetectLoss(At(20), 20, false) == 300);  // three later ones arrived: RFC 8985 §6.2 step 4
  CHECK(board.in_flight() == 400);
  REQUIRE(board.FirstLost());
  CHECK(board.FirstLost()->seq == 1000);
  board.Retransmitted(At(21), 1000);
  CHECK(board.FirstLost()->seq == 1100);
  // The retransmission of 1100 arrives and that of 1000 does not: it is lost again.
  board.Retransmitted(At(22), 1100);
  Scoreboard::Delivery e;
  board.Sack(At(43), 1100, 1200, e);
  CHECK(e.retransmission_delivered);
  CHECK_FALSE(e.rtt);
  board.DetectLoss(At(43), 20, true);
  CHECK(board.FirstLost()->seq == 1000);
}

TEST_CASE("RACK waits for a late segment once reordering was seen") {
  Scoreboard board;
  for (uint64_t i = 0; i < 10; ++i) board.Add(At(0), 1000 + i * 100, 100);
  Scoreboard::Delivery d;
  board.Sack(At(40), 1200, 1300, d);
  board.DetectLoss(At(40), 40, false);
  board.Sack(At(41), 1100, 1200, d);  // an earlier one after a later one
  board.Sack(At(41), 1300, 1700, d);
  CHECK(board.DetectLoss(At(41), 40, false) == 0);
  CHECK(board.ReorderDeadline() > At(41).mono);
  CHECK(board.ReorderDeadline() <= At(55).mono);
  CHECK(board.DetectLoss(Now{board.ReorderDeadline(), {}}, 40, false) == 100);
}

TEST_CASE("RACK: the order of the blocks of one acknowledgment is no reordering") {
  Scoreboard board;
  for (uint64_t i = 0; i < 10; ++i) board.Add(At(0), 1000 + i * 100, 100);
  Scoreboard::Delivery d;
  board.Sack(At(40), 1600, 1700, d);  // RFC 2018 §4: the block of what came last is first
  board.Sack(At(40), 1200, 1400, d);
  CHECK(board.DetectLoss(At(40), 40, false) == 400);  // at once: three arrived
}

TEST_CASE("RACK below the clock's unit: lost is what more arrived after than ever overtook one that came") {
  Scoreboard board;
  for (uint64_t i = 0; i < 30; ++i) board.Add(At(0), 1000 + i * 100, 100);
  const auto sack = [&](Seq left, Seq right) {
    Scoreboard::Delivery d;
    board.Sack(At(0), left, right, d);
    return board.DetectLoss(At(0), 1, false);
  };
  CHECK(sack(1100, 1200) == 0);
  Scoreboard::Delivery first;
  board.Acknowledge(At(0), 1200, std::nullopt, first);  // the first was late by one
  CHECK(board.DetectLoss(At(0), 1, false) == 0);
  CHECK(sack(1300, 1400) == 0);
  CHECK(sack(1400, 1500) == 0);
  CHECK(sack(1500, 1600) == 100);  // RFC 6675 §2: three after the third
  Scoreboard::Delivery repaired;
  board.Retransmitted(At(0), 1200);
  board.Acknowledge(At(0), 1600, std::nullopt, repaired);
  // Late by five while the threshold was three: not seen as such when it was sent again, but the duplicate is told.
  CHECK(sack(1700, 2000) == 100);
  board.Retransmitted(At(0), 1600);
  board.OnDuplicateReport(3000);
  Scoreboard::Delivery all;
  board.Acknowledge(At(0), 2000, std::nullopt, all);
  CHECK(sack(2100, 2600) == 0);
  CHECK(sack(2600, 2700) == 100);  // RFC 8985 §6.2 step 4: twice as patient
}

TEST_CASE("the scoreboard keeps its sums over random histories") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SeededRandom random(seed);
    Scoreboard board;
    Seq next = 5000, una = 5000;
    int64_t ms = 0;
    for (int step = 0; step < 400; ++step) {
      ms += static_cast<int64_t>(random.Below(3));
      Scoreboard::Delivery d;
      switch (random.Below(6)) {
        case 0:
        case 1: {
          const uint32_t n = 1 + static_cast<uint32_t>(random.Below(1400));
          board.Add(At(ms), next, n);
          next += n;
          break;
        }
        case 2:
          una += random.Below(next - una + 1) / 3;
          board.Acknowledge(At(ms), una, std::nullopt, d);
          break;
        case 3: {
          const Seq left = una + random.Below(next - una + 1);
          board.Sack(At(ms), left, left + random.Below(next - left + 1), d);
          board.DetectLoss(At(ms), 2, random.Below(2) != 0);
          break;
        }
        case 4:
          while (const SentSegment* lost = board.FirstLost()) board.Retransmitted(At(ms), lost->seq);
          break;
        default:
          if (random.Below(4) == 0) {
            board.DropRenegedSacks();
            board.MarkAllLost();
          }
      }
      CHECK(board.in_flight() + board.lost() <= next - una);
      CHECK(board.empty() == (una == next));
      if (board.lost() != 0) REQUIRE(board.FirstLost());
    }
    Scoreboard::Delivery d;
    board.Acknowledge(At(ms), next, std::nullopt, d);
    CHECK(board.empty());
    CHECK(board.in_flight() == 0);
    CHECK(board.lost() == 0);
  }
}

TEST_CASE("the receiver agrees with a model of bytes, whatever order segments come in") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    BufferBudget budget;
    BlockPool pool(budget);
    Receiver receiver(pool);
    constexpr Seq kFirst = 0x1fffffff0;
    receiver.Start(kFirst);
    receiver.Offer(7, 1000);
    const size_t total = 30'000;
    Bytes stream(total);
    random.Fill(stream);
    Bytes got;
    for (int i = 0; i < 5000 && !receiver.at_end(); ++i) {
      const size_t drawn = static_cast<size_t>(random.Below(total + 1500));
      const size_t at = drawn < 1500 ? 0 : drawn - 1500;  // the start often enough
      const size_t n = std::min<size_t>(total - at, 1 + random.Below(3000));
      receiver.Accept(kFirst + at, ByteSpan(stream).subspan(at, n), at + n == total);
      if (random.Below(3) == 0) {
        Bytes part(random.Below(5000));
        part.resize(receiver.Read({}, part, 1400));
        got.insert(got.end(), part.begin(), part.end());
      }
      receiver.Offer(7, 1000);
      TcpOptions options;
      receiver.FillSack(options);
      CHECK(options.sack_count <= 4);
    }
    CHECK(receiver.fin_reached());
    Bytes rest(total);
    rest.resize(receiver.Read({}, rest, 1400));
    got.insert(got.end(), rest.begin(), rest.end());
    CHECK(got == stream);
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("a window once offered is never taken back") {
  BufferBudget budget;
  BlockPool pool(budget);
  Receiver receiver(pool);
  receiver.Start(1000);
  SeededRandom random(3);
  Seq edge = 0;
  for (int i = 0; i < 2000; ++i) {
    const uint32_t window = receiver.Offer(7, 1400);
    CHECK(window % 128 == 0);
    CHECK(receiver.next() + window >= edge);
    edge = receiver.next() + window;
    const size_t n = std::min<size_t>(window, random.Below(1400));
    receiver.Accept(receiver.next(), Bytes(n), false);
    Bytes part(random.Below(1500));
    receiver.Read({}, part, 1400);
  }
}

TEST_CASE("a stream discarded after its end has nothing to read") {
  BufferBudget budget;
  BlockPool pool(budget);
  Receiver receiver(pool);
  receiver.Start(FirstSeq(1));
  receiver.Offer(0, 1000);
  const Bytes data(10);
  CHECK(receiver.Accept(FirstSeq(1), data, true).fin);
  receiver.Discard();
  CHECK(receiver.readable() == 0);
  Bytes into(10);
  CHECK(receiver.Read({}, into, 1400) == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("the timer heap always knows the earliest") {
  TimerHeap heap;
  std::vector<TimerNode> nodes(50);
  for (uint32_t i = 0; i < nodes.size(); ++i) nodes[i].owner = i + 1;
  std::map<uint32_t, int64_t> model;
  SeededRandom random(5);
  for (int i = 0; i < 5000; ++i) {
    TimerNode& node = nodes[random.Below(nodes.size())];
    if (random.Below(4) == 0) {
      heap.Remove(node);
      model.erase(node.owner);
    } else {
      const int64_t at = static_cast<int64_t>(random.Below(1000));
      heap.Set(node, {{at}, "test"});
      model[node.owner] = at;
    }
    Instant earliest = Instant::Never();
    for (const auto& [owner, at] : model) earliest = std::min(earliest, Instant{at});
    CHECK(heap.NextTimeout().at == earliest);
  }
}

TEST_CASE("the scoreboard counts on after four billion segments") {
  Scoreboard board(0xffffffff - 20);
  Seq next = 1000, una = 1000;
  for (int64_t i = 0; i < 100; ++i) {
    for (int k = 0; k < 4; ++k, next += 100) board.Add(At(i * 10), next, 100);
    if (next - una < 1600) continue;
    Scoreboard::Delivery d;
    board.Acknowledge(At(i * 10 + 5), una + 400, std::nullopt, d);
    una += 400;
    REQUIRE(d.bytes == 400);
    REQUIRE(board.in_flight() == next - una);
    // All that is in flight can be found lost, and is in flight again when it is sent again.
    board.MarkAllLost();
    REQUIRE(board.in_flight() == 0);
    REQUIRE(board.lost() == next - una);
    for (Seq seq = una; seq < next; seq += 100) board.Retransmitted(At(i * 10 + 6), seq);
    REQUIRE(board.in_flight() == next - una);
  }
}

TEST_CASE("what was reported stays reported when segments are numbered anew") {
  for (const uint32_t before : {8, 9, 10, 11}) {
    Scoreboard board(0xffffffff - 10);
    Seq next = 1000;
    const auto add = [&] {
      board.Add(At(0), next, 100);
      next += 100;
    };
    for (uint32_t i = 0; i < before; ++i) add();
    Scoreboard::Delivery d;
    for (Seq left = next - 100; left > 1000; left -= 100) board.Sack(At(10), left, next, d);
    CHECK(d.bytes == (before - 1) * 100);
    for (int i = 0; i < 10; ++i) add();
    Scoreboard::Delivery e;
    board.Sack(At(10), 1050, next - 100, e);
    CHECK(e.bytes == 900);
    CHECK(board.in_flight() == 200);
    board.MarkFirstLost();
    CHECK(board.lost() == 100);
    Scoreboard::Delivery f;
    board.Acknowledge(At(20), next, std::nullopt, f);
    CHECK(f.bytes == 200);
    CHECK(board.empty());
    CHECK(board.in_flight() + board.lost() == 0);
    CHECK_FALSE(board.has_sacked());
  }
}

}  // namespace zt::netstack
