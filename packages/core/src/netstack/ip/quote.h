// The start of a packet we sent, as an ICMP error quotes it (RFC 792, RFC 4443 §2.4 c).
#pragma once

#include <optional>

#include "netstack/ip/packet.h"

namespace zt::netstack {

// Reads a packet that may be cut after 8 bytes of the transport header. None for later fragments and nonsense.
std::optional<TransportError> ParseQuote(ByteSpan packet);

}  // namespace zt::netstack
