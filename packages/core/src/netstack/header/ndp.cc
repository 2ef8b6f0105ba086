#include "netstack/header/ndp.h"

#include "base/byte_writer.h"
#include "base/check.h"

namespace zt::netstack {

std::optional<NeighborMessage> NeighborMessage::Parse(ByteSpan body, uint8_t option) {
  if (body.size() < 16) return std::nullopt;
  NeighborMessage message;
  message.target = IpAddress::FromV6Bytes(body.data());
  for (size_t at = 16; at < body.size();) {
    if (body.size() - at < 8) return std::nullopt;
    const size_t size = body[at + 1] * 8u;
    if (size == 0 || size > body.size() - at) return std::nullopt;
    if (body[at] == option && size == 8) message.link_address = Mac::FromBytes(&body[at + 2]);
    at += size;
  }
  if (message.target.IsMulticast()) return std::nullopt;
  return message;
}

ByteArray<24> NeighborMessage::Serialize(uint8_t option) const {
  ZT_CHECK(link_address.has_value());
  ByteArray<24> bytes{};
  ByteWriter out(bytes);
  out.Put(target.bytes);
  out.U8(option);
  out.U8(1);
  out.MacAddress(*link_address);
  return bytes;
}

}  // namespace zt::netstack
