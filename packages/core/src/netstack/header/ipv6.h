// IPv6 header (RFC 8200 §3).
//
//   0 version 6 | traffic class | flow label   4 payload length   6 next header   7 hop limit
//   8 source   24 destination
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

struct Ipv6Header {
  static constexpr size_t kSize = 40;

  IpAddress source, destination;
  uint8_t next_header = 59;
  uint8_t hop_limit = 64;
  uint8_t traffic_class = 0;
  ByteSpan payload;  // of a parsed packet: extension headers included

  static std::optional<Ipv6Header> Parse(ByteSpan packet);
  // Writes kSize bytes; `payload_size` bytes follow.
  void Write(uint8_t* out, size_t payload_size) const;
};

}  // namespace zt::netstack
