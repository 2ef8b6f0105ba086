#include "netstack/ip/quote.h"

#include "netstack/header/ipv4.h"
#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<TransportError> ParseQuote(ByteSpan packet) {
  TransportError error;
  if (packet.empty()) return std::nullopt;
  if (packet[0] >> 4 == 4) {
    const size_t header = (packet[0] & 15u) * 4;
    if (header < Ipv4Header::kSize || packet.size() < header + 8) return std::nullopt;
    if ((LoadU16(&packet[6]) & 0x1fff) != 0) return std::nullopt;
    error.protocol = packet[9];
    error.local = IpAddress::FromV4Bytes(&packet[12]);
    error.remote = IpAddress::FromV4Bytes(&packet[16]);
    error.header = packet.subspan(header);
    return error;
  }
  if (packet[0] >> 4 != 6 || packet.size() < Ipv6Header::kSize + 8) return std::nullopt;
  error.local = IpAddress::FromV6Bytes(&packet[8]);
  error.remote = IpAddress::FromV6Bytes(&packet[24]);
  Ipv6Extensions walk = WalkIpv6Extensions(packet[6], packet.subspan(Ipv6Header::kSize));
  if (walk.verdict == Ipv6Extensions::Verdict::kFragment) {
    if (walk.fragment.offset != 0) return std::nullopt;
    walk.protocol = walk.fragment.next_header;
  } else if (walk.verdict != Ipv6Extensions::Verdict::kPayload) {
    return std::nullopt;
  }
  if (walk.payload.size() < 8) return std::nullopt;
  error.protocol = walk.protocol;
  error.header = walk.payload;
  return error;
}

}  // namespace zt::netstack
