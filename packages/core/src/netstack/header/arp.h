// ARP for IPv4 over Ethernet (RFC 826).
//
//   0  hardware type 1   2  protocol 0x0800   4  6   5  4   6  operation
//   8  sender MAC       14  sender IPv4      18  target MAC   24  target IPv4      = 28 bytes
#pragma once

#include <optional>

#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::netstack {

struct Arp {
  static constexpr size_t kSize = 28;
  static constexpr uint16_t kRequest = 1;
  static constexpr uint16_t kReply = 2;

  uint16_t operation = kRequest;
  Mac sender_mac;
  IpAddress sender_ip;
  Mac target_mac;
  IpAddress target_ip;

  // Trailing padding is allowed; another hardware or protocol type is not ours to read.
  static std::optional<Arp> Parse(ByteSpan payload);
  ByteArray<kSize> Serialize() const;
};

}  // namespace zt::netstack
