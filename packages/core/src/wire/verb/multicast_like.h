// MULTICAST_LIKE: the multicast groups the sender subscribes to (vl2.md §12.3).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::wire {

struct MulticastLike {
  struct Entry {
    NetworkId network;
    Mac mac;
    uint32_t adi = 0;
    bool operator==(const Entry&) const = default;
  };
  static constexpr size_t kEntrySize = 18;

  std::vector<Entry> entries;
  bool truncated = false;  // an incomplete entry at the end: malformed, but the entries before it stay

  bool operator==(const MulticastLike&) const = default;
  // Nothing if there is no complete entry.
  static std::optional<MulticastLike> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
