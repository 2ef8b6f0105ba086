// ARP on an interface (RFC 826, RFC 5227): answers for our own addresses only, learns, asks.
#pragma once

#include "netstack/interface.h"
#include "netstack/neighbor/neighbor_io.h"

namespace zt::netstack {

// `source`: of the frame. Why the message was dropped, or none.
std::optional<DropReason> HandleArp(NeighborIo& io, Interface& interface, Mac source, ByteSpan payload);
// Asks everybody, or probes one neighbour.
void SendArpRequest(NeighborIo& io, const Interface& interface, const NeighborCache::Solicitation& ask);
// A probe (RFC 5227 §2.1.1: no sender address) or an announcement (§2.3) of our own address.
void SendArpCheck(NeighborIo& io, const Interface& interface, const IpAddress& ip, bool announce);

}  // namespace zt::netstack
