#include "netstack/header/udp.h"

#include "netstack/header/checksum.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

bool Udp::HasGoodLength(ByteSpan datagram) {
  if (datagram.size() < kSize) return false;
  const size_t length = LoadU16(&datagram[4]);
  return length >= kSize && length <= datagram.size();
}

std::optional<Udp> Udp::Parse(ByteSpan datagram, const IpAddress& source,
                              const IpAddress& destination) {
  if (!HasGoodLength(datagram)) return std::nullopt;
  const size_t length = LoadU16(&datagram[4]);
  datagram = datagram.first(length);
  if (LoadU16(&datagram[6]) == 0) {
    if (!source.IsV4()) return std::nullopt;
  } else {
    Checksum sum;
    sum.AddPseudoHeader(source, destination, kProtocolUdp, length);
    sum.Add(datagram);
    if (sum.Finish() != 0) return std::nullopt;
  }
  return Udp{LoadU16(&datagram[0]), LoadU16(&datagram[2]), datagram.subspan(kSize)};
}

void Udp::Write(uint8_t* out, const IpAddress& source, const IpAddress& destination) const {
  const size_t length = kSize + payload.size();
  StoreU16(out, source_port);
  StoreU16(out + 2, destination_port);
  StoreU16(out + 4, static_cast<uint16_t>(length));
  StoreU16(out + 6, 0);
  Checksum sum;
  sum.AddPseudoHeader(source, destination, kProtocolUdp, length);
  sum.Add({out, kSize});
  sum.Add(payload);
  const uint16_t value = sum.Finish();
  StoreU16(out + 6, value == 0 ? 0xffff : value);  // RFC 768: 0 would mean "none"
}

}  // namespace zt::netstack
