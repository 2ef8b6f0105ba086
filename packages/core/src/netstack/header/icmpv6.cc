#include "netstack/header/icmpv6.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {
namespace {

uint16_t Sum(ByteSpan message, const IpAddress& source, const IpAddress& destination) {
  Checksum sum;
  sum.AddPseudoHeader(source, destination, kProtocolIcmpv6, message.size());
  sum.Add(message);
  return sum.Finish();
}

}  // namespace

std::optional<Icmpv6> Icmpv6::Parse(ByteSpan message, const IpAddress& source,
                                    const IpAddress& destination) {
  if (message.size() < kSize || Sum(message, source, destination) != 0) return std::nullopt;
  return Icmpv6{message[0], message[1], LoadU32(&message[4]), message.subspan(kSize)};
}

Bytes Icmpv6::Serialize(const IpAddress& source, const IpAddress& destination) const {
  Bytes out(kSize + body.size());
  out[0] = type;
  out[1] = code;
  StoreU32(&out[4], rest);
  if (!body.empty()) std::memcpy(&out[kSize], body.data(), body.size());
  StoreU16(&out[2], Sum(out, source, destination));
  return out;
}

}  // namespace zt::netstack
