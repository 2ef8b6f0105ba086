// A TCP peer made by hand: sends the segments a test writes, keeps those the host sends.
#pragma once

#include <doctest/doctest.h>

#include "netstack/header/ipv4.h"
#include "netstack/header/protocol.h"
#include "netstack/header/tcp.h"
#include "netstack/tcp/state.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {

// A peer at 10.0.0.200 that answers ARP and otherwise sends what the test says.
class HandPeer {
 public:
  HandPeer(Lab& lab, Lab::Host& host) : lab_(lab), host_(host) {
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

  // What the host sent up to now does not matter.
  void Forget() { segments_.clear(); }

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
    const auto event = host_.Take(StackEventKind::kTcpAccepted);
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

// A host that listens on port 80, and the peer.
struct PeerBench {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  SocketId listener = host.stack.TcpListen({}, {IpAddress::V4(0), 80}, 64).socket;
  HandPeer peer{lab, host};
  SocketId socket;

  bool Alive() {
    const auto info = host.stack.Info(socket);
    return info && info->tcp_state == static_cast<uint8_t>(TcpState::kEstablished);
  }
};

}  // namespace zt::netstack
