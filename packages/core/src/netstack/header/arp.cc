#include "netstack/header/arp.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "netstack/header/protocol.h"

namespace zt::netstack {

std::optional<Arp> Arp::Parse(ByteSpan payload) {
  ByteReader in(payload);
  const uint16_t hardware = in.U16();
  const uint16_t protocol = in.U16();
  const uint8_t hardware_size = in.U8();
  const uint8_t protocol_size = in.U8();
  Arp arp;
  arp.operation = in.U16();
  arp.sender_mac = in.MacAddress();
  arp.sender_ip = IpAddress::V4(in.U32());
  arp.target_mac = in.MacAddress();
  arp.target_ip = IpAddress::V4(in.U32());
  if (!in.ok() || hardware != 1 || protocol != kEtherTypeIpv4 || hardware_size != 6 ||
      protocol_size != 4) {
    return std::nullopt;
  }
  return arp;
}

ByteArray<Arp::kSize> Arp::Serialize() const {
  ByteArray<kSize> bytes{};
  ByteWriter out(bytes);
  out.U16(1);
  out.U16(kEtherTypeIpv4);
  out.U8(6);
  out.U8(4);
  out.U16(operation);
  out.MacAddress(sender_mac);
  out.U32(sender_ip.V4());
  out.MacAddress(target_mac);
  out.U32(target_ip.V4());
  return bytes;
}

}  // namespace zt::netstack
