// Bonding messages: QOS_MEASUREMENT, PATH_NEGOTIATION_REQUEST (vl1.md §5.10). A node without bonding ignores both;
// they are read so that nonsense can be told from what is merely not for us.
#pragma once

#include <optional>
#include <vector>

#include "base/byte_writer.h"
#include "zt/bytes.h"

namespace zt::wire {

struct PathNegotiationRequest {
  int16_t utility = 0;

  bool operator==(const PathNegotiationRequest&) const = default;
  static std::optional<PathNegotiationRequest> Parse(ByteSpan payload);  // exactly 2 bytes
  void SerializeTo(ByteWriter& out) const;
};

struct QosRecord {
  uint64_t packet_id = 0;
  uint16_t holding_ms = 0;
  bool operator==(const QosRecord&) const = default;
};

struct QosMeasurement {
  std::vector<QosRecord> records;  // at most limits::kMaxQosRecords

  bool operator==(const QosMeasurement&) const = default;
  // Little-endian, what senders have in practice; at most 1400 bytes, at least one complete record; an incomplete last
  // one is ignored.
  static std::optional<QosMeasurement> Parse(ByteSpan payload);
  void SerializeTo(ByteWriter& out) const;
};

}  // namespace zt::wire
