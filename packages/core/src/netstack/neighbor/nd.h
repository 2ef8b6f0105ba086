// Neighbor discovery on an interface (RFC 4861 §7.2): answers, learns, asks. Routers are not looked for: routes come
// from the network's configuration.
#pragma once

#include "netstack/header/icmpv6.h"
#include "netstack/ip/output_queue.h"
#include "netstack/ip/packet.h"

namespace zt::netstack {

// `message` is a neighbor solicitation or advertisement. False: malformed (RFC 4861 §7.1).
bool HandleNeighborMessage(const Now& now, const IpPacket& packet, const Icmpv6& message,
                           RandomSource& random, OutputQueue& out);
void SendNeighborSolicitation(const Interface& interface, const NeighborCache::Solicitation& ask,
                              OutputQueue& out);

}  // namespace zt::netstack
