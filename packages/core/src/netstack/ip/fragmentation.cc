#include "netstack/ip/fragmentation.h"

#include <algorithm>

#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"

namespace zt::netstack {
namespace {

Bytes FragmentV4(const IpFields& fields, ByteSpan message, size_t at, size_t take,
                 uint16_t identification) {
  Bytes packet(Ipv4Header::kSize + take);
  Ipv4Header header;
  header.source = fields.source;
  header.destination = fields.destination;
  header.protocol = fields.protocol;
  header.ttl = fields.hop_limit;
  header.identification = identification;
  header.more_fragments = at + take < message.size();
  header.fragment_offset = static_cast<uint16_t>(at);
  header.Write(packet.data(), take);
  std::memcpy(&packet[Ipv4Header::kSize], &message[at], take);
  return packet;
}

Bytes FragmentV6(const IpFields& fields, ByteSpan message, size_t at, size_t take,
                 uint32_t identification) {
  Bytes packet(Ipv6Header::kSize + Ipv6Fragment::kSize + take);
  Ipv6Header header{fields.source, fields.destination, Ipv6Fragment::kNextHeader, fields.hop_limit,
                    {}};
  header.Write(packet.data(), Ipv6Fragment::kSize + take);
  Ipv6Fragment fragment{fields.protocol, static_cast<uint16_t>(at), at + take < message.size(),
                        identification};
  fragment.Write(&packet[Ipv6Header::kSize]);
  std::memcpy(&packet[Ipv6Header::kSize + Ipv6Fragment::kSize], &message[at], take);
  return packet;
}

}  // namespace

size_t IpHeaderSize(IpFamily family) {
  return family == IpFamily::kV4 ? Ipv4Header::kSize : Ipv6Header::kSize;
}

size_t WriteIpHeader(const IpFields& fields, size_t size, uint16_t identification, uint8_t* out) {
  if (fields.source.IsV4()) {
    Ipv4Header header;
    header.source = fields.source;
    header.destination = fields.destination;
    header.protocol = fields.protocol;
    header.ttl = fields.hop_limit;
    header.identification = identification;
    header.dont_fragment = fields.dont_fragment;
    header.Write(out, size);
    return Ipv4Header::kSize;
  }
  Ipv6Header header{fields.source, fields.destination, fields.protocol, fields.hop_limit, {}};
  header.Write(out, size);
  return Ipv6Header::kSize;
}

std::vector<Bytes> BuildPackets(const IpFields& fields, ByteSpan message, uint32_t mtu,
                                uint32_t identification) {
  std::vector<Bytes> packets;
  const bool v4 = fields.source.IsV4();
  const size_t header = IpHeaderSize(fields.source.family);
  if (header + message.size() <= mtu) {
    Bytes packet(header + message.size());
    WriteIpHeader(fields, message.size(), static_cast<uint16_t>(identification), packet.data());
    if (!message.empty()) std::memcpy(&packet[header], message.data(), message.size());
    packets.push_back(std::move(packet));
    return packets;
  }
  const size_t overhead = v4 ? header : header + Ipv6Fragment::kSize;
  const size_t step = (mtu - overhead) / 8 * 8;
  for (size_t at = 0; at < message.size(); at += step) {
    const size_t take = std::min(step, message.size() - at);
    packets.push_back(
        v4 ? FragmentV4(fields, message, at, take, static_cast<uint16_t>(identification))
           : FragmentV6(fields, message, at, take, identification));
  }
  return packets;
}

}  // namespace zt::netstack
