// What the rules look at inside a frame (vl2.md §13.4, §13.5). Total functions: short or malformed frames yield
// nothing.
#pragma once

#include <optional>

#include "vl2/frame.h"
#include "zt/inet.h"

namespace zt::vl2 {

// Where an IP packet's upper-layer header starts and which protocol it is.
struct UpperLayer {
  uint8_t protocol = 0;
  size_t offset = 0;
};

struct Ports {
  uint16_t source = 0, destination = 0;
};

inline constexpr uint8_t kProtocolIcmp = 1;
inline constexpr uint8_t kProtocolTcp = 6;
inline constexpr uint8_t kProtocolUdp = 17;
inline constexpr uint8_t kProtocolIcmpV6 = 58;
inline constexpr uint8_t kProtocolSctp = 132;
inline constexpr uint8_t kProtocolUdpLite = 136;

inline uint8_t ByteAt(const Frame& frame, size_t i) { return i < frame.head.size() ? frame.head[i] : uint8_t{0}; }
inline bool IsIpv4(const Frame& frame) { return frame.ether_type == kEtherIpv4 && frame.length >= 20; }
inline bool IsIpv6(const Frame& frame) { return frame.ether_type == kEtherIpv6 && frame.length >= 40; }

// Nothing when extension headers run past the end, or for anything but IP.
std::optional<UpperLayer> FindUpperLayer(const Frame& frame);
// Nothing when there are no ports (other protocols, too short, IPv6 port 0 of the asked side is the caller's rule).
std::optional<Ports> FindPorts(const Frame& frame, const UpperLayer& upper);
// IPv4 TOS or IPv6 traffic class.
std::optional<uint8_t> FindTos(const Frame& frame);
struct Icmp {
  uint8_t type = 0, code = 0;
};
// Of either IP version. Nothing for others and when the first two bytes are not all there.
std::optional<Icmp> FindIcmp(const Frame& frame);
// What INTEGER RANGE compares: `bits` 1..64 near byte `index` of the payload, 0 when they are not all inside (§13.5).
uint64_t ReadInteger(const Frame& frame, size_t index, uint8_t format);
// Bits 11..0 of the characteristics: reserved bits, NS and the flags of a TCP header, else 0.
uint16_t TcpFlags(const Frame& frame);

// The IP a frame claims to come from; a neighbour solicitation has none but counts as authenticated (§13.5, bit 60).
struct SenderIp {
  bool solicitation = false;
  std::optional<IpAddress> ip;
};
SenderIp FindSenderIp(const Frame& frame);

// True when the first `head` bytes cannot answer every question but INTEGER RANGE's: IPv6 extension headers.
bool MayLookFurther(uint16_t ether_type, ByteSpan head);

}  // namespace zt::vl2
