// Cuts a transport message into IP packets no larger than the MTU (RFC 791 §3.2, RFC 8200 §4.5).
#pragma once

#include <span>
#include <vector>

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::netstack {

struct IpFields {
  IpAddress source, destination;
  uint8_t protocol = 0;
  uint8_t hop_limit = 64;
  bool dont_fragment = false;  // IPv4; IPv6 routers never fragment
  uint8_t tos = 0;             // IPv4 TOS, IPv6 traffic class
};

// The message is given in pieces. One complete packet when it fits. `identification` is used when it does not (and
// always for IPv4).
std::vector<Bytes> BuildPackets(const IpFields& fields, std::span<const ByteSpan> pieces, uint32_t mtu,
                                uint32_t identification);
// The fixed header for a message of `size` bytes; `out` has room for 40. Returns the header size.
size_t WriteIpHeader(const IpFields& fields, size_t size, uint16_t identification, uint8_t* out);
// Bytes of the fixed header of a family.
size_t IpHeaderSize(IpFamily family);

}  // namespace zt::netstack
