// Headers: what is written is read back, what is damaged is refused, published examples agree.
#include <doctest/doctest.h>

#include "base/seeded_random.h"
#include "netstack/header/arp.h"
#include "netstack/header/checksum.h"
#include "netstack/header/icmpv6.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/ndp.h"
#include "netstack/header/protocol.h"
#include "netstack/header/tcp.h"
#include "netstack/header/udp.h"

namespace zt::netstack {
namespace {

// The definition of RFC 1071 §1, word by word.
uint16_t SlowChecksum(ByteSpan data) {
  uint32_t sum = 0;
  for (size_t i = 0; i < data.size(); i += 2) {
    sum += static_cast<uint32_t>(data[i] << 8 | (i + 1 < data.size() ? data[i + 1] : 0));
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum);
}

}  // namespace

TEST_CASE("the checksum agrees with its definition, however the data is cut") {
  const Bytes example = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};  // RFC 1071 §3
  CHECK(ChecksumOf(example) == static_cast<uint16_t>(~0xddf2));
  SeededRandom random(1);
  for (int i = 0; i < 300; ++i) {
    Bytes data(random.Below(200));
    random.Fill(data);
    Checksum sum;
    for (size_t at = 0; at < data.size();) {
      const size_t n = std::min<size_t>(data.size() - at, 1 + random.Below(40));
      sum.Add(ByteSpan(data).subspan(at, n));
      at += n;
    }
    CHECK(sum.Finish() == SlowChecksum(data));
    CHECK(ChecksumOf(data) == SlowChecksum(data));
  }
  const Bytes ones(3000, 0xff);
  CHECK(ChecksumOf(ones) == SlowChecksum(ones));
}

TEST_CASE("an IPv4 header with any bit changed is refused or is a different header") {
  Ipv4Header h;
  h.source = IpAddress::V4(10, 1, 2, 3);
  h.destination = IpAddress::V4(10, 1, 2, 4);
  h.protocol = 17;
  h.identification = 0xbeef;
  h.more_fragments = true;
  h.fragment_offset = 1480;
  Bytes packet(40);
  h.Write(packet.data(), 20);
  const auto read = Ipv4Header::Parse(packet);
  REQUIRE(read);
  CHECK(read->source == h.source);
  CHECK(read->fragment_offset == 1480);
  CHECK(read->more_fragments);
  CHECK(read->payload.size() == 20);
  for (size_t bit = 0; bit < 160; ++bit) {
    Bytes damaged = packet;
    damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    CHECK_FALSE(Ipv4Header::Parse(damaged));
  }
  for (size_t n = 0; n < 40; ++n) CHECK_FALSE(Ipv4Header::Parse(ByteSpan(packet).first(n)));
  packet.resize(60);  // link-layer padding is cut off
  CHECK(Ipv4Header::Parse(packet)->payload.size() == 20);
}

TEST_CASE("IPv6 extension headers: skipped, reported or refused as the RFC says") {
  using Verdict = Ipv6Extensions::Verdict;
  CHECK(WalkIpv6Extensions(17, Bytes{1, 2, 3}).protocol == 17);
  const Bytes hop = {17, 0, 1, 4, 0, 0, 0, 0, 9, 9};
  const auto skipped = WalkIpv6Extensions(0, hop);
  CHECK(skipped.verdict == Verdict::kPayload);
  CHECK(skipped.payload.size() == 2);
  for (const auto& [type, verdict] : {std::pair{0x1e, Verdict::kPayload}, std::pair{0x5e, Verdict::kDiscard},
                                      std::pair{0x9e, Verdict::kUnknownOption},
                                      std::pair{0xde, Verdict::kUnknownOption}}) {
    const Bytes unknown = {17, 0, static_cast<uint8_t>(type), 4, 0, 0, 0, 0};
    const auto walk = WalkIpv6Extensions(60, unknown);
    CHECK(walk.verdict == verdict);
    if (verdict == Verdict::kUnknownOption) CHECK(walk.pointer == 42);
  }
  const Bytes routing = {17, 0, 0, 1, 0, 0, 0, 0};
  CHECK(WalkIpv6Extensions(43, routing).verdict == Verdict::kBadField);
  const Bytes hop_late = {0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0};
  CHECK(WalkIpv6Extensions(60, hop_late).verdict == Verdict::kDiscard);
  Bytes many;
  for (int i = 0; i < 20; ++i) many.insert(many.end(), {60, 0, 1, 4, 0, 0, 0, 0});
  CHECK(WalkIpv6Extensions(60, many).verdict == Verdict::kDiscard);
  const Bytes fragment = {17, 0, 0x05, 0xa9, 1, 2, 3, 4, 0xaa};
  const auto piece = WalkIpv6Extensions(44, fragment);
  CHECK(piece.verdict == Verdict::kFragment);
  CHECK(piece.fragment.offset == 0x05a8);
  CHECK(piece.fragment.more);
  CHECK(piece.fragment.identification == 0x01020304);
}

TEST_CASE("TCP options survive a round trip and nonsense ends the reading") {
  TcpOptions o;
  o.mss = 1460;
  o.window_scale = 7;
  o.sack_permitted = true;
  o.has_timestamps = true;
  o.timestamp = 0x11223344;
  o.timestamp_echo = 0x55667788;
  uint8_t bytes[TcpOptions::kMaxSize];
  TcpOptions read = TcpOptions::Parse({bytes, o.Write(bytes)});
  CHECK(read.mss == o.mss);
  CHECK(read.window_scale == o.window_scale);
  CHECK(read.sack_permitted);
  CHECK(read.timestamp == o.timestamp);
  CHECK(read.timestamp_echo == o.timestamp_echo);
  TcpOptions s;
  s.has_timestamps = true;
  s.sack_count = 4;
  for (uint32_t i = 0; i < 4; ++i) s.sack[i] = {i * 100, i * 100 + 50};
  const size_t n = s.Write(bytes);
  CHECK(n == 40);
  read = TcpOptions::Parse({bytes, n});
  REQUIRE(read.sack_count == 3);  // with timestamps there is room for three (RFC 2018 §3)
  CHECK(read.sack[2].right == 250);
  CHECK_FALSE(TcpOptions::Parse(Bytes{2, 0, 5, 180}).mss);
  CHECK_FALSE(TcpOptions::Parse(Bytes{2, 4, 5}).mss);
  CHECK_FALSE(TcpOptions::Parse(Bytes{0, 2, 4, 5, 180}).mss);
  CHECK(TcpOptions::Parse(Bytes{3, 3, 200}).window_scale == 14);  // RFC 7323 §2.3
}

TEST_CASE("TCP, UDP and ICMPv6 refuse a wrong checksum; UDP without one is for IPv4 only") {
  const IpAddress a = *IpAddress::Parse("fd00::1"), b = *IpAddress::Parse("fd00::2");
  const Bytes data = {1, 2, 3, 4, 5};
  TcpSegment t;
  t.source_port = 1;
  t.destination_port = 2;
  t.seq = 77;
  t.flags = kTcpAck;
  Bytes bytes(TcpSegment::kMaxHeader);
  const ByteSpan pieces[] = {ByteSpan(data).first(3), ByteSpan(data).subspan(3)};
  bytes.resize(t.Write(bytes.data(), a, b, pieces));
  bytes.insert(bytes.end(), data.begin(), data.end());
  REQUIRE(TcpSegment::Parse(bytes, a, b));
  CHECK(TcpSegment::Parse(bytes, a, b)->payload.size() == 5);
  CHECK_FALSE(TcpSegment::Parse(bytes, a, a));
  bytes.back() ^= 1;
  CHECK_FALSE(TcpSegment::Parse(bytes, a, b));
  Bytes u(Udp::kSize + data.size());
  std::memcpy(&u[Udp::kSize], data.data(), data.size());
  Udp{9, 10, data}.Write(u.data(), a, b);
  CHECK(Udp::Parse(u, a, b));
  u[6] = u[7] = 0;
  CHECK_FALSE(Udp::Parse(u, a, b));
  CHECK(Udp::Parse(u, IpAddress::V4(1, 2, 3, 4), IpAddress::V4(1, 2, 3, 5)));
  u[5] = 200;
  CHECK_FALSE(Udp::Parse(u, IpAddress::V4(1, 2, 3, 4), IpAddress::V4(1, 2, 3, 5)));
  Bytes icmp = Icmpv6{128, 0, 5, data}.Serialize(a, b);
  CHECK(Icmpv6::Parse(icmp, a, b));
  icmp[9] ^= 4;
  CHECK_FALSE(Icmpv6::Parse(icmp, a, b));
}

TEST_CASE("neighbor messages: a zero-length option voids the message") {
  NeighborMessage m{*IpAddress::Parse("fd00::5"), Mac{0x020304050607}};
  auto bytes = m.Serialize(NeighborMessage::kTargetLinkAddress);
  const auto read = NeighborMessage::Parse(bytes, NeighborMessage::kTargetLinkAddress);
  REQUIRE(read);
  CHECK(read->target == m.target);
  CHECK(read->link_address == m.link_address);
  CHECK_FALSE(NeighborMessage::Parse(bytes, NeighborMessage::kSourceLinkAddress)->link_address);
  bytes[17] = 0;
  CHECK_FALSE(NeighborMessage::Parse(bytes, NeighborMessage::kTargetLinkAddress));
}

}  // namespace zt::netstack
