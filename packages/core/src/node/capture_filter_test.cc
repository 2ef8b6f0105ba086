#include "node/capture_filter.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace zt::node {
namespace {

constexpr NetworkId kNetwork{0x8056c2e21c000001};
constexpr uint16_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd;

Bytes Ports(uint16_t source, uint16_t destination) {
  return {static_cast<uint8_t>(source >> 8), static_cast<uint8_t>(source), static_cast<uint8_t>(destination >> 8),
          static_cast<uint8_t>(destination), 0, 0, 0, 0};
}

Bytes Ipv4(uint8_t protocol, const Bytes& payload, size_t options = 0, uint16_t fragment = 0) {
  Bytes out = {static_cast<uint8_t>(0x45 + options / 4), 0, 0, 0, 0, 0, static_cast<uint8_t>(fragment >> 8),
               static_cast<uint8_t>(fragment), 64, protocol, 0, 0, 10, 7, 0, 1, 10, 7, 0, 2};
  out.resize(20 + options);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

// From fd00::1 to fd00::2.
Bytes Ipv6(uint8_t next, const Bytes& payload) {
  Bytes out;
  out.reserve(40 + payload.size());
  out.resize(40);
  out[0] = 0x60;
  out[6] = next;
  out[8] = out[24] = 0xfd;
  out[23] = 1;
  out[39] = 2;
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes Join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

CaptureFields Fields(uint16_t ether_type, const Bytes& payload) {
  const ByteSpan piece(payload);
  return FieldsOfFrame(kNetwork, ether_type, {&piece, 1});
}

bool Passes(const CaptureTerm& term, const CaptureFields& fields) { return Matches({&term, 1}, fields); }

CaptureTerm Host(const char* prefix) {
  CaptureTerm term;
  term.host = *IpPrefix::Parse(prefix);
  return term;
}
CaptureTerm Port(uint16_t port) {
  CaptureTerm term;
  term.port = port;
  return term;
}
CaptureTerm Protocol(uint8_t protocol) {
  CaptureTerm term;
  term.protocol = protocol;
  return term;
}

TEST_CASE("capture filter: an empty filter passes everything, a term without parts too") {
  const CaptureFields frame = Fields(0x1234, {1, 2, 3});
  CHECK(Matches({}, frame));
  CHECK(Passes({}, frame));
  CHECK(MatchesDatagram({}, {}, {}));
}

TEST_CASE("capture filter: each part alone, source or destination") {
  const CaptureFields frame = Fields(kIpv4, Ipv4(6, Ports(40000, 443)));
  CHECK(Passes(Protocol(6), frame));
  CHECK_FALSE(Passes(Protocol(17), frame));
  CHECK(Passes(Port(443), frame));
  CHECK(Passes(Port(40000), frame));
  CHECK_FALSE(Passes(Port(80), frame));
  CHECK(Passes(Host("10.7.0.1/32"), frame));
  CHECK(Passes(Host("10.7.0.2/32"), frame));
  CHECK(Passes(Host("10.0.0.0/8"), frame));
  CHECK_FALSE(Passes(Host("10.7.0.3/32"), frame));
  CHECK_FALSE(Passes(Host("fd00::/8"), frame));
  CaptureTerm term;
  term.network = kNetwork;
  CHECK(Passes(term, frame));
  term.network = {1};
  CHECK_FALSE(Passes(term, frame));
  term = {};
  term.ether_type = kIpv4;
  CHECK(Passes(term, frame));
  term.ether_type = kIpv6;
  CHECK_FALSE(Passes(term, frame));
}

TEST_CASE("capture filter: the parts of a term must all hold, any term is enough") {
  const CaptureFields frame = Fields(kIpv4, Ipv4(17, Ports(53, 40000)));
  CaptureTerm both = Port(53);
  both.protocol = 17;
  CHECK(Passes(both, frame));
  both.protocol = 6;
  CHECK_FALSE(Passes(both, frame));
  const std::array terms = {both, Port(40000)};
  CHECK(Matches(terms, frame));
  CHECK_FALSE(Matches(std::span(terms).first(1), frame));
}

TEST_CASE("capture filter: ports behind IPv4 options; a later fragment has none") {
  CHECK(Passes(Port(443), Fields(kIpv4, Ipv4(6, Ports(1, 443), 40))));
  const CaptureFields first = Fields(kIpv4, Ipv4(17, Ports(1, 443), 0, 0x2000));
  CHECK(Passes(Port(443), first));
  const CaptureFields later = Fields(kIpv4, Ipv4(17, Ports(1, 443), 0, 0x2001));
  CHECK_FALSE(Passes(Port(443), later));
  CHECK(Passes(Protocol(17), later));
  // The bytes after an ICMP header are no ports.
  CHECK_FALSE(Passes(Port(443), Fields(kIpv4, Ipv4(1, Ports(1, 443)))));
}

TEST_CASE("capture filter: IPv6 extension headers are walked (RFC 8200 §4)") {
  const Bytes ports = Ports(1, 443);
  CHECK(Passes(Port(443), Fields(kIpv6, Ipv6(6, ports))));
  CHECK(Passes(Host("fd00::2/128"), Fields(kIpv6, Ipv6(6, ports))));
  const Bytes hop = {60, 0, 0, 0, 0, 0, 0, 0};             // then destination options
  const Bytes destination = {51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // then authentication
  const Bytes authentication = {44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};           // 12 bytes, then fragment
  const Bytes first = {17, 0, 0, 1, 0, 0, 0, 9};           // offset 0, more follow, then UDP
  const CaptureFields whole = Fields(kIpv6, Ipv6(0, Join({hop, destination, authentication, first, ports})));
  CHECK(whole.protocol == 17);
  CHECK(whole.destination_port == 443);
  const Bytes later = {17, 0, 0, 8, 0, 0, 0, 9};
  const CaptureFields tail = Fields(kIpv6, Ipv6(44, Join({later, ports})));
  CHECK(tail.protocol == 17);
  CHECK(tail.destination_port == 0);
  CHECK(Fields(kIpv6, Ipv6(58, {})).protocol == 58);
}

TEST_CASE("capture filter: ARP is found by its addresses") {
  const Bytes request = {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 7, 0, 1, 0, 0, 0, 0, 0, 0, 10, 7, 0, 9};
  CHECK(Passes(Host("10.7.0.9/32"), Fields(kArp, request)));
  CHECK(Passes(Host("10.7.0.1/32"), Fields(kArp, request)));
  CHECK_FALSE(Passes(Host("10.7.0.2/32"), Fields(kArp, request)));
  CHECK_FALSE(Passes(Protocol(1), Fields(kArp, request)));
}

TEST_CASE("capture filter: headers spread over pieces are read as one") {
  const Bytes packet = Ipv4(6, Ports(40000, 443));
  std::vector<ByteSpan> pieces;
  for (const uint8_t& byte : packet) pieces.emplace_back(&byte, 1);
  CHECK(Passes(Port(443), FieldsOfFrame(kNetwork, kIpv4, pieces)));
}

TEST_CASE("capture filter: packets cut anywhere are read without harm and claim nothing they do not have") {
  const Bytes hop = {43, 200, 0, 0};
  const std::pair<uint16_t, Bytes> packets[] = {
      {kIpv4, Ipv4(6, Ports(40000, 443), 20)}, {kIpv6, Ipv6(0, hop)}, {kArp, Bytes(28)}, {kIpv4, Bytes(60)}};
  for (const auto& [type, packet] : packets) {
    for (size_t size = 0; size <= packet.size(); ++size) {
      const CaptureFields fields = Fields(type, Bytes(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(size)));
      const bool has_ports = type == kIpv4 && size >= 44 && packet[0] == 0x4a;
      CHECK(Passes(Port(443), fields) == has_ports);
    }
  }
}

TEST_CASE("capture filter: of a datagram only host and port are compared") {
  const Endpoint a{IpAddress::V4(20, 0, 0, 1), 9993}, b{IpAddress::V4(20, 0, 0, 2), 9994};
  CaptureTerm term = Host("20.0.0.2/32");
  term.network = {1};
  term.protocol = 6;
  term.ether_type = 0x86dd;
  CHECK(MatchesDatagram({&term, 1}, a, b));
  CHECK(MatchesDatagram({&term, 1}, b, a));
  CHECK_FALSE(MatchesDatagram({&term, 1}, a, a));
  term.port = 9993;
  CHECK(MatchesDatagram({&term, 1}, a, b));
  term.port = 80;
  CHECK_FALSE(MatchesDatagram({&term, 1}, a, b));
}

}  // namespace
}  // namespace zt::node
