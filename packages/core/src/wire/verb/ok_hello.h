// OK(HELLO): confirms a path, carries world updates (vl1.md §5.3).
#pragma once

#include <optional>

#include "base/byte_writer.h"
#include "wire/limits.h"
#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::wire {

struct OkHello {
  PacketId in_re;
  uint64_t timestamp_echo = 0;
  uint8_t protocol = limits::kProtocolVersion;
  uint8_t major = limits::kSoftwareMajor;
  uint8_t minor = limits::kSoftwareMinor;
  uint16_t revision = limits::kSoftwareRevision;
  std::optional<Endpoint> surface;  // where the HELLO came from, as the responder saw it
  ByteSpan worlds;                  // serialized, see World::ParseAll; believed only from roots and seeds

  bool operator==(const OkHello& o) const;
  static std::optional<OkHello> Parse(ByteSpan payload);
  // Writing worlds needs the surface; a length of 0 is written when there are none.
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
