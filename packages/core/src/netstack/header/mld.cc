#include "netstack/header/mld.h"

#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

constexpr size_t kV1Body = 16;  // after the eight bytes of ICMPv6
constexpr size_t kV2Body = 20;

}  // namespace

std::optional<GroupQuery> Mld::ParseQuery(const Icmpv6& message) {
  const ByteSpan body = message.body;
  if (message.type != kQuery || message.code != 0 || body.size() < kV1Body) return std::nullopt;
  GroupQuery query;
  query.group = IpAddress::FromV6Bytes(body.data());
  if (!query.group.IsUnspecified() && !query.group.IsMulticast()) return std::nullopt;
  const uint32_t code = message.rest >> 16;
  if (body.size() == kV1Body) {
    query.version = 2;
    query.max_response = code;
    return query;
  }
  if (body.size() < kV2Body) return std::nullopt;
  query.max_response = DecodeResponseCode(code, 12);
  const size_t count = LoadU16(&body[18]);
  if (body.size() < kV2Body + count * 16) return std::nullopt;
  if (count > GroupQuery::kMaxSources) return query;
  for (size_t i = 0; i < count; ++i) query.sources.push_back(IpAddress::FromV6Bytes(&body[kV2Body + i * 16]));
  return query;
}

std::optional<IpAddress> Mld::ParseReport(const Icmpv6& message) {
  if (message.type != kReportV1 || message.code != 0 || message.body.size() < kV1Body) return std::nullopt;
  return IpAddress::FromV6Bytes(message.body.data());
}

Bytes Mld::Serialize(uint8_t type, const IpAddress& group, const IpAddress& source, const IpAddress& destination) {
  return Icmpv6{type, 0, 0, ByteSpan(group.bytes)}.Serialize(source, destination);
}

Bytes Mld::SerializeReport(std::span<const GroupRecord> records, const IpAddress& source,
                           const IpAddress& destination) {
  Bytes body;
  for (const GroupRecord& record : records) {
    const size_t at = body.size();
    body.resize(at + 4);
    body[at] = static_cast<uint8_t>(record.type);
    StoreU16(&body[at + 2], static_cast<uint16_t>(record.sources.size()));
    body.insert(body.end(), record.group.bytes.begin(), record.group.bytes.end());
    for (const IpAddress& ip : record.sources) body.insert(body.end(), ip.bytes.begin(), ip.bytes.end());
  }
  return Icmpv6{kReportV2, 0, static_cast<uint32_t>(records.size()), body}.Serialize(source, destination);
}

}  // namespace zt::netstack
