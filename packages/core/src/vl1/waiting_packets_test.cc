// What waits for an identity, and who gives way when there is no room (vl1.md §7.9).
#include "vl1/waiting_packets.h"

#include <doctest/doctest.h>

#include "vl1/limits.h"

namespace zt::vl1 {
namespace {

constexpr NodeAddress kAlice{0x1111111111}, kBob{0x2222222222};
constexpr Instant kNow{1000};

struct Waiting {
  void Send(NodeAddress to, uint8_t mark) {
    const Bytes payload(1, mark);
    const ByteSpan piece(payload);
    packets.AddSend(kNow, to, Verb::kFrame, {&piece, 1}, {});
  }
  void Receive(NodeAddress from, uint8_t mark) { packets.AddReceive(kNow, from, Bytes(1, mark), {}, {}); }
  Bytes Sends(NodeAddress to) {
    Bytes marks;
    for (const WaitingSend& w : packets.TakeSends()) {
      if (w.to == to) marks.push_back(w.payload[0]);
    }
    return marks;
  }
  Bytes Receives(NodeAddress from) {
    Bytes marks;
    for (const WaitingReceive& w : packets.TakeReceives()) {
      if (w.source == from) marks.push_back(w.packet[0]);
    }
    return marks;
  }
  DropCounters drops;
  WaitingPackets packets{drops};
};

TEST_CASE("of a burst the first packets wait, and no more than there is room for") {
  Waiting waiting;
  for (uint8_t i = 0; i < 100; ++i) waiting.Send(kAlice, i);
  CHECK(waiting.drops.all()[static_cast<size_t>(DropReason::kQueueFull)] == 100 - kWaitingPackets);
  const Bytes marks = waiting.Sends(kAlice);
  REQUIRE(marks.size() == kWaitingPackets);
  for (size_t i = 0; i < marks.size(); ++i) CHECK(marks[i] == i);
}

TEST_CASE("a burst to one stranger leaves room for what is sent to others") {
  Waiting waiting;
  for (uint8_t i = 0; i < 100; ++i) waiting.Send(kAlice, i);
  waiting.Send(kBob, 1);
  waiting.Send(kBob, 2);
  CHECK(waiting.Sends(kBob) == Bytes{1, 2});
  for (uint8_t i = 0; i < 100; ++i) waiting.Send(kAlice, i);
  for (uint8_t i = 0; i < 100; ++i) waiting.Send(kBob, i);
  const Bytes marks = waiting.Sends(kBob);
  CHECK(marks.size() == kWaitingPackets / 2);
  CHECK(marks.back() == marks.size() - 1);
}

TEST_CASE("when nobody has more than one packet the oldest gives way") {
  Waiting waiting;
  for (uint64_t i = 0; i <= kWaitingPackets; ++i) waiting.Send({0x3000000000 + i}, static_cast<uint8_t>(i));
  waiting.Send({0x3000000001}, 99);  // the second one to somebody does not push out the first
  const std::deque<WaitingSend> sends = waiting.packets.TakeSends();
  CHECK(sends.size() == kWaitingPackets);
  CHECK(sends.front().payload[0] == 1);
  CHECK(sends.back().payload[0] == kWaitingPackets);
}

TEST_CASE("of what a stranger sends the first half stays and the rest is the newest") {
  Waiting waiting;
  for (uint8_t i = 0; i < 20; ++i) waiting.Receive(kAlice, i);
  static_assert(kWaitingPerSource == 8);
  CHECK(waiting.Receives(kAlice) == Bytes{0, 1, 2, 3, 16, 17, 18, 19});
}

}  // namespace
}  // namespace zt::vl1
