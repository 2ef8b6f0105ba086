// FRAME: an Ethernet frame between two members, MACs implied (vl2.md §9.2).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::wire {

struct Frame {
  NetworkId network;
  uint16_t ether_type = 0;
  ByteSpan payload;  // may be empty

  static constexpr size_t kHeadSize = 10;
  bool operator==(const Frame& o) const;
  static std::optional<Frame> Parse(ByteSpan message);
  // The head alone, for senders that write the payload in place.
  void SerializeHeadTo(ByteWriter& out) const;
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
