// ICMP for IPv4 (RFC 792): type, code, checksum, four bytes that depend on the type, body.
#pragma once

#include <optional>

#include "zt/bytes.h"

namespace zt::netstack {

struct Icmpv4 {
  static constexpr size_t kSize = 8;
  static constexpr uint8_t kEchoReply = 0;
  static constexpr uint8_t kUnreachable = 3;
  static constexpr uint8_t kEchoRequest = 8;
  static constexpr uint8_t kTimeExceeded = 11;
  static constexpr uint8_t kParameterProblem = 12;
  static constexpr uint8_t kCodeNetUnreachable = 0;
  static constexpr uint8_t kCodeHostUnreachable = 1;
  static constexpr uint8_t kCodeProtocolUnreachable = 2;
  static constexpr uint8_t kCodePortUnreachable = 3;
  static constexpr uint8_t kCodeFragmentationNeeded = 4;

  uint8_t type = 0;
  uint8_t code = 0;
  uint32_t rest = 0;  // identifier | sequence, or 0 | next-hop MTU (RFC 1191 §4)
  ByteSpan body;

  static std::optional<Icmpv4> Parse(ByteSpan message);  // checks the checksum
  Bytes Serialize() const;
};

}  // namespace zt::netstack
