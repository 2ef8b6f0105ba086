// NETWORK_CONFIG: a chunk the controller pushes, or a member floods (vl2.md §5.3); and its receipt (§5.5).
#pragma once

#include <optional>

#include "wire/config_chunk.h"

namespace zt::wire {

struct NetworkConfigPush {
  ConfigChunk chunk;

  bool operator==(const NetworkConfigPush&) const = default;
  static std::optional<NetworkConfigPush> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

// The receipt says in-re ECHO, not NETWORK_CONFIG (vl2.md §5.5).
struct OkNetworkConfigPush {
  PacketId in_re;
  NetworkId network;
  uint64_t update_id = 0;

  bool operator==(const OkNetworkConfigPush&) const = default;
  static std::optional<OkNetworkConfigPush> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
