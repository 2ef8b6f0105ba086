// What travels on the simulated wires: UDP datagrams, and the ends of cables that take them.
#pragma once

#include "zt/bytes.h"
#include "zt/inet.h"

namespace zt::sim {

// One UDP datagram in its IP packet. There are no IP fragments: what the links carry is not cut.
struct Packet {
  static constexpr uint8_t kDefaultTtl = 64;  // RFC 1700

  Endpoint source, destination;
  uint8_t ttl = kDefaultTtl;  // one less at every router
  Bytes bytes;                // the UDP payload

  // With the headers of IP and UDP.
  size_t SizeOnWire() const { return bytes.size() + 8 + (destination.ip.IsV6() ? 40 : 20); }
};

// Where a cable ends: a socket of a device in the hardware sense.
class Port {
 public:
  virtual ~Port() = default;
  virtual void Arrive(Packet packet) = 0;
};

}  // namespace zt::sim
