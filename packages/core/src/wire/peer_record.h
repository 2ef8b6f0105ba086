// The peer cache record, what we remember of a peer over restarts (vl1.md §9.2).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "wire/identity.h"
#include "zt/inet.h"

namespace zt {

struct PeerRecord {
  Identity identity;
  uint16_t protocol = 0;  // 0 = unknown, as are the software versions
  uint16_t major = 0;
  uint16_t minor = 0;
  uint16_t revision = 0;
  std::vector<Endpoint> endpoints;  // at most limits::kMaxCachedEndpoints

  bool operator==(const PeerRecord&) const = default;
  // A broken endpoint ends the list; a wrong record version or a broken head is nothing.
  static std::optional<PeerRecord> Parse(ByteSpan record);
  void SerializeTo(ByteWriter& out) const;
  Bytes Serialize() const;
};

}  // namespace zt
