// IPv4 options (RFC 791 §3.1): only what they forbid us matters; the rest is ignored (RFC 1122 §3.2.1.8).
#pragma once

#include "zt/bytes.h"

namespace zt::netstack {

struct Ipv4Options {
  bool malformed = false;     // `pointer` names the byte (RFC 792, parameter problem)
  bool source_route = false;  // loose or strict: refused, as it reflects packets (RFC 7126 §4.3, §4.4)
  bool router_alert = false;  // RFC 2113
  uint8_t pointer = 0;        // offset from the start of the IP header

  // `options` are the bytes after the fixed header.
  static Ipv4Options Parse(ByteSpan options);
};

}  // namespace zt::netstack
