// ECHO: any payload, returned as it came (vl1.md §5.7).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::wire {

struct Echo {
  ByteSpan data;  // may be empty

  bool operator==(const Echo& o) const;
  static std::optional<Echo> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

struct OkEcho {
  PacketId in_re;
  ByteSpan data;

  bool operator==(const OkEcho& o) const;
  static std::optional<OkEcho> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
