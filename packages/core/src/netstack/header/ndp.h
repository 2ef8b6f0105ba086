// Neighbor solicitation and advertisement bodies (RFC 4861 §4.3, §4.4), after the 8 bytes of ICMPv6.
//
//   0 target address   16 options: type, length in 8-byte units, value
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::netstack {

struct NeighborMessage {
  static constexpr uint32_t kRouter = 0x80000000;  // flags in the four bytes before the target
  static constexpr uint32_t kSolicited = 0x40000000;
  static constexpr uint32_t kOverride = 0x20000000;
  static constexpr uint8_t kSourceLinkAddress = 1;
  static constexpr uint8_t kTargetLinkAddress = 2;

  IpAddress target;
  std::optional<Mac> link_address;

  // `option` is the option wanted. A zero-length option makes the whole message invalid (RFC 4861 §4.6).
  static std::optional<NeighborMessage> Parse(ByteSpan body, uint8_t option);
  Bytes Serialize(uint8_t option) const;
};

}  // namespace zt::netstack
