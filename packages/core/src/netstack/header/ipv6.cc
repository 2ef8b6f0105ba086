#include "netstack/header/ipv6.h"

#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<Ipv6Header> Ipv6Header::Parse(ByteSpan packet) {
  if (packet.size() < kSize || packet[0] >> 4 != 6) return std::nullopt;
  const size_t length = LoadU16(&packet[4]);
  if (length > packet.size() - kSize) return std::nullopt;
  Ipv6Header h;
  h.traffic_class = static_cast<uint8_t>(packet[0] << 4 | packet[1] >> 4);
  h.next_header = packet[6];
  h.hop_limit = packet[7];
  h.source = IpAddress::FromV6Bytes(&packet[8]);
  h.destination = IpAddress::FromV6Bytes(&packet[24]);
  h.payload = packet.subspan(kSize, length);
  return h;
}

void Ipv6Header::Write(uint8_t* out, size_t payload_size) const {
  StoreU32(out, 0x60000000 | uint32_t{traffic_class} << 20);
  StoreU16(out + 4, static_cast<uint16_t>(payload_size));
  out[6] = next_header;
  out[7] = hop_limit;
  std::memcpy(out + 8, source.bytes.data(), 16);
  std::memcpy(out + 24, destination.bytes.data(), 16);
}

}  // namespace zt::netstack
