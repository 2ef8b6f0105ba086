// NETWORK_CONFIG_REQUEST: a member asks the controller (vl2.md §5.1); its OK carries a chunk (§5.3).
#pragma once

#include <optional>

#include "wire/config_chunk.h"

namespace zt::wire {

struct NetworkConfigRequest {
  NetworkId network;
  ByteSpan metadata;       // dictionary, see RequestMetadata
  uint64_t revision = 0;   // of the configuration held, 0 if none
  uint64_t timestamp = 0;  // of the configuration held, 0 if none

  bool operator==(const NetworkConfigRequest& o) const;
  // The last two fields are optional on receive.
  static std::optional<NetworkConfigRequest> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

struct OkNetworkConfigRequest {
  PacketId in_re;
  ConfigChunk chunk;

  bool operator==(const OkNetworkConfigRequest&) const = default;
  static std::optional<OkNetworkConfigRequest> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
