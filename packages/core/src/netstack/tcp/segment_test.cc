// Segment by segment against a peer made by hand: what RFC 9293, 5961, 7323 and 2018 ask for at the wire.
#include <doctest/doctest.h>

#include "testing/netstack_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;
}  // namespace

TEST_CASE("a reset exactly in place ends the connection, elsewhere in the window it is questioned") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment reset = b.peer.Ack();
  reset.flags = kTcpRst;
  reset.seq = b.peer.next + 100;
  b.peer.Send(reset);
  const auto challenge = b.peer.Next();  // RFC 5961 §3.2
  REQUIRE(challenge);
  CHECK(challenge->flags == kTcpAck);
  CHECK(challenge->ack == b.peer.next);
  CHECK(b.Alive());
  reset.seq = b.peer.next - 1;
  b.peer.Send(reset);
  CHECK_FALSE(b.peer.Next());
  CHECK(b.Alive());
  reset.seq = b.peer.next;
  b.peer.Send(reset);
  CHECK_FALSE(b.Alive());
  CHECK(b.host.Take(Kind::kTcpClosed)->status == Status::kConnectionReset);
}

TEST_CASE("a SYN inside a connection is questioned, not believed") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment syn = b.peer.Ack();
  syn.flags = kTcpSyn;
  b.peer.Send(syn);
  CHECK(b.peer.Next()->flags == kTcpAck);
  CHECK(b.Alive());
}

TEST_CASE("an acknowledgment of what was never sent is answered and its data ignored") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment s = b.peer.Ack();
  s.ack += 1000;
  b.peer.Send(s, Bytes{1, 2, 3});
  CHECK(b.peer.Next()->ack == b.peer.next);
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
}

TEST_CASE("a segment with an older timestamp is an old duplicate") {
  PeerBench b;
  b.socket = b.peer.Open();
  b.peer.clock -= 5000;
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
  CHECK(b.peer.Next()->ack == b.peer.next);  // RFC 7323 §5.3 R1
  b.peer.clock += 5001;
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 3);
}

TEST_CASE("gaps are reported latest first, a duplicate before all, and the order is restored") {
  PeerBench b;
  b.socket = b.peer.Open();
  const uint32_t base = b.peer.next;
  const auto data = [&](uint32_t at, uint8_t value) {
    TcpSegment s = b.peer.Ack();
    s.seq = base + at;
    b.peer.Send(s, Bytes(10, value));
    return *b.peer.Next();
  };
  TcpSegment ack = data(10, 2);
  CHECK(ack.ack == base);
  REQUIRE(ack.options.sack_count == 1);
  CHECK(ack.options.sack[0].left == base + 10);
  CHECK(ack.options.sack[0].right == base + 20);
  ack = data(40, 5);
  REQUIRE(ack.options.sack_count == 2);
  CHECK(ack.options.sack[0].left == base + 40);
  CHECK(ack.options.sack[1].left == base + 10);
  ack = data(10, 2);  // again: RFC 2883 §4
  REQUIRE(ack.options.sack_count == 3);
  CHECK(ack.options.sack[0].left == base + 10);
  CHECK(ack.options.sack[0].right == base + 20);
  ack = data(0, 1);
  CHECK(ack.ack == base + 20);
  data(30, 4);
  ack = data(20, 3);
  CHECK(ack.ack == base + 50);
  CHECK(ack.options.sack_count == 0);
  Bytes got(100);
  REQUIRE(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 50);
  for (size_t i = 0; i < 50; ++i) CHECK(got[i] == i / 10 + 1);
}

TEST_CASE("data beyond the window, and after the end, is not taken") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment s = b.peer.Ack();
  s.seq = b.peer.next + (5 << 20);
  b.peer.Send(s, Bytes(10));
  CHECK(b.peer.Next()->ack == b.peer.next);
  s = b.peer.Ack();
  s.flags |= kTcpFin;
  b.peer.Send(s, Bytes(5));
  CHECK(b.peer.Next()->ack == b.peer.next + 6);
  s = b.peer.Ack();
  s.seq += 6;
  b.peer.Send(s, Bytes(5));
  Bytes got(100);
  CHECK(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 5);
  CHECK(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 0);
}

TEST_CASE("a flood of SYNs costs a bounded number of half-open connections") {
  PeerBench b;
  b.host.stack.Close(b.lab.now, b.listener);
  b.host.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4096);
  TcpSegment syn;
  syn.flags = kTcpSyn;
  for (uint32_t i = 0; i < 5000; ++i) {
    b.peer.port = static_cast<uint16_t>(1024 + i);
    syn.seq = i * 7919;
    b.peer.Send(syn);
  }
  CHECK(b.host.stack.SocketCount() <= 513);
  size_t answers = 0;
  while (b.peer.Next()) ++answers;
  CHECK(answers == 5000);
  b.lab.Run(120'000);
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("a new connection may take the name of one in TIME_WAIT") {
  PeerBench b;
  b.socket = b.peer.Open();
  b.host.stack.Close(b.lab.now, b.socket);
  b.lab.SettleAll();
  TcpSegment fin = b.peer.Ack();
  std::optional<TcpSegment> theirs;
  while (auto s = b.peer.Next()) theirs = s;
  REQUIRE(theirs);
  REQUIRE(theirs->Has(kTcpFin));
  fin.ack = theirs->seq + 1;
  fin.flags |= kTcpFin;
  b.peer.Send(fin);
  CHECK(b.peer.Next()->ack == b.peer.next + 1);
  b.peer.clock += 10;
  CHECK(b.peer.Open());
}

TEST_CASE("two ends that disagree do not echo acknowledgments for ever") {
  PeerBench b;
  b.socket = b.peer.Open();
  size_t answers = 0;
  for (int i = 0; i < 50; ++i) {
    TcpSegment s = b.peer.Ack();
    s.seq -= 5;
    b.peer.Send(s);
    while (b.peer.Next()) ++answers;
  }
  CHECK(answers <= 2);
}

TEST_CASE("nothing but a SYN opens anything: other segments to a listener are reset or ignored") {
  PeerBench b;
  TcpSegment s;
  s.seq = 7;
  s.ack = 99;
  s.flags = kTcpAck;
  b.peer.Send(s);
  const auto reset = b.peer.Next();
  REQUIRE(reset);
  CHECK(reset->flags == kTcpRst);
  CHECK(reset->seq == 99);
  s.flags = kTcpRst;
  b.peer.Send(s);
  CHECK_FALSE(b.peer.Next());
  s.flags = kTcpSyn | kTcpFin;
  b.peer.Send(s);
  CHECK_FALSE(b.peer.Next());
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("a peer without any options is served, and three duplicates bring the lost segment") {
  PeerBench b;
  b.socket = b.peer.Open(false);
  b.lab.Run(10);
  const Bytes data(536 * 8);
  TcpSegment window = b.peer.Ack();
  window.window = 60'000;
  b.peer.Send(window);
  REQUIRE(b.host.stack.TcpWrite(b.lab.now, b.socket, data) == static_cast<int64_t>(data.size()));
  b.lab.SettleAll();
  std::vector<uint32_t> sent;
  while (auto s = b.peer.Next()) {
    CHECK(s->payload.size() <= 536);
    CHECK_FALSE(s->options.has_timestamps);
    sent.push_back(s->seq);
  }
  REQUIRE(sent.size() == 8);
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(b.peer.Next());
    b.peer.Send(window);
  }
  const auto again = b.peer.Next();
  REQUIRE(again);
  CHECK(again->seq == sent[0]);
}

TEST_CASE("retransmissions back off and carry the same bytes") {
  PeerBench b;
  b.socket = b.peer.Open();
  b.host.stack.TcpWrite(b.lab.now, b.socket, Bytes{1, 2, 3});
  std::vector<Millis> times;
  for (int i = 0; i < 30'000; i += 10) {
    b.lab.Run(10);
    while (auto s = b.peer.Next()) {
      if (s->payload.empty()) continue;
      CHECK(s->payload[0] == 1);
      times.push_back(b.lab.now.mono.ms);
    }
  }
  REQUIRE(times.size() >= 5);
  for (size_t i = 3; i < times.size(); ++i) {
    CHECK(times[i] - times[i - 1] > (times[i - 1] - times[i - 2]) * 3 / 2);
  }
}

}  // namespace zt::netstack
