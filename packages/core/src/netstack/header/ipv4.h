// IPv4 header (RFC 791 §3.1) without what options mean (ipv4_option.h).
//
//   0 version 4 | IHL   1 TOS   2 total length   4 identification   6 flags | fragment offset / 8
//   8 TTL   9 protocol   10 header checksum   12 source   16 destination   20 options
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

struct Ipv4Header {
  static constexpr size_t kSize = 20;

  IpAddress source, destination;
  uint8_t protocol = 0;
  uint8_t ttl = 64;
  uint8_t tos = 0;
  uint16_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  uint16_t fragment_offset = 0;  // bytes
  ByteSpan options;              // of a parsed packet
  ByteSpan payload;              // of a parsed packet: without link-layer padding

  bool IsFragment() const { return more_fragments || fragment_offset != 0; }
  // Checks version, lengths and checksum.
  static std::optional<Ipv4Header> Parse(ByteSpan packet);
  // Writes kSize bytes with the checksum; `payload_size` bytes follow.
  void Write(uint8_t* out, size_t payload_size) const;
};

}  // namespace zt::netstack
