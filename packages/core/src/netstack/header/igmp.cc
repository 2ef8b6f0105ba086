#include "netstack/header/igmp.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

constexpr Millis kV1MaxResponse = 10'000;  // RFC 3376 §4.1.1: version 1 has none in the message
constexpr size_t kV3QuerySize = 12;

}  // namespace

uint32_t DecodeResponseCode(uint32_t code, int mantissa_bits) {
  if (code >> (mantissa_bits + 3) == 0) return code;
  const uint32_t mantissa = (code & ((1u << mantissa_bits) - 1)) | 1u << mantissa_bits;
  return mantissa << ((code >> mantissa_bits & 7) + 3);
}

std::optional<Igmp> Igmp::Parse(ByteSpan message) {
  if (message.size() < kSize || ChecksumOf(message) != 0) return std::nullopt;
  return Igmp{message[0], message[1], IpAddress::FromV4Bytes(&message[4]), message};
}

std::optional<GroupQuery> Igmp::AsQuery() const {
  if (type != kQuery) return std::nullopt;
  GroupQuery query;
  query.group = group;
  if (whole.size() == kSize) {
    query.version = code == 0 ? 1 : 2;
    query.max_response = code == 0 ? kV1MaxResponse : Millis{code} * 100;
    return query;
  }
  if (whole.size() < kV3QuerySize) return std::nullopt;
  query.max_response = Millis{DecodeResponseCode(code, 4)} * 100;
  const size_t count = LoadU16(&whole[10]);
  if (whole.size() < kV3QuerySize + count * 4) return std::nullopt;
  if (count > GroupQuery::kMaxSources) return query;
  for (size_t i = 0; i < count; ++i) {
    query.sources.push_back(IpAddress::FromV4Bytes(&whole[kV3QuerySize + i * 4]));
  }
  return query;
}

Bytes Igmp::Serialize(uint8_t type, const IpAddress& group) {
  Bytes out(kSize);
  out[0] = type;
  StoreU32(&out[4], group.V4());
  StoreU16(&out[2], ChecksumOf(out));
  return out;
}

Bytes Igmp::SerializeReport(std::span<const GroupRecord> records) {
  Bytes out(kSize);
  out[0] = kReportV3;
  StoreU16(&out[6], static_cast<uint16_t>(records.size()));
  for (const GroupRecord& record : records) {
    const size_t at = out.size();
    out.resize(at + 8 + record.sources.size() * 4);
    out[at] = static_cast<uint8_t>(record.type);
    StoreU16(&out[at + 2], static_cast<uint16_t>(record.sources.size()));
    StoreU32(&out[at + 4], record.group.V4());
    for (size_t i = 0; i < record.sources.size(); ++i) StoreU32(&out[at + 8 + i * 4], record.sources[i].V4());
  }
  StoreU16(&out[2], ChecksumOf(out));
  return out;
}

}  // namespace zt::netstack
