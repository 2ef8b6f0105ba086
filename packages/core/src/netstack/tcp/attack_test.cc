// Hostile traffic in bulk: floods, blind segments, and peers that abuse what the protocol grants them.
#include <doctest/doctest.h>

#include "netstack/header/icmpv4.h"
#include "netstack/header/ipv4.h"
#include "netstack/tcp/connection.h"
#include "netstack/tcp/listener.h"
#include "testing/netstack_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

size_t Drain(HandPeer& peer) {
  size_t n = 0;
  while (peer.Next()) ++n;
  return n;
}

// Data goes both ways, and exactly what was sent.
void CheckWorks(PeerBench& b) {
  REQUIRE(b.Alive());
  Drain(b.peer);
  b.peer.Send(b.peer.Ack(), Bytes{1, 2, 3});
  b.peer.next += 3;
  Bytes got(100);
  REQUIRE(b.host.stack.TcpRead(b.lab.now, b.socket, got) == 3);
  CHECK(got[0] == 1);
  CHECK(got[2] == 3);
  REQUIRE(b.host.stack.TcpWrite(b.lab.now, b.socket, Bytes{7, 8, 9}) == 3);
  b.lab.SettleAll();
  std::optional<TcpSegment> data;
  while (auto s = b.peer.Next()) {
    if (s->payload.empty()) continue;
    CHECK(s->payload[0] == 7);
    CHECK(s->seq == b.peer.acked);
    data = s;
  }
  REQUIRE(data);
  b.peer.acked += 3;
  b.peer.Send(b.peer.Ack());
  b.lab.Run(100);
  Drain(b.peer);
}

// An ICMP error from the peer's address that quotes a segment of the connection with this sequence number.
void SendIcmp(PeerBench& b, uint8_t code, uint32_t rest, uint32_t quoted_seq,
              uint8_t protocol = kProtocolTcp) {
  TcpSegment quoted;
  quoted.source_port = 80;
  quoted.destination_port = b.peer.port;
  quoted.seq = quoted_seq;
  quoted.flags = kTcpAck;
  Bytes quote(Ipv4Header::kSize + TcpSegment::kSize);
  Ipv4Header inner;
  inner.source = b.host.v4();
  inner.destination = b.peer.ip;
  inner.protocol = protocol;
  inner.Write(quote.data(), TcpSegment::kSize);
  quoted.Write(&quote[Ipv4Header::kSize], inner.source, inner.destination, {});
  const Bytes message = Icmpv4{Icmpv4::kUnreachable, code, rest, quote}.Serialize();
  Bytes packet(Ipv4Header::kSize + message.size());
  Ipv4Header header;
  header.source = b.peer.ip;
  header.destination = b.host.v4();
  header.protocol = kProtocolIcmpv4;
  header.Write(packet.data(), message.size());
  std::memcpy(&packet[Ipv4Header::kSize], message.data(), message.size());
  b.lab.Inject(b.host, {b.peer.mac, b.host.mac, kEtherTypeIpv4, packet});
}

uint32_t Random(SeededRandom& random) { return static_cast<uint32_t>(random.Below(uint64_t{1} << 32)); }

TcpInfo InfoOf(PeerBench& b) { return *b.host.stack.GetTcpInfo(b.lab.now, b.socket); }

// Everything the host may send now leaves and is kept by `seen`.
template <typename Seen>
void Collect(PeerBench& b, Seen seen) {
  while (auto s = b.peer.Next()) seen(*s);
}

}  // namespace

TEST_CASE("200,000 SYNs: an established connection works all the time, and what they cost is bounded") {
  PeerBench b;
  b.host.stack.Close(b.lab.now, b.listener);
  b.host.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4096);
  b.socket = b.peer.Open();
  CheckWorks(b);
  SeededRandom random(7);
  const IpAddress ip = b.peer.ip;
  const uint32_t next = b.peer.next, acked = b.peer.acked;
  uint32_t moved = 0;
  size_t most_sockets = 0, most_bytes = 0, answers = 0;
  for (uint32_t i = 0; i < 200'000; ++i) {
    // Half from the peer's own address, half from everybody on the link.
    if (i % 2 == 0) b.peer.ip = IpAddress::V4(10, 0, 0, static_cast<uint8_t>(2 + random.Below(190)));
    b.peer.port = static_cast<uint16_t>(6000 + random.Below(59'000));
    TcpSegment syn;
    syn.seq = Random(random);
    syn.flags = kTcpSyn;
    syn.options.mss = 1400;
    b.peer.Send(syn);
    b.peer.ip = ip;
    b.peer.port = 5555;
    answers += Drain(b.peer);
    most_sockets = std::max(most_sockets, b.host.stack.SocketCount());
    most_bytes = std::max(most_bytes, b.host.stack.BufferBytes());
    if (i % 10'000 != 0) continue;
    b.peer.next = next + moved;
    b.peer.acked = acked + moved;
    CheckWorks(b);
    moved += 3;
    // And who means it is accepted, by a cookie (RFC 4987 §3.6).
    b.peer.port = 5556;
    const SocketId guest = b.peer.Open();
    CHECK(guest);
    b.host.stack.TcpAbort(b.lab.now, guest);
    b.host.stack.Close(b.lab.now, guest);
    b.host.Take(Kind::kTcpClosed);
    b.lab.SettleAll();
    b.peer.port = 5555;
    Drain(b.peer);
  }
  MESSAGE("answers ", answers, ", most sockets ", most_sockets, ", most buffer bytes ", most_bytes);
  CHECK(most_sockets <= 2 + Listener::kMaxHalfOpen);
  CHECK(most_bytes <= 1 << 20);
  b.lab.Run(120'000);
  CHECK(b.host.stack.SocketCount() == 2);
  Drain(b.peer);
  b.peer.port = 5556;
  CHECK(b.peer.Open());
}

TEST_CASE("who knows the addresses and ports but not the numbers can neither reset nor inject") {
  for (const bool full : {true, false}) {
    CAPTURE(full);
    PeerBench b;
    b.socket = b.peer.Open(full);
    CheckWorks(b);
    SeededRandom random(full ? 11 : 12);
    size_t answers = 0;
    const Instant begin = b.lab.now.mono;
    static constexpr uint8_t kFlags[] = {kTcpRst, kTcpRst | kTcpAck, kTcpSyn, kTcpSyn | kTcpAck, kTcpAck,
                                         kTcpAck | kTcpPsh, kTcpAck | kTcpFin, 0};
    for (uint32_t i = 0; i < 400'000; ++i) {
      TcpSegment s;
      s.seq = Random(random);
      s.ack = Random(random);
      s.flags = kFlags[i % std::size(kFlags)];
      s.window = static_cast<uint16_t>(Random(random));
      if (full) {
        s.options.has_timestamps = true;
        s.options.timestamp = Random(random);
        s.options.timestamp_echo = Random(random);
      }
      const bool data = (s.flags & (kTcpAck | kTcpPsh)) == (kTcpAck | kTcpPsh);
      b.peer.Send(s, data ? Bytes(64, 0xee) : Bytes{});
      answers += Drain(b.peer);
      if (i % 50 == 0) b.lab.Run(1);
    }
    answers += Drain(b.peer);
    const Millis took = b.lab.now.mono - begin;
    MESSAGE("answers ", answers, " in ", took, " ms");
    // One for each piece of text or FIN (RFC 9293 §3.10.7.4, first), and challenges by the second (RFC 5961 §7).
    if (!full) CHECK(answers <= 400'000 * 2 / std::size(kFlags) + 30 * static_cast<size_t>(took) / 1000);
    CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
    CHECK_FALSE(b.host.Take(Kind::kTcpClosed));
    CheckWorks(b);
  }
}

TEST_CASE("a sweep over the whole sequence space finds no place where a reset or SYN is believed unseen") {
  PeerBench b;
  b.socket = b.peer.Open(false);
  CheckWorks(b);
  size_t answers = 0;
  // Every window of 64 KiB is met; only the one exact number would end it.
  for (uint32_t i = 0; i < 1 << 17; ++i) {
    TcpSegment s;
    s.seq = b.peer.next + 12'345 + (i << 15);
    s.flags = (i & 1) != 0 ? kTcpRst : kTcpSyn;
    b.peer.Send(s);
    answers += Drain(b.peer);
    if (i % 128 == 0) b.lab.Run(1);
  }
  MESSAGE("answers ", answers);
  // About a second of virtual time, and challenges are counted by the second (RFC 5961 §7).
  CHECK(answers <= 4 * Connection::kChallengesPerSecond);
  CheckWorks(b);
}

TEST_CASE("ICMP errors with guessed numbers change nothing") {
  PeerBench b;
  b.socket = b.peer.Open();
  CheckWorks(b);
  SeededRandom random(13);
  const uint64_t mss = InfoOf(b).send_mss;
  for (uint32_t i = 0; i < 100'000; ++i) {
    const uint8_t code = static_cast<uint8_t>(random.Below(16));
    SendIcmp(b, code, static_cast<uint32_t>(random.Below(1500)), Random(random));
  }
  CHECK(InfoOf(b).send_mss == mss);
  CheckWorks(b);
}

TEST_CASE("acknowledging byte by byte opens the window no faster than acknowledging once") {
  // RFC 3465 §2.1: bytes are counted, not acknowledgments.
  const auto grow = [](uint32_t step) {
    PeerBench b;
    b.socket = b.peer.Open();
    b.lab.Run(50);
    const uint64_t before = InfoOf(b).congestion_window;
    REQUIRE(b.host.stack.TcpWrite(b.lab.now, b.socket, Bytes(8 * 1388)) == 8 * 1388);
    b.lab.SettleAll();
    Drain(b.peer);
    TcpSegment ack = b.peer.Ack();
    const uint32_t end = b.peer.acked + 8 * 1388;
    while (ack.ack != end) {
      ack.ack = end - ack.ack < step ? end : ack.ack + step;
      b.peer.Send(ack);
      Drain(b.peer);
    }
    return InfoOf(b).congestion_window - before;
  };
  const uint64_t once = grow(2 * 1388), split = grow(1);
  MESSAGE("window grew by ", once, " and ", split);
  CHECK(split <= once + 1388);
}

TEST_CASE("acknowledging what was not sent yet does not open the window") {
  PeerBench b;
  b.socket = b.peer.Open();
  const uint64_t before = InfoOf(b).congestion_window;
  for (uint32_t i = 1; i < 1000; ++i) {
    TcpSegment ack = b.peer.Ack();
    ack.ack += i * 1000;
    b.peer.Send(ack);
  }
  CHECK(InfoOf(b).congestion_window == before);
  CheckWorks(b);
}

TEST_CASE("a thousand duplicate acknowledgments do not make the host send without bound") {
  PeerBench b;
  b.socket = b.peer.Open(false);
  TcpSegment ack = b.peer.Ack();
  ack.window = 0xffff;
  b.peer.Send(ack);
  REQUIRE(b.host.stack.TcpWrite(b.lab.now, b.socket, Bytes(60'000)) == 60'000);
  b.lab.SettleAll();
  const size_t flight = Drain(b.peer);
  size_t sent = 0;
  for (int i = 0; i < 1000; ++i) {
    b.peer.Send(ack);
    sent += Drain(b.peer);
  }
  MESSAGE("flight ", flight, ", sent for 1000 duplicates ", sent);
  // RFC 5681 §3.2 sends for each duplicate that stands for a segment that left; no more than were in flight did.
  CHECK(sent <= 2 * flight);
}

TEST_CASE("many tiny blocks of SACK cost neither memory nor floods, and the transfer still ends") {
  PeerBench b;
  b.socket = b.peer.Open();
  const uint32_t grown = 600'000, total = 1'200'000;
  size_t written = 0, sent = 0, acks = 0;
  SeededRandom random(17);
  uint32_t highest = b.peer.acked;
  const auto pump = [&] {
    const int64_t n = b.host.stack.TcpWrite(b.lab.now, b.socket, Bytes(total - written));
    REQUIRE(n >= 0);
    written += static_cast<size_t>(n);
    b.lab.SettleAll();
    Collect(b, [&](const TcpSegment& s) {
      ++sent;
      const uint32_t end = s.seq + static_cast<uint32_t>(s.payload.size());
      if (static_cast<int32_t>(end - highest) > 0) highest = end;
    });
  };
  const uint32_t begin = b.peer.acked;
  const auto honest = [&](uint32_t until) {
    for (int i = 0; i < 10'000 && b.peer.acked - begin < until; ++i) {
      pump();
      if (b.peer.acked == highest) b.lab.Run(300);
      b.peer.acked = highest;
      b.peer.Send(b.peer.Ack());
    }
  };
  honest(grown);
  sent = 0;
  pump();
  const size_t flight_segments = sent;
  for (int round = 0; round < 20'000; ++round, ++acks) {
    TcpSegment ack = b.peer.Ack();
    const uint32_t flight = highest - b.peer.acked;
    if (flight > 10) {
      ack.options.sack_count = 3;
      for (SackBlock& block : ack.options.sack) {
        block.left = b.peer.acked + 2 + static_cast<uint32_t>(random.Below(flight - 4));
        block.right = block.left + 1 + static_cast<uint32_t>(random.Below(2));
      }
    }
    b.peer.Send(ack);
    if (round % 100 == 0) b.lab.Run(1);
    pump();
  }
  MESSAGE("in flight ", flight_segments, " segments, sent ", sent, " for ", acks, " acknowledgments");
  CHECK(flight_segments >= 60);
  // Less than a segment is no report about it (RFC 2018 §3), so nothing is taken for lost but by the timers.
  CHECK(sent <= 4 * flight_segments);
  honest(total);
  CHECK(b.peer.acked == begin + total);
}

TEST_CASE("one byte in every second place fills neither memory nor the list of gaps") {
  PeerBench b;
  b.socket = b.peer.Open();
  const uint32_t base = b.peer.next;
  size_t answers = 0;
  for (uint32_t i = 1; i <= 20'000; ++i) {
    TcpSegment s = b.peer.Ack();
    s.seq = base + 2 * i;
    b.peer.Send(s, Bytes{1});
    answers += Drain(b.peer);
  }
  CHECK(answers <= 20'000);
  CHECK(b.host.stack.BufferBytes() <= 256 << 10);
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
  CheckWorks(b);
}

TEST_CASE("peers that close their windows hold a bounded amount, and a user timeout ends them") {
  PeerBench b;
  std::vector<std::pair<uint16_t, SocketId>> sockets;
  std::vector<std::pair<uint32_t, uint32_t>> numbers;
  static constexpr size_t kPeers = 200;
  for (uint16_t i = 0; i < kPeers; ++i) {
    b.peer.port = static_cast<uint16_t>(10'000 + i);
    const SocketId socket = b.peer.Open();
    REQUIRE(socket);
    sockets.emplace_back(b.peer.port, socket);
    numbers.emplace_back(b.peer.next, b.peer.acked);
    TcpSegment closed = b.peer.Ack();
    closed.window = 0;
    b.peer.Send(closed);
    b.host.stack.SetOption(b.lab.now, socket, SocketOption::kTcpUserTimeout, 30'000);
    b.host.stack.TcpWrite(b.lab.now, socket, Bytes(8 << 20));
    Drain(b.peer);
  }
  MESSAGE("buffer bytes ", b.host.stack.BufferBytes());
  // What the application may queue before the peer has shown that it reads: 256 KiB each.
  CHECK(b.host.stack.BufferBytes() <= kPeers * (300 << 10));
  // They answer every probe, and are ended all the same.
  for (int second = 0; second < 40; ++second) {
    b.lab.Run(1000);
    Drain(b.peer);
    for (size_t i = 0; i < kPeers; ++i) {
      b.peer.port = sockets[i].first;
      b.peer.next = numbers[i].first;
      b.peer.acked = numbers[i].second;
      TcpSegment closed = b.peer.Ack();
      closed.window = 0;
      b.peer.Send(closed);
    }
    Drain(b.peer);
  }
  size_t ended = 0;
  while (auto event = b.host.Take(Kind::kTcpClosed)) ended += event->status == Status::kTimedOut;
  CHECK(ended == kPeers);
  for (const auto& [port, socket] : sockets) b.host.stack.Close(b.lab.now, socket);
  CHECK(b.host.stack.BufferBytes() <= 8 << 20);  // the pool keeps some blocks for the next
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("a peer with the smallest MSS and a window of one byte gets few packets") {
  PeerBench b;
  TcpSegment syn;
  syn.seq = 1;
  syn.flags = kTcpSyn;
  syn.window = 1;
  syn.options.mss = 1;
  b.peer.plain = true;
  b.peer.Send(syn);
  const auto answer = b.peer.Next();
  REQUIRE(answer);
  TcpSegment ack;
  ack.seq = 2;
  ack.ack = answer->seq + 1;
  ack.flags = kTcpAck;
  ack.window = 1;
  b.peer.Send(ack);
  const auto event = b.host.Take(Kind::kTcpAccepted);
  REQUIRE(event);
  REQUIRE(b.host.stack.TcpWrite(b.lab.now, event->socket, Bytes(100'000)) == 100'000);
  b.lab.SettleAll();
  size_t sent = 0;
  for (int i = 0; i < 60; ++i) {
    b.lab.Run(1000);
    std::optional<TcpSegment> last;
    while (auto s = b.peer.Next()) {
      ++sent;
      last = s;
    }
    if (last && !last->payload.empty()) ack.ack = last->seq + static_cast<uint32_t>(last->payload.size());
    b.peer.Send(ack);
  }
  MESSAGE("packets in a minute: ", sent);
  CHECK(sent <= 400);  // at most a few in each second, each by the override timeout
}

TEST_CASE("ICMP errors that quote datagrams nobody sent do not make TCP's segments smaller") {
  PeerBench b;
  b.socket = b.peer.Open();
  CheckWorks(b);
  const uint64_t mss = InfoOf(b).send_mss;
  for (const uint8_t protocol : {kProtocolUdp, kProtocolIcmpv4, kProtocolIgmp}) {
    SendIcmp(b, 4, 600, 0, protocol);
    CheckWorks(b);
    CHECK(InfoOf(b).send_mss == mss);
  }
}

}  // namespace zt::netstack
