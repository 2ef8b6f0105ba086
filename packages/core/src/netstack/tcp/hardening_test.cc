// What an attacker who does not see the traffic cannot do, and what a peer with odd habits is granted.
#include <doctest/doctest.h>

#include "testing/netstack_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

// The peer's FIN after ours: the connection is in TIME_WAIT and nobody holds it.
void ReachTimeWait(PeerBench& b) {
  b.host.stack.Close(b.lab.now, b.socket);
  b.lab.SettleAll();
  std::optional<TcpSegment> theirs;
  while (auto s = b.peer.Next()) theirs = s;
  REQUIRE(theirs);
  REQUIRE(theirs->Has(kTcpFin));
  b.peer.acked = theirs->seq + 1;
  TcpSegment fin = b.peer.Ack();
  fin.flags |= kTcpFin;
  b.peer.Send(fin);
  REQUIRE(b.peer.Next()->ack == b.peer.next + 1);
  ++b.peer.next;
}

}  // namespace

TEST_CASE("a segment outside the window does not move the PAWS clock") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment forged = b.peer.Ack();
  forged.seq -= 1 << 20;  // long past: out of the window, but not after the last acknowledgment
  forged.options.has_timestamps = true;
  forged.options.timestamp = b.peer.clock + 0x7fffff00;
  b.peer.Send(forged, Bytes(10));
  while (b.peer.Next()) {
  }
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});  // the true peer
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 3);
}

TEST_CASE("an acknowledgment older than the largest window is questioned and its data ignored") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment blind = b.peer.Ack();
  blind.ack = b.peer.acked - 200'000;  // RFC 5961 §5.2: the window was never more than 128,000
  b.peer.Send(blind, Bytes{9});
  CHECK(b.peer.Next()->ack == b.peer.next);
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
  blind.ack = b.peer.acked - 100;
  b.peer.Send(blind, Bytes{9});
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 1);
}

TEST_CASE("challenges are counted per connection") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment reset = b.peer.Ack();
  reset.flags = kTcpRst;
  reset.seq = b.peer.next + 7;
  const auto flood = [&] {
    size_t answers = 0;
    for (int i = 0; i < 200; ++i) {
      b.peer.Send(reset);
      while (b.peer.Next()) ++answers;
    }
    return answers;
  };
  CHECK(flood() == 10);
  b.peer.port = 5556;
  CHECK(b.peer.Open());
  reset.seq = b.peer.next + 7;
  CHECK(flood() == 10);
  b.lab.Run(1000);
  CHECK(flood() == 10);
}

TEST_CASE("in SYN_RECEIVED a reset out of place is questioned and one in place forgets the connection") {
  PeerBench b;
  TcpSegment syn;
  syn.seq = HandPeer::kInitial;
  syn.flags = kTcpSyn;
  b.peer.Send(syn);
  const auto answer = b.peer.Next();
  REQUIRE(answer);
  TcpSegment reset;
  reset.flags = kTcpRst;
  reset.seq = answer->ack + 100;
  b.peer.Send(reset);
  const auto challenge = b.peer.Next();
  REQUIRE(challenge);
  CHECK(challenge->flags == kTcpAck);
  CHECK(challenge->seq == answer->seq + 1);
  CHECK(b.host.stack.SocketCount() == 2);
  reset.seq = answer->ack;
  b.peer.Send(reset);
  CHECK_FALSE(b.peer.Next());
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("a reset does not end TIME_WAIT, and a SYN inside its window is questioned") {
  PeerBench b;
  b.socket = b.peer.Open();
  ReachTimeWait(b);
  TcpSegment reset = b.peer.Ack();
  reset.flags = kTcpRst;
  b.peer.Send(reset);  // RFC 1337 §3
  CHECK(b.host.stack.SocketCount() == 2);
  TcpSegment syn = b.peer.Ack();
  syn.flags = kTcpSyn;
  syn.seq = b.peer.next - 1000;
  b.peer.Send(syn);  // not newer in sequence nor in time
  CHECK(b.peer.Next()->flags == kTcpAck);
  CHECK(b.host.stack.SocketCount() == 2);
  b.lab.Run(61'000);
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("the successor of a connection in TIME_WAIT begins beyond what it has sent") {
  PeerBench b;
  b.socket = b.peer.Open(false);
  b.peer.acked += 0;
  const uint32_t before = b.peer.acked;
  ReachTimeWait(b);
  TcpSegment syn;
  syn.seq = b.peer.next + 1;
  syn.flags = kTcpSyn;
  b.peer.Send(syn);
  const auto answer = b.peer.Next();
  REQUIRE(answer);
  CHECK(answer->flags == (kTcpSyn | kTcpAck));
  CHECK(static_cast<int32_t>(answer->seq - before) > 0);
}

TEST_CASE("an orphan in FIN_WAIT_2 is forgotten after its time, a socket that is held is not") {
  for (const bool orphan : {false, true}) {
    PeerBench b;
    b.socket = b.peer.Open();
    if (orphan) {
      b.host.stack.Close(b.lab.now, b.socket);
    } else {
      b.host.stack.TcpShutdown(b.lab.now, b.socket);
    }
    b.lab.SettleAll();
    const auto fin = b.peer.Next();
    REQUIRE(fin->Has(kTcpFin));
    b.peer.acked = fin->seq + 1;
    b.peer.Send(b.peer.Ack());
    b.lab.Run(3'600'000);
    CHECK(b.host.stack.SocketCount() == (orphan ? 1 : 2));
    while (b.peer.Next()) {
    }
    b.peer.clock += 3'600'000;
    b.peer.Send(b.peer.Ack(), Bytes{1});
    CHECK(b.peer.Next()->Has(kTcpRst) == orphan);
  }
}

TEST_CASE("urgent data is data: the flag and the pointer are ignored") {
  PeerBench b;
  b.socket = b.peer.Open();
  TcpSegment urgent = b.peer.Ack();
  urgent.flags |= 0x20;  // RFC 6093 §5
  b.peer.Send(urgent, Bytes{'u', 'r', 'g'});
  Bytes got(10);
  REQUIRE(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 3);
  CHECK(got[2] == 'g');
}

TEST_CASE("when the peer's segments become smaller every second one is still acknowledged") {
  PeerBench b;
  b.socket = b.peer.Open();
  const auto send = [&](size_t size) {
    b.peer.Send(b.peer.Ack(), Bytes(size));
    b.peer.next += static_cast<uint32_t>(size);
    size_t answers = 0;
    while (b.peer.Next()) ++answers;
    return answers;
  };
  for (int i = 0; i < 40; ++i) send(1388);  // the quick acknowledgments are used up
  size_t answers = 0;
  for (int i = 0; i < 20; ++i) answers += send(500);
  CHECK(answers >= 9);
  CHECK(answers <= 11);
}

TEST_CASE("after a pause segments are acknowledged at once") {
  PeerBench b;
  b.socket = b.peer.Open();
  const auto send = [&] {
    b.peer.Send(b.peer.Ack(), Bytes(1388));
    b.peer.next += 1388;
    return b.peer.Next().has_value();
  };
  for (int i = 0; i < 41; ++i) send();
  CHECK(send() + send() == 1);
  b.lab.Run(10'000);
  while (b.peer.Next()) {
  }
  b.peer.clock += 10'000;
  for (int i = 0; i < 8; ++i) CHECK(send());
}

TEST_CASE("a peer that offers a scale beyond 14 gets 14, and one without MSS over IPv4 gets 536 bytes") {
  PeerBench b;
  TcpSegment syn;
  syn.seq = HandPeer::kInitial;
  syn.flags = kTcpSyn;
  syn.options.window_scale = 200;
  b.peer.Send(syn);
  const auto answer = b.peer.Next();
  REQUIRE(answer);
  b.peer.next = HandPeer::kInitial + 1;
  b.peer.acked = answer->seq + 1;
  b.peer.Send(b.peer.Ack());
  const auto event = b.host.Take(Kind::kTcpAccepted);
  REQUIRE(event);
  const TcpInfo info = *b.host.stack.GetTcpInfo(b.lab.now, event->socket);
  CHECK(info.send_scale == 14);
  CHECK(info.send_window == 1000u << 14);
  CHECK(info.send_mss == 536 - 12);
}

TEST_CASE("a segment in place whose acknowledgment is wrong or missing does not move the PAWS clock") {
  PeerBench b;
  b.socket = b.peer.Open();
  for (const uint8_t flags : {kTcpAck, kTcpPsh}) {
    TcpSegment blind = b.peer.Ack();
    blind.flags = flags;
    blind.ack = b.peer.acked + (1u << 30);
    blind.options.has_timestamps = true;
    blind.options.timestamp = b.peer.clock + 0x7fffff00;
    b.peer.Send(blind, Bytes(10));
  }
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});  // the true peer
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 3);
}

TEST_CASE("an accepted connection that is closed before its event was taken gives its place back") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  REQUIRE(b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 1).status == Status::kOk);
  b.poll_events = false;
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(100);
  size_t closed = 0;
  for (uint32_t id = 1; id < 10; ++id) {
    const auto info = b.stack.Info({id});
    if (!info || info->kind != SocketKind::kTcpConnection) continue;
    ++closed;
    b.stack.Close(lab.now, {id});
  }
  REQUIRE(closed == 1);
  lab.Run(120'000);
  b.poll_events = true;
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(5000);
  CHECK(b.Take(StackEventKind::kTcpAccepted));
}

}  // namespace zt::netstack
