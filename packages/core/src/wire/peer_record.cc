#include "wire/peer_record.h"

#include "wire/inet_address.h"
#include "wire/limits.h"

namespace zt {

namespace {
constexpr uint8_t kRecordVersion = 2;
constexpr size_t kHeadSize = 82;
}  // namespace

std::optional<PeerRecord> PeerRecord::Parse(ByteSpan record) {
  ByteReader in(record);
  if (in.U8() != kRecordVersion) return std::nullopt;
  const std::optional<Identity> identity = Identity::Parse(in);
  if (!identity) return std::nullopt;
  PeerRecord out;
  out.identity = *identity;
  out.protocol = in.U16();
  out.major = in.U16();
  out.minor = in.U16();
  out.revision = in.U16();
  const uint16_t endpoints = in.U16();
  if (!in.ok()) return std::nullopt;
  for (uint16_t i = 0; i < endpoints && out.endpoints.size() < limits::kMaxCachedEndpoints; ++i) {
    const Endpoint e = wire::ReadEndpoint(in);
    if (!in.ok()) break;  // what came before stays, vl1.md §9.2
    out.endpoints.push_back(e);
  }
  return out;
}

void PeerRecord::SerializeTo(ByteWriter& out) const {
  out.U8(kRecordVersion);
  identity.SerializeTo(out);
  out.U16(protocol);
  out.U16(major);
  out.U16(minor);
  out.U16(revision);
  out.U16(static_cast<uint16_t>(endpoints.size()));
  for (const Endpoint& e : endpoints) wire::WriteEndpoint(out, e);
}

Bytes PeerRecord::Serialize() const {
  Bytes buffer(kHeadSize + endpoints.size() * wire::kMaxInetAddressSize);
  ByteWriter out(buffer);
  SerializeTo(out);
  buffer.resize(out.size());
  return buffer;
}

}  // namespace zt
