// UDP header (RFC 768): source port, destination port, length, checksum.
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

struct Udp {
  static constexpr size_t kSize = 8;

  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  ByteSpan payload;

  // Whether the length field says something possible (RFC 768).
  static bool HasGoodLength(ByteSpan datagram);
  // Checksum 0 means none over IPv4 and is refused over IPv6 (RFC 8200 §8.1).
  static std::optional<Udp> Parse(ByteSpan datagram, const IpAddress& source,
                                  const IpAddress& destination);
  // Writes the header for `payload` into kSize bytes.
  void Write(uint8_t* out, const IpAddress& source, const IpAddress& destination) const;
};

}  // namespace zt::netstack
