// Buffers, receiver and scoreboard against models so simple that they are right: random operations, same answers.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/seeded_random.h"
#include "netstack/tcp/receiver.h"
#include "netstack/tcp/scoreboard.h"

namespace zt::netstack {
namespace {

constexpr int kOperations = 20'000;
constexpr size_t kBlock = BlockPool::kBlockBytes;

uint8_t ByteAt(uint64_t position) { return static_cast<uint8_t>(position * 0x9e3779b97f4a7c15ULL >> 56); }

Bytes Range(uint64_t position, size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = ByteAt(position + i);
  return bytes;
}

}  // namespace

TEST_CASE("a stream buffer keeps what a map of bytes keeps") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    BufferBudget budget;
    BlockPool pool(budget);
    {
      StreamBuffer buffer(pool);
      std::map<uint64_t, uint8_t> model;
      buffer.Reset(random.Below(1 << 20));
      for (int i = 0; i < 2'000; ++i) {
        const uint64_t at = buffer.begin() + random.Below(4 * kBlock);
        Bytes data(random.Below(random.Below(8) == 0 ? kBlock : 2'000));
        random.Fill(data);
        switch (random.Below(8)) {
          case 0:
            buffer.Release(at);
            model.erase(model.begin(), model.lower_bound(at));
            break;
          case 1:
            if (random.Below(20) != 0) break;
            buffer.Clear();
            model.clear();
            break;
          default:
            buffer.Write(at, data);
            for (size_t n = 0; n < data.size(); ++n) model[at + n] = data[n];
        }
        // A run of bytes that are there, from anywhere.
        auto it = model.lower_bound(at);
        if (it == model.end()) continue;
        const uint64_t from = it->first;
        Bytes expected;
        for (; it != model.end() && it->first == from + expected.size() && expected.size() < 3'000; ++it) {
          expected.push_back(it->second);
        }
        Bytes found(expected.size());
        buffer.Read(from, found);
        REQUIRE(found == expected);
      }
    }
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("a receiver gives the reader what a set of bytes would") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    BufferBudget budget;
    BlockPool pool(budget);
    Receiver receiver(pool);
    const Seq first = 1'000'000 + random.Below(1 << 20);
    const Seq total_end = first + 3'000'000;
    receiver.Start(first);
    receiver.Offer(0, 1'000);
    std::set<Seq> beyond;  // bytes that arrived behind a gap
    Seq next = first, read = first;
    bool ended = false;
    for (int i = 0; i < kOperations && !(ended && read == total_end); ++i) {
      // Near what is missing, before and behind it, across the window's edge and the end of the stream.
      const Seq low = next > first + 3'000 ? next - 3'000 : first;
      const Seq seq = std::min(random.Below(2) == 0 ? next : low + random.Below(9'000), total_end);
      const size_t size = static_cast<size_t>(std::min<uint64_t>(random.Below(1'500), total_end - seq));
      const bool fin = seq + size == total_end;
      const Seq edge = receiver.edge();
      receiver.Accept(seq, Range(seq, size), fin);
      for (Seq s = std::max(seq, next); s < std::min<Seq>(seq + size, edge); ++s) beyond.insert(s);
      while (beyond.erase(next) != 0) ++next;
      ended = receiver.fin_reached();
      REQUIRE(receiver.data_end() == next);
      REQUIRE((!ended || next == total_end));
      REQUIRE(receiver.readable() == next - read);
      if (random.Below(4) == 0) {
        Bytes into(random.Below(20'000));
        const size_t n = receiver.Read(Now{{i}, {i}}, into, 1'000);
        REQUIRE(n == std::min<uint64_t>(into.size(), next - read));
        into.resize(n);
        REQUIRE(into == Range(read, n));
        read += n;
      }
      const Seq before = receiver.edge();
      receiver.Offer(random.Below(2) == 0 ? 0 : Receiver::kWindowScale, 1'000);
      REQUIRE(receiver.edge() >= before);  // RFC 9293 §3.8.6: the window is never shrunk
      // What is reported as there is there (RFC 2018 §4).
      TcpOptions options;
      receiver.FillSack(options);
      for (size_t block = 0; block < options.sack_count; ++block) {
        const Seq left = UnwrapSeq(options.sack[block].left, next), right = UnwrapSeq(options.sack[block].right, next);
        REQUIRE(left < right);
        const bool duplicate = right <= next || block == 0;
        const auto there = std::distance(beyond.lower_bound(left), beyond.lower_bound(right));
        REQUIRE((duplicate || static_cast<uint64_t>(there) == right - left));
      }
    }
    CHECK(next > first + 1'000'000);
  }
}

TEST_CASE("a scoreboard counts in flight, lost and delivered as a list of segments would") {
  struct Model {
    uint32_t length;
    bool sacked = false;
  };
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    Scoreboard board;
    std::map<Seq, Model> model;
    Seq next = 1'000, una = 1'000;
    uint64_t delivered = 0, expected = 0;
    for (int i = 0; i < kOperations; ++i) {
      const Now now{{1'000'000 + i}, {0}};
      Scoreboard::Delivery delivery;
      switch (random.Below(6)) {
        case 0:
        case 1: {
          if (model.size() > 200) break;
          const uint32_t length = 1 + static_cast<uint32_t>(random.Below(1'400));
          board.Add(now, next, length);
          model[next] = {length};
          next += length;
          break;
        }
        case 2: {  // a cumulative acknowledgment, of whole segments
          auto it = model.begin();
          for (uint64_t n = random.Below(4); n > 0 && it != model.end(); --n) ++it;
          una = it == model.end() ? next : it->first;
          board.Acknowledge(now, una, std::nullopt, delivery);
          for (auto m = model.begin(); m != it; m = model.erase(m)) expected += m->second.sacked ? 0 : m->second.length;
          break;
        }
        case 3: {
          if (model.empty()) break;
          auto it = model.begin();
          for (uint64_t n = 1 + random.Below(model.size()); n > 1; --n) ++it;
          if (it == model.begin()) break;  // the first is what is missing
          const Seq left = it->first;
          Seq right = left;
          for (uint64_t n = 1 + random.Below(5); n > 0 && it != model.end(); --n, ++it) {
            right = it->first + it->second.length;
            if (!it->second.sacked) expected += it->second.length;
            it->second.sacked = true;
          }
          board.Sack(now, left, right, delivery);
          break;
        }
        case 4: board.DetectLoss(now, 50, true); break;
        default:
          if (const SentSegment* lost = board.FirstLost()) {
            REQUIRE(model.count(lost->seq) == 1);
            REQUIRE(!model[lost->seq].sacked);
            board.Retransmitted(now, lost->seq);
          }
      }
      delivered += delivery.bytes;
      uint64_t open = 0;
      for (const auto& [seq, segment] : model) open += segment.sacked ? 0 : segment.length;
      REQUIRE(board.count() == model.size());
      REQUIRE(board.in_flight() + board.lost() == open);
      REQUIRE(delivered == expected);
    }
    CHECK(delivered > 1'000'000);
  }
}

}  // namespace zt::netstack
