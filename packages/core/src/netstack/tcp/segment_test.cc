// Segment by segment against a peer made by hand: what RFC 9293, 5961, 7323 and 2018 ask for at the wire.
#include <doctest/doctest.h>

#include "netstack/header/ipv4.h"
#include "netstack/header/protocol.h"
#include "netstack/header/tcp.h"
#include "netstack/tcp/state.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

// A peer at 10.0.0.200 that answers ARP and otherwise sends what the test says.
class Peer {
 public:
  Peer(Lab& lab, Lab::Host& host) : lab_(lab), host_(host) {
    host.on_send = [this](Lab::Frame& f) {
      Keep(f);
      return false;
    };
  }

  // Sends a segment; ports and the usual timestamps are filled in when `plain` is not set.
  void Send(TcpSegment s, ByteSpan data = {}) {
    s.source_port = port;
    s.destination_port = 80;
    if (!plain && !s.options.has_timestamps && !s.Has(kTcpRst)) {
      s.options.has_timestamps = true;
      s.options.timestamp = clock;
      s.options.timestamp_echo = echo;
    }
    uint8_t head[TcpSegment::kMaxHeader];
    const ByteSpan pieces[] = {data};
    const size_t size = s.Write(head, ip, host_.v4(), pieces);
    Ipv4Header header;
    header.source = ip;
    header.destination = host_.v4();
    header.protocol = kProtocolTcp;
    Lab::Frame frame{mac, host_.mac, kEtherTypeIpv4, Bytes(20 + size + data.size())};
    header.Write(frame.payload.data(), size + data.size());
    std::memcpy(&frame.payload[20], head, size);
    if (!data.empty()) std::memcpy(&frame.payload[20 + size], data.data(), data.size());
    lab_.Inject(host_, frame);
    lab_.SettleAll();
  }

  // The oldest segment the host sent, or none.
  std::optional<TcpSegment> Next() {
    if (segments_.empty()) return std::nullopt;
    current_ = segments_.front();
    segments_.erase(segments_.begin());
    auto header = Ipv4Header::Parse(current_);
    auto segment = TcpSegment::Parse(header->payload, header->source, header->destination);
    REQUIRE(segment);
    if (segment->options.has_timestamps) echo = segment->options.timestamp;
    return segment;
  }

  // Opens a connection to port 80; `next` and `acked` follow.
  SocketId Open(bool full = true) {
    TcpSegment syn;
    syn.seq = kInitial;
    syn.flags = kTcpSyn;
    syn.window = 0xffff;
    if (full) {
      syn.options.mss = 1400;
      syn.options.window_scale = 7;
      syn.options.sack_permitted = true;
    }
    plain = !full;
    Send(syn);
    const auto answer = Next();
    REQUIRE(answer);
    CHECK(answer->flags == (kTcpSyn | kTcpAck));
    CHECK(answer->ack == kInitial + 1);
    CHECK(answer->options.sack_permitted == full);
    CHECK(answer->options.window_scale.has_value() == full);
    next = kInitial + 1;
    acked = answer->seq + 1;
    Send(Ack());
    const auto event = host_.Take(Kind::kTcpAccepted);
    REQUIRE(event);
    return event->socket;
  }
  TcpSegment Ack() const {
    TcpSegment s;
    s.seq = next;
    s.ack = acked;
    s.flags = kTcpAck;
    s.window = 1000;
    return s;
  }

  static constexpr uint32_t kInitial = 0xfffffff0;  // the sequence wraps early on
  IpAddress ip = IpAddress::V4(10, 0, 0, 200);
  Mac mac{0x0200000000c8};
  uint16_t port = 5555;
  uint32_t next = 0, acked = 0, clock = 1'000'000, echo = 0;
  bool plain = false;

 private:
  void Keep(const Lab::Frame& f) {
    if (f.ether_type == kEtherTypeIpv4 && f.payload[9] == kProtocolTcp) segments_.push_back(f.payload);
    if (f.ether_type != kEtherTypeArp || f.payload[7] != 1) return;
    Bytes reply = {0, 1, 8, 0, 6, 4, 0, 2};
    for (const auto& [m, a] : {std::pair{mac, ip}, std::pair{host_.mac, host_.v4()}}) {
      const auto six = m.ToBytes();
      reply.insert(reply.end(), six.begin(), six.end());
      reply.insert(reply.end(), a.bytes.begin(), a.bytes.begin() + 4);
    }
    host_.stack.HandleFrame(lab_.now, Lab::kNetwork, mac, host_.mac, kEtherTypeArp, reply);
  }

  Lab& lab_;
  Lab::Host& host_;
  std::vector<Bytes> segments_;
  Bytes current_;
};

struct Bench {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  SocketId listener = host.stack.TcpListen({}, {IpAddress::V4(0), 80}, 64).socket;
  Peer peer{lab, host};
  SocketId socket;

  bool Alive() {
    const auto info = host.stack.Info(socket);
    return info && info->tcp_state == static_cast<uint8_t>(TcpState::kEstablished);
  }
};

}  // namespace

TEST_CASE("a reset exactly in place ends the connection, elsewhere in the window it is questioned") {
  Bench b;
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
  Bench b;
  b.socket = b.peer.Open();
  TcpSegment syn = b.peer.Ack();
  syn.flags = kTcpSyn;
  b.peer.Send(syn);
  CHECK(b.peer.Next()->flags == kTcpAck);
  CHECK(b.Alive());
}

TEST_CASE("an acknowledgment of what was never sent is answered and its data ignored") {
  Bench b;
  b.socket = b.peer.Open();
  TcpSegment s = b.peer.Ack();
  s.ack += 1000;
  b.peer.Send(s, Bytes{1, 2, 3});
  CHECK(b.peer.Next()->ack == b.peer.next);
  CHECK(b.host.stack.Info(b.socket)->receive_queue == 0);
}

TEST_CASE("a segment with an older timestamp is an old duplicate") {
  Bench b;
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
  Bench b;
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
  Bench b;
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
  Bench b;
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
  CHECK(b.host.drops.Of(DropReason::kBacklogFull) >= 4000);
  b.lab.Run(120'000);
  CHECK(b.host.stack.SocketCount() == 1);
}

TEST_CASE("a new connection may take the name of one in TIME_WAIT") {
  Bench b;
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
  Bench b;
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
  Bench b;
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
  Bench b;
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
  Bench b;
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
