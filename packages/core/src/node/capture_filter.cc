#include "node/capture_filter.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace zt::node {

namespace {

constexpr uint16_t kIpv4 = 0x0800, kArp = 0x0806, kIpv6 = 0x86dd;
constexpr uint8_t kHopByHop = 0, kTcp = 6, kUdp = 17, kDccp = 33, kRouting = 43, kFragment = 44, kAuthentication = 51,
                  kDestinationOptions = 60, kSctp = 132, kUdpLite = 136;
// Headers that are looked through: an IPv6 header with as many extension headers as honest packets have.
constexpr size_t kHeadBytes = 256;

bool HasPorts(uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kDccp || protocol == kSctp || protocol == kUdpLite;
}

void ReadPorts(ByteReader& in, CaptureFields& out) {
  if (!HasPorts(out.protocol)) return;
  const uint16_t source = in.U16(), destination = in.U16();
  if (!in.ok()) return;
  out.source_port = source;
  out.destination_port = destination;
}

void ReadIpv4(ByteReader& in, CaptureFields& out) {
  const size_t header = (in.U8() & 0x0f) * size_t{4};
  in.Skip(5);
  const bool later_fragment = (in.U16() & 0x1fff) != 0;
  in.Skip(1);
  const uint8_t protocol = in.U8();
  in.Skip(2);
  const ByteSpan source = in.Take(4), destination = in.Take(4);
  if (!in.ok() || header < 20) return;
  out.protocol = protocol;
  out.source = IpAddress::FromV4Bytes(source.data());
  out.destination = IpAddress::FromV4Bytes(destination.data());
  in.Skip(header - 20);
  if (!later_fragment) ReadPorts(in, out);
}

// Walks the chain of extension headers (RFC 8200 §4) to the upper-layer protocol.
void ReadIpv6(ByteReader& in, CaptureFields& out) {
  in.Skip(6);
  uint8_t next = in.U8();
  in.Skip(1);
  const ByteSpan source = in.Take(16), destination = in.Take(16);
  if (!in.ok()) return;
  out.source = IpAddress::FromV6Bytes(source.data());
  out.destination = IpAddress::FromV6Bytes(destination.data());
  bool later_fragment = false;
  for (;;) {
    const uint8_t header = next;
    const bool extension = header == kHopByHop || header == kRouting || header == kFragment ||
                           header == kAuthentication || header == kDestinationOptions;
    if (!extension || later_fragment) break;
    next = in.U8();
    const size_t length = in.U8();
    if (header == kFragment) {
      later_fragment = (in.U16() & 0xfff8) != 0;
      in.Skip(4);
    } else {
      // In units of 8 bytes without the first, of the authentication header 4 bytes without two (RFC 4302 §2.2).
      in.Skip(header == kAuthentication ? length * 4 + 6 : length * 8 + 6);
    }
    if (!in.ok()) return;
  }
  out.protocol = next;
  if (!later_fragment) ReadPorts(in, out);
}

// Sender and target of Ethernet and IPv4 (RFC 826).
void ReadArp(ByteReader& in, CaptureFields& out) {
  in.Skip(14);
  const ByteSpan sender = in.Take(4);
  in.Skip(6);
  const ByteSpan target = in.Take(4);
  if (!in.ok()) return;
  out.source = IpAddress::FromV4Bytes(sender.data());
  out.destination = IpAddress::FromV4Bytes(target.data());
}

bool EndpointsMatch(const CaptureTerm& term, const Endpoint& source, const Endpoint& destination) {
  if (term.port != 0 && source.port != term.port && destination.port != term.port) return false;
  return term.host.address.IsNone() || term.host.Contains(source.ip) || term.host.Contains(destination.ip);
}

bool Holds(const CaptureTerm& term, const CaptureFields& f) {
  if (term.network.value != 0 && term.network != f.network) return false;
  if (term.ether_type != 0 && term.ether_type != f.ether_type) return false;
  if (term.protocol != 0 && term.protocol != f.protocol) return false;
  return EndpointsMatch(term, {f.source, f.source_port}, {f.destination, f.destination_port});
}

}  // namespace

CaptureFields FieldsOfFrame(NetworkId network, uint16_t ether_type, std::span<const ByteSpan> payload) {
  CaptureFields out;
  out.network = network;
  out.ether_type = ether_type;
  // Headers may be spread over pieces.
  ByteArray<kHeadBytes> head;
  size_t size = 0;
  for (ByteSpan piece : payload) {
    const ByteSpan part = piece.first(std::min(piece.size(), head.size() - size));
    std::copy(part.begin(), part.end(), head.begin() + static_cast<ptrdiff_t>(size));
    size += part.size();
  }
  ByteReader in(ByteSpan(head).first(size));
  if (ether_type == kIpv4) ReadIpv4(in, out);
  if (ether_type == kIpv6) ReadIpv6(in, out);
  if (ether_type == kArp) ReadArp(in, out);
  return out;
}

bool Matches(std::span<const CaptureTerm> filter, const CaptureFields& frame) {
  return filter.empty() ||
         std::any_of(filter.begin(), filter.end(), [&](const CaptureTerm& term) { return Holds(term, frame); });
}

bool MatchesDatagram(std::span<const CaptureTerm> filter, const Endpoint& source, const Endpoint& destination) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const CaptureTerm& term) {
           return EndpointsMatch(term, source, destination);
         });
}

}  // namespace zt::node
