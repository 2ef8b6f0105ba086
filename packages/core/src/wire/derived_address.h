// Addresses computed from a node address and a network id (vl2.md §2.2, §2.3).
#pragma once

#include "zt/ids.h"
#include "zt/inet.h"

namespace zt {

// The member's MAC on the network, and back. DeriveAddress is meaningful only if IsInNetworkMac.
Mac DeriveMac(NodeAddress address, NetworkId network);
NodeAddress DeriveAddress(Mac mac, NetworkId network);
// True iff the first octet is the one members of this network have (vl2.md §2.2).
bool IsInNetworkMac(Mac mac, NetworkId network);

IpPrefix DeriveRfc4193(NodeAddress address, NetworkId network);  // /88
IpPrefix DeriveSixPlane(NodeAddress address, NetworkId network);  // /40; the member owns the /80
IpPrefix DeriveLinkLocal(Mac mac);                                // /64

}  // namespace zt
