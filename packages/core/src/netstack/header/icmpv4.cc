#include "netstack/header/icmpv4.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<Icmpv4> Icmpv4::Parse(ByteSpan message) {
  if (message.size() < kSize || ChecksumOf(message) != 0) return std::nullopt;
  return Icmpv4{message[0], message[1], LoadU32(&message[4]), message.subspan(kSize)};
}

Bytes Icmpv4::Serialize() const {
  Bytes out(kSize + body.size());
  out[0] = type;
  out[1] = code;
  StoreU32(&out[4], rest);
  if (!body.empty()) std::memcpy(&out[kSize], body.data(), body.size());
  StoreU16(&out[2], ChecksumOf(out));
  return out;
}

}  // namespace zt::netstack
