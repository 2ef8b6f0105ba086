// USER_MESSAGE: application data between nodes (vl1.md §5.9).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "zt/bytes.h"

namespace zt::wire {

struct UserMessage {
  uint64_t type = 0;  // <= 65535 is reserved for the vendor
  ByteSpan data;

  bool operator==(const UserMessage& o) const;
  static std::optional<UserMessage> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
