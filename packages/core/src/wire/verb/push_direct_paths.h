// PUSH_DIRECT_PATHS: endpoints at which the sender may be reached directly (vl1.md §5.8).
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::wire {

struct DirectPath {
  static constexpr uint8_t kForget = 0x01;
  static constexpr uint8_t kClusterRedirect = 0x02;

  uint8_t flags = 0;
  Endpoint endpoint;  // IPv4 or IPv6
  bool operator==(const DirectPath&) const = default;
};

struct PushDirectPaths {
  std::vector<DirectPath> paths;

  bool operator==(const PushDirectPaths&) const = default;
  // Records of other address types or lengths are skipped; a short record makes the packet malformed.
  static std::optional<PushDirectPaths> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
  // Bytes that one record with this endpoint takes.
  static size_t RecordSize(const Endpoint& endpoint);
};

}  // namespace zt::wire
