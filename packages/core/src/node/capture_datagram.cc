#include "node/capture_datagram.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "netstack/header/checksum.h"

namespace zt::node {

namespace {

constexpr uint8_t kUdp = 17, kUsualHopLimit = 64;
constexpr size_t kIpv4Header = 20, kUdpHeader = 8, kMaxLength = 0xffff;

void WriteIpv4(ByteWriter& out, const Endpoint& source, const Endpoint& destination, size_t length, uint8_t hops) {
  out.U8(0x45);
  out.U8(0);
  out.U16(static_cast<uint16_t>(std::min(length + kIpv4Header, kMaxLength)));
  out.U32(0);  // identification, flags, offset
  out.U8(hops);
  out.U8(kUdp);
  out.U16(0);
  out.Put(ByteSpan(source.ip.bytes).first(4));
  out.Put(ByteSpan(destination.ip.bytes).first(4));
  out.PatchU16(10, netstack::ChecksumOf(out.written()));
}

void WriteIpv6(ByteWriter& out, const Endpoint& source, const Endpoint& destination, size_t length, uint8_t hops) {
  out.U32(0x60000000);
  out.U16(static_cast<uint16_t>(std::min(length, kMaxLength)));
  out.U8(kUdp);
  out.U8(hops);
  out.Put(source.ip.bytes);
  out.Put(destination.ip.bytes);
}

// IPv6 has no datagram without a checksum (RFC 8200 §8.1); with IPv4 zero means there is none (RFC 768).
uint16_t UdpChecksum(const Endpoint& source, const Endpoint& destination, ByteSpan header, ByteSpan payload) {
  netstack::Checksum sum;
  sum.AddPseudoHeader(source.ip, destination.ip, kUdp, header.size() + payload.size());
  sum.Add(header);
  sum.Add(payload);
  const uint16_t checksum = sum.Finish();
  return checksum == 0 ? 0xffff : checksum;
}

}  // namespace

OuterHeader::OuterHeader(const Endpoint& source, const Endpoint& destination, ByteSpan payload, uint8_t hop_limit) {
  const uint8_t hops = hop_limit == 0 ? kUsualHopLimit : hop_limit;
  const size_t length = kUdpHeader + payload.size();
  ByteWriter out(bytes_);
  if (source.ip.IsV4()) {
    WriteIpv4(out, source, destination, length, hops);
  } else {
    WriteIpv6(out, source, destination, length, hops);
  }
  const size_t udp = out.size();
  out.U16(source.port);
  out.U16(destination.port);
  out.U16(static_cast<uint16_t>(std::min(length, kMaxLength)));
  out.U16(0);
  if (source.ip.IsV6()) {
    out.PatchU16(udp + 6, UdpChecksum(source, destination, out.written().subspan(udp), payload));
  }
  size_ = out.size();
}

void LocalEnd::SetEndpoints(std::span<const Endpoint> endpoints) {
  for (const bool v4 : {true, false}) {
    Endpoint& local = v4 ? v4_ : v6_;
    local = v4 ? Endpoint{IpAddress::V4(0), 0} : Endpoint{IpAddress::FromV6Bytes(ByteArray<16>{}.data()), 0};
    const Endpoint* first = nullptr;
    bool one = true, one_port = true;
    for (const Endpoint& endpoint : endpoints) {
      if (endpoint.ip.IsNone() || endpoint.ip.IsV4() != v4) continue;
      if (first == nullptr) first = &endpoint;
      one = one && endpoint == *first;
      one_port = one_port && endpoint.port == first->port;
    }
    if (first == nullptr) continue;
    if (one) {
      local = *first;
    } else if (one_port) {
      local.port = first->port;
    }
  }
}

}  // namespace zt::node
