#include "wire/verb/path_negotiation.h"

#include "base/byte_reader.h"
#include "wire/limits.h"

namespace zt::wire {

namespace {
constexpr size_t kQosRecordSize = 10;

uint64_t ReadLittleEndian(ByteReader& in, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; ++i) v |= static_cast<uint64_t>(in.U8()) << (8 * i);
  return v;
}

void WriteLittleEndian(ByteWriter& out, uint64_t v, size_t n) {
  for (size_t i = 0; i < n; ++i) out.U8(static_cast<uint8_t>(v >> (8 * i)));
}
}  // namespace

std::optional<PathNegotiationRequest> PathNegotiationRequest::Parse(ByteSpan payload) {
  ByteReader in(payload);
  PathNegotiationRequest r;
  r.utility = static_cast<int16_t>(in.U16());
  if (!in.AtEnd()) return std::nullopt;
  return r;
}

void PathNegotiationRequest::SerializeTo(ByteWriter& out) const { out.U16(static_cast<uint16_t>(utility)); }

std::optional<QosMeasurement> QosMeasurement::Parse(ByteSpan payload) {
  if (payload.size() < kQosRecordSize || payload.size() > kQosRecordSize * limits::kMaxQosRecords) return std::nullopt;
  ByteReader in(payload);
  QosMeasurement q;
  while (in.remaining() >= kQosRecordSize) {
    QosRecord record;
    record.packet_id = ReadLittleEndian(in, 8);
    record.holding_ms = static_cast<uint16_t>(ReadLittleEndian(in, 2));
    q.records.push_back(record);
  }
  return q;
}

void QosMeasurement::SerializeTo(ByteWriter& out) const {
  for (const QosRecord& record : records) {
    WriteLittleEndian(out, record.packet_id, 8);
    WriteLittleEndian(out, record.holding_ms, 2);
  }
}

}  // namespace zt::wire
