// Which packets a capture wants (HOST_PROTOCOL.md §9), and what has to be known of a packet to decide.
#pragma once

#include <span>
#include <vector>

#include "zt/bytes.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::node {

// All parts that are set must hold.
struct CaptureTerm {
  NetworkId network;        // 0: any
  uint8_t protocol = 0;     // IP protocol number, 0: any
  IpPrefix host;            // family none: any; source or destination
  uint16_t port = 0;        // 0: any; source or destination
  uint16_t ether_type = 0;  // 0: any
};

// The fields terms compare. Read leniently: a capture is for broken packets too, so checksums and lengths are not
// judged, and a field that is cut off or absent is zero and matches no term that asks for it.
struct CaptureFields {
  NetworkId network;
  uint16_t ether_type = 0;
  uint8_t protocol = 0;
  IpAddress source, destination;  // of IPv4, IPv6, or the protocol addresses of ARP
  uint16_t source_port = 0, destination_port = 0;  // of TCP, UDP, UDP-Lite, SCTP, DCCP; first fragments only
};

// Of a virtual frame. `payload` follows the Ethernet header.
CaptureFields FieldsOfFrame(NetworkId network, uint16_t ether_type, std::span<const ByteSpan> payload);

// Whether any term holds, or there is none.
bool Matches(std::span<const CaptureTerm> filter, const CaptureFields& frame);
// The same for a datagram on the physical network: only host and port are compared.
bool MatchesDatagram(std::span<const CaptureTerm> filter, const Endpoint& source, const Endpoint& destination);

}  // namespace zt::node
