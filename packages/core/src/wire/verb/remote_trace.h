// REMOTE_TRACE: zero-terminated dictionaries for a trace target (vl1.md §5.11).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "zt/bytes.h"

namespace zt::wire {

struct RemoteTrace {
  std::vector<ByteSpan> dictionaries;  // 1..10000 bytes each, without the NUL

  bool operator==(const RemoteTrace& o) const;
  // Text after the last zero byte, empty and longer strings are ignored.
  static std::optional<RemoteTrace> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
