// An IP packet for one of our transports, and an error about one they sent.
#pragma once

#include "netstack/interface.h"

namespace zt::netstack {

struct IpPacket {
  Interface* arrival = nullptr;
  Interface* owner = nullptr;  // whose address the destination is; `arrival` for groups
  Mac link_source;              // of the frame; 0 for loopback
  IpAddress source, destination;
  uint8_t protocol = 0;
  uint8_t hop_limit = 0;
  bool router_alert = false;
  bool claimed = false;  // it says that it comes from our own address
  bool group = false;  // multicast or broadcast, on the link or in IP
  ByteSpan payload;    // transport header and data
  ByteSpan whole;      // from the IP header, for quoting in errors; of a reassembled one the first fragment
  uint32_t next_header_at = 6;  // IPv6: offset of the field that names `protocol`
};

// What came back, or failed here, about a packet sent from local to remote.
struct TransportError {
  NetworkId interface;  // where the packet went out; 0: loopback
  IpAddress local, remote;
  uint8_t protocol = 0;
  ByteSpan header;  // at least 8 bytes of the transport header
  Status status = Status::kHostUnreachable;
  uint32_t mtu = 0;  // not 0: the packet was too big, the path carries this much
};

class Transports {
 public:
  virtual ~Transports() = default;
  virtual void HandlePacket(const Now& now, const IpPacket& packet) = 0;
  virtual void HandleError(const Now& now, const TransportError& error) = 0;
  // The packet deserves an ICMP error of its family, if the rules allow one (RFC 4443 §2.4 e).
  virtual void ReportProblem(const Now& now, const IpPacket& packet, uint8_t type, uint8_t code,
                             uint32_t rest) = 0;
  // Groups(`interface`) has a new answer.
  virtual void OnGroupsChanged(Interface& interface) = 0;
  // Another station has our address. `lost`: it is no longer ours.
  virtual void OnAddressConflict(Interface& interface, const IpAddress& ip, Mac mac, bool lost) = 0;
};

// What the sender of a packet decides about its IP header.
struct PacketOptions {
  uint8_t tos = 0;             // IPv4 TOS, IPv6 traffic class
  uint8_t hop_limit = 64;      // IPv4 TTL, IPv6 hop limit
  bool dont_fragment = false;  // too large is Status::kMessageTooBig (IP_MTU_DISCOVER)
  bool loop = false;           // a group or broadcast reaches our own sockets too (IP_MULTICAST_LOOP, RFC 1112 §6.1)
};

// How to reach a destination.
struct Path {
  NetworkId interface;  // 0: loopback
  IpAddress source;
  IpAddress next_hop;
};

}  // namespace zt::netstack
