#include "wire/verb/push_direct_paths.h"

#include "base/byte_reader.h"

namespace zt::wire {

namespace {
constexpr uint8_t kIpv4Type = 4;
constexpr uint8_t kIpv6Type = 6;
constexpr size_t kIpv4Length = 6;   // IP and port
constexpr size_t kIpv6Length = 18;
}  // namespace

std::optional<PushDirectPaths> PushDirectPaths::Parse(ByteSpan payload) {
  ByteReader in(payload);
  PushDirectPaths push;
  for (uint16_t left = in.U16(); left > 0 && in.ok(); --left) {
    DirectPath path;
    path.flags = in.U8();
    in.Skip(in.U16());  // extended data
    const uint8_t type = in.U8();
    ByteReader address(in.Take(in.U8()));
    if (type == kIpv4Type && address.remaining() == kIpv4Length) {
      path.endpoint.ip = IpAddress::FromV4Bytes(address.Array<4>().data());
    } else if (type == kIpv6Type && address.remaining() == kIpv6Length) {
      path.endpoint.ip = IpAddress::FromV6Bytes(address.Array<16>().data());
    } else {
      continue;
    }
    path.endpoint.port = address.U16();
    push.paths.push_back(path);
  }
  if (!in.ok()) return std::nullopt;
  return push;
}

void PushDirectPaths::SerializeTo(ByteWriter& out) const {
  out.U16(static_cast<uint16_t>(paths.size()));
  for (const DirectPath& path : paths) {
    const IpAddress& ip = path.endpoint.ip;
    out.U8(path.flags);
    out.U16(0);  // no extended data
    out.U8(ip.IsV4() ? kIpv4Type : kIpv6Type);
    out.U8(static_cast<uint8_t>(ip.size() + 2));
    out.Put(ByteSpan(ip.bytes).first(ip.size()));
    out.U16(path.endpoint.port);
  }
}

size_t PushDirectPaths::RecordSize(const Endpoint& endpoint) { return 5 + endpoint.ip.size() + 2; }

}  // namespace zt::wire
