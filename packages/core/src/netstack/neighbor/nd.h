// Neighbor discovery on an interface (RFC 4861 §7.2, RFC 4429): answers, learns, asks. Routers are not looked for:
// routes come from the network's configuration, so the router flag of advertisements has no meaning here.
#pragma once

#include "netstack/header/icmpv6.h"
#include "netstack/ip/packet.h"
#include "netstack/neighbor/neighbor_io.h"

namespace zt::netstack {

// `message` is a neighbor solicitation or advertisement. Why it was dropped (RFC 4861 §7.1), or none.
std::optional<DropReason> HandleNeighborMessage(NeighborIo& io, const IpPacket& packet, const Icmpv6& message);
void SendNeighborSolicitation(NeighborIo& io, const Interface& interface, const NeighborCache::Solicitation& ask);
// Whether somebody has our address (RFC 4862 §5.4.2): from nobody, without a link-layer address.
void SendDuplicateSolicitation(NeighborIo& io, const Interface& interface, const IpAddress& ip);

}  // namespace zt::netstack
