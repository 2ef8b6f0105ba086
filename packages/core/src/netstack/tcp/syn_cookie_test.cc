// SYN cookies: the codec alone, and a listener under a flood.
#include <doctest/doctest.h>

#include "netstack/tcp/syn_cookie.h"
#include "testing/netstack_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

const SynCookies::Name kName{{7}, {IpAddress::V4(10, 0, 0, 1), 80}, {IpAddress::V4(10, 0, 0, 2), 4000}, 12345};

Now At(Millis ms) { return {{ms}, {ms}}; }

// Fills the half-open places of the bench's listener (64) with SYNs of ports that never answer.
void Flood(PeerBench& b, uint32_t count) {
  const uint16_t port = b.peer.port;
  TcpSegment syn;
  syn.flags = kTcpSyn;
  for (uint32_t i = 0; i < count; ++i) {
    b.peer.port = static_cast<uint16_t>(10'000 + i % 40'000);
    syn.seq = i * 7919;
    b.peer.Send(syn);
    b.peer.Forget();
  }
  b.peer.port = port;
}

}  // namespace

TEST_CASE("a cookie brings the MSS back, one that was altered brings nothing") {
  SeededRandom random(4);
  SynCookies cookies(random);
  const Now now = At(1'000'000'000);
  for (const auto& [mss, kept] : {std::pair<uint16_t, uint16_t>{1, 88}, {536, 536}, {1400, 1340}, {1460, 1460},
                                  {2760, 2740}, {65535, 8960}}) {
    const uint32_t cookie = cookies.Make(now, kName, mss);
    CHECK(cookies.Check(now, kName, cookie) == kept);
    for (int bit = 3; bit < 32; ++bit) CHECK_FALSE(cookies.Check(now, kName, cookie ^ (1u << bit)));
    SynCookies::Name other = kName;
    ++other.remote.port;
    CHECK_FALSE(cookies.Check(now, other, cookie));
    other = kName;
    ++other.peer_seq;
    CHECK_FALSE(cookies.Check(now, other, cookie));
  }
}

TEST_CASE("a cookie lives one to two periods, also across a change of the key") {
  SeededRandom random(4);
  SynCookies cookies(random);
  Millis at = 50'000'000;
  for (uint32_t i = 0; i < 3 * SynCookies::kKeyPeriods; ++i, at += SynCookies::kPeriod / 2) {
    const uint32_t cookie = cookies.Make(At(at), kName, 1460);
    CHECK(cookies.Check(At(at + SynCookies::kPeriod), kName, cookie) == 1460);
    CHECK_FALSE(cookies.Check(At(at + SynCookies::kLife), kName, cookie));
  }
}

TEST_CASE("guessing cookies is hopeless") {
  SeededRandom random(4);
  SynCookies cookies(random);
  const Now now = At(1'000'000'000);
  cookies.Make(now, kName, 1460);
  size_t hits = 0;
  for (uint32_t i = 0; i < 1'000'000; ++i) hits += cookies.Check(now, kName, i * 4099).has_value();
  CHECK(hits == 0);  // one in 2^28 by design
}

TEST_CASE("options travel in the timestamp, which stays near the clock and not after it") {
  for (uint32_t clock = 0xffffff00; clock != 0x100; ++clock) {
    for (int variant = 0; variant < 4; ++variant) {
      TcpOptions syn, back;
      if ((variant & 1) != 0) syn.window_scale = static_cast<uint8_t>(clock % 15);
      syn.sack_permitted = (variant & 2) != 0;
      const uint32_t value = SynCookies::PutOptions(clock, syn);
      CHECK(static_cast<int32_t>(clock - value) >= 0);
      CHECK(clock - value < 64);
      SynCookies::TakeOptions(value, back);
      CHECK(back.window_scale == syn.window_scale);
      CHECK(back.sack_permitted == syn.sack_permitted);
    }
  }
}

TEST_CASE("under a flood a connection opens by a cookie, with all its options") {
  PeerBench b;
  Flood(b, 1000);
  const size_t sockets = b.host.stack.SocketCount();
  b.socket = b.peer.Open();
  CHECK(b.host.stack.SocketCount() == sockets + 1);
  const TcpInfo info = *b.host.stack.GetTcpInfo(b.lab.now, b.socket);
  CHECK(info.sack);
  CHECK(info.timestamps);
  CHECK(info.send_scale == 7);
  CHECK(info.send_mss == 1340 - 12);
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});
  Bytes got(10);
  CHECK(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 3);
  CHECK(b.host.stack.TcpWrite(b.lab.now, b.socket, got) == 10);
  b.lab.SettleAll();
  bool seen = false;
  while (auto s = b.peer.Next()) seen = seen || s->payload.size() == 10;
  CHECK(seen);
}

TEST_CASE("a peer without timestamps gets a plain connection by a cookie, data with the first acknowledgment") {
  PeerBench b;
  Flood(b, 100);
  b.peer.plain = true;
  TcpSegment syn;
  syn.seq = 77;
  syn.flags = kTcpSyn;
  syn.options.mss = 1460;
  syn.options.window_scale = 3;
  syn.options.sack_permitted = true;
  b.peer.Send(syn);
  const auto answer = b.peer.Next();
  REQUIRE(answer);
  CHECK(answer->flags == (kTcpSyn | kTcpAck));
  CHECK_FALSE(answer->options.window_scale);
  CHECK_FALSE(answer->options.sack_permitted);
  b.peer.next = 78;
  b.peer.acked = answer->seq + 1;
  b.peer.Send(b.peer.Ack(), Bytes{5});
  const auto event = b.host.Take(Kind::kTcpAccepted);
  REQUIRE(event);
  CHECK(b.host.stack.Info(event->socket)->receive_queue == 1);
  CHECK_FALSE(b.host.stack.GetTcpInfo(b.lab.now, event->socket)->scaling);
}

TEST_CASE("forged, late and unasked acknowledgments open nothing") {
  PeerBench b;
  TcpSegment ack;
  ack.flags = kTcpAck;
  ack.seq = 100;
  ack.ack = 4711;
  b.peer.Send(ack);  // no cookie was ever sent
  CHECK(b.peer.Next()->Has(kTcpRst));
  CHECK(b.host.drops.Of(DropReason::kBadSynCookie) == 0);
  Flood(b, 100);
  b.peer.Send(ack);
  CHECK(b.peer.Next()->Has(kTcpRst));
  CHECK(b.host.drops.Of(DropReason::kBadSynCookie) == 1);

  TcpSegment syn;
  syn.seq = 99;
  syn.flags = kTcpSyn;
  b.peer.Send(syn);
  ack.ack = b.peer.Next()->seq + 1;
  b.lab.Run(SynCookies::kLife);
  b.peer.Forget();
  b.peer.Send(ack);
  CHECK(b.peer.Next()->Has(kTcpRst));
  CHECK(b.host.Count(Kind::kTcpAccepted) == 0);
}

TEST_CASE("a valid cookie at a full backlog waits: no state, no reset, accepted when there is a place") {
  PeerBench b;
  b.host.stack.Close(b.lab.now, b.listener);
  b.listener = b.host.stack.TcpListen({}, {IpAddress::V4(0), 80}, 1).socket;
  Flood(b, 100);
  TcpSegment acks[2];
  for (int i = 0; i < 2; ++i) {
    b.peer.port = static_cast<uint16_t>(6000 + i);
    TcpSegment syn;
    syn.seq = 1000;
    syn.flags = kTcpSyn;
    b.peer.Send(syn);
    const auto answer = b.peer.Next();
    REQUIRE(answer);
    acks[i].flags = kTcpAck;
    acks[i].seq = 1001;
    acks[i].ack = answer->seq + 1;
  }
  b.host.poll_events = false;
  const size_t before = b.host.stack.SocketCount();
  b.peer.port = 6000;
  b.peer.Send(acks[0]);
  CHECK(b.host.stack.SocketCount() == before + 1);
  b.peer.port = 6001;
  for (int i = 0; i < 50; ++i) b.peer.Send(acks[1]);
  CHECK(b.host.stack.SocketCount() == before + 1);
  CHECK_FALSE(b.peer.Next());
  b.host.poll_events = true;
  b.lab.SettleAll();
  b.peer.Send(acks[1]);
  CHECK(b.host.stack.SocketCount() == before + 2);
  for (int i = 0; i < 50; ++i) b.peer.Send(acks[1]);  // replayed: it has its connection
  CHECK(b.host.stack.SocketCount() == before + 2);
}

TEST_CASE("200,000 SYNs leave established connections working and memory as it was") {
  PeerBench b;
  b.socket = b.peer.Open();
  const uint32_t next = b.peer.next, acked = b.peer.acked;
  Flood(b, 1000);
  const size_t sockets = b.host.stack.SocketCount();
  Flood(b, 199'000);
  CHECK(b.host.stack.SocketCount() == sockets);
  CHECK(b.host.stack.BufferBytes() == 0);
  b.peer.next = next;
  b.peer.acked = acked;
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 3);
  CHECK(b.Alive());
  b.peer.Forget();
  b.peer.port = 7777;
  CHECK(b.peer.Open());
  b.lab.Run(120'000);
  CHECK(b.host.stack.SocketCount() == 3);  // the listener and two connections
}

}  // namespace zt::netstack
