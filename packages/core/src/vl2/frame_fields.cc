#include "vl2/frame_fields.h"

namespace zt::vl2 {
namespace {

uint16_t U16At(const Frame& frame, size_t i) {
  return static_cast<uint16_t>(ByteAt(frame, i) << 8 | ByteAt(frame, i + 1));
}

// Hop-by-hop options, routing, destination options, mobility: walked; anything else ends the walk (§13.4).
bool IsWalkedExtension(uint8_t protocol) {
  return protocol == 0 || protocol == 43 || protocol == 60 || protocol == 135;
}

}  // namespace

std::optional<UpperLayer> FindUpperLayer(const Frame& frame) {
  if (IsIpv4(frame)) return UpperLayer{ByteAt(frame, 9), size_t{4} * (ByteAt(frame, 0) & 15)};
  if (!IsIpv6(frame)) return std::nullopt;
  UpperLayer upper{ByteAt(frame, 6), 40};
  while (IsWalkedExtension(upper.protocol)) {
    if (upper.offset + 8 > frame.length) return std::nullopt;
    upper.protocol = ByteAt(frame, upper.offset);
    upper.offset += size_t{8} * ByteAt(frame, upper.offset + 1) + 8;
  }
  return upper;
}

std::optional<Ports> FindPorts(const Frame& frame, const UpperLayer& upper) {
  switch (upper.protocol) {
    case kProtocolTcp:
    case kProtocolUdp:
    case kProtocolSctp:
    case kProtocolUdpLite:
      break;
    default:
      return std::nullopt;
  }
  if (frame.length <= upper.offset + 4) return std::nullopt;
  return Ports{U16At(frame, upper.offset), U16At(frame, upper.offset + 2)};
}

std::optional<uint8_t> FindTos(const Frame& frame) {
  if (IsIpv4(frame)) return ByteAt(frame, 1);
  if (IsIpv6(frame)) return static_cast<uint8_t>(ByteAt(frame, 0) << 4 | ByteAt(frame, 1) >> 4);
  return std::nullopt;
}

std::optional<Icmp> FindIcmp(const Frame& frame) {
  const std::optional<UpperLayer> upper = FindUpperLayer(frame);
  const uint8_t wanted = IsIpv4(frame) ? kProtocolIcmp : kProtocolIcmpV6;
  if (!upper || upper->protocol != wanted || frame.length < upper->offset + 2) return std::nullopt;
  return Icmp{ByteAt(frame, upper->offset), ByteAt(frame, upper->offset + 1)};
}

uint64_t ReadInteger(const Frame& frame, size_t index, uint8_t format) {
  const unsigned bits = (format & 63u) + 1;
  const size_t bytes = (bits + 7) / 8;
  const bool little = (format & 0x80) != 0;
  const size_t at = little ? index : index + 8 - bytes;
  if (at + bytes > frame.head.size()) return 0;
  uint64_t number = 0;
  if (little) {
    for (size_t i = 0; i < bytes; ++i) number |= uint64_t{frame.head[at + i]} << (8 * (8 - bytes + i));
    return number >> (64 - bits);
  }
  for (size_t i = 0; i < bytes; ++i) number = number << 8 | frame.head[at + i];
  return bits < 64 ? number & ((1ULL << bits) - 1) : number;
}

uint16_t TcpFlags(const Frame& frame) {
  const std::optional<UpperLayer> upper = FindUpperLayer(frame);
  if (!upper || upper->protocol != kProtocolTcp) return 0;
  // The IPv6 bound is one stricter in the reference; IPv4 gets the bound it lacks there (vl2.md §13.5 Do).
  const size_t needed = upper->offset + (IsIpv4(frame) ? 13 : 14);
  if (frame.length <= needed) return 0;
  return U16At(frame, upper->offset + 12) & 0x0fff;
}

SenderIp FindSenderIp(const Frame& frame) {
  if (frame.head.size() < 20) return {};
  if (IsIpv4(frame)) return {false, IpAddress::FromV4Bytes(frame.head.data() + 12)};
  if (frame.ether_type == kEtherArp && frame.length >= 28 && frame.head.size() >= 28) {
    return {false, IpAddress::FromV4Bytes(frame.head.data() + 14)};
  }
  if (!IsIpv6(frame) || frame.head.size() < 40) return {};
  if (ByteAt(frame, 6) == kProtocolIcmpV6 && frame.length >= 64 && frame.head.size() >= 64) {
    if (frame.head[40] == 0x87) return {true, std::nullopt};
    if (frame.head[40] == 0x88) return {false, IpAddress::FromV6Bytes(frame.head.data() + 48)};
  }
  return {false, IpAddress::FromV6Bytes(frame.head.data() + 8)};
}

bool MayLookFurther(uint16_t ether_type, ByteSpan head) {
  return ether_type == kEtherIpv6 && head.size() >= 7 && IsWalkedExtension(head[6]);
}

}  // namespace zt::vl2
