// ARP on an interface (RFC 826): answers, learns, asks.
#pragma once

#include "netstack/interface.h"
#include "netstack/ip/output_queue.h"

namespace zt::netstack {

// False: malformed.
bool HandleArp(const Now& now, Interface& interface, ByteSpan payload, RandomSource& random,
               OutputQueue& out);
// Asks everybody, or probes one neighbour.
void SendArpRequest(const Interface& interface, const NeighborCache::Solicitation& ask,
                    OutputQueue& out);

}  // namespace zt::netstack
