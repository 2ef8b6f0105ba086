#include "netstack/header/ndp.h"

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

Bytes NeighborMessage::Serialize(uint8_t option) const {
  Bytes bytes(target.bytes.begin(), target.bytes.end());
  if (!link_address) return bytes;
  bytes.push_back(option);
  bytes.push_back(1);
  const auto mac = link_address->ToBytes();
  bytes.insert(bytes.end(), mac.begin(), mac.end());
  return bytes;
}

}  // namespace zt::netstack
