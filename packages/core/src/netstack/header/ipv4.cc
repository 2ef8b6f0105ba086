#include "netstack/header/ipv4.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<Ipv4Header> Ipv4Header::Parse(ByteSpan packet) {
  if (packet.size() < kSize || packet[0] >> 4 != 4) return std::nullopt;
  const size_t header_size = (packet[0] & 15u) * 4;
  const size_t total = LoadU16(&packet[2]);
  if (header_size < kSize || total < header_size || total > packet.size()) return std::nullopt;
  if (ChecksumOf(packet.first(header_size)) != 0) return std::nullopt;
  Ipv4Header h;
  h.tos = packet[1];
  h.identification = LoadU16(&packet[4]);
  const uint16_t fragment = LoadU16(&packet[6]);
  h.dont_fragment = (fragment & 0x4000) != 0;
  h.more_fragments = (fragment & 0x2000) != 0;
  h.fragment_offset = static_cast<uint16_t>((fragment & 0x1fff) * 8);
  h.ttl = packet[8];
  h.protocol = packet[9];
  h.source = IpAddress::FromV4Bytes(&packet[12]);
  h.destination = IpAddress::FromV4Bytes(&packet[16]);
  h.options = packet.subspan(kSize, header_size - kSize);
  h.payload = packet.subspan(header_size, total - header_size);
  return h;
}

void Ipv4Header::Write(uint8_t* out, size_t payload_size) const {
  out[0] = 0x45;
  out[1] = tos;
  StoreU16(out + 2, static_cast<uint16_t>(kSize + payload_size));
  StoreU16(out + 4, identification);
  StoreU16(out + 6, static_cast<uint16_t>((dont_fragment ? 0x4000 : 0) |
                                          (more_fragments ? 0x2000 : 0) | fragment_offset / 8));
  out[8] = ttl;
  out[9] = protocol;
  StoreU16(out + 10, 0);
  std::memcpy(out + 12, source.bytes.data(), 4);
  std::memcpy(out + 16, destination.bytes.data(), 4);
  StoreU16(out + 10, ChecksumOf({out, kSize}));
}

}  // namespace zt::netstack
