// ICMPv6 (RFC 4443 §2.1): type, code, checksum over the pseudo-header too, four bytes that depend on the type, body.
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

struct Icmpv6 {
  static constexpr size_t kSize = 8;
  static constexpr uint8_t kUnreachable = 1;
  static constexpr uint8_t kPacketTooBig = 2;
  static constexpr uint8_t kTimeExceeded = 3;
  static constexpr uint8_t kParameterProblem = 4;
  static constexpr uint8_t kEchoRequest = 128;
  static constexpr uint8_t kEchoReply = 129;
  static constexpr uint8_t kNeighborSolicitation = 135;
  static constexpr uint8_t kNeighborAdvertisement = 136;
  static constexpr uint8_t kCodeNoRoute = 0;
  static constexpr uint8_t kCodeProhibited = 1;
  static constexpr uint8_t kCodeAddressUnreachable = 3;
  static constexpr uint8_t kCodePortUnreachable = 4;
  static constexpr uint8_t kCodeUnknownNextHeader = 1;
  static constexpr uint8_t kCodeUnknownOption = 2;
  static constexpr uint8_t kCodeIncompleteChain = 3;  // RFC 7112 §5
  static constexpr uint8_t kRedirect = 137;

  uint8_t type = 0;
  uint8_t code = 0;
  uint32_t rest = 0;
  ByteSpan body;

  // Errors have the highest bit clear (RFC 4443 §2.1).
  bool IsError() const { return type < 128; }
  static std::optional<Icmpv6> Parse(ByteSpan message, const IpAddress& source,
                                     const IpAddress& destination);
  Bytes Serialize(const IpAddress& source, const IpAddress& destination) const;
};

}  // namespace zt::netstack
