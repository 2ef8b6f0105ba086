// RENDEZVOUS: a root names an endpoint of another peer to try (vl1.md §5.6).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::wire {

struct Rendezvous {
  uint8_t flags = 0;
  NodeAddress peer;
  Endpoint endpoint;  // IPv4 or IPv6, port not 0

  bool operator==(const Rendezvous&) const = default;
  static std::optional<Rendezvous> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
