// Which endpoints may be used for VL1 traffic to an address (vl1.md §7.3).
#pragma once

#include "vl1/context.h"

namespace zt::vl1 {

// Usable by family and scope (vl1.md §1.6); loopback only where the options say so.
bool UsableForPaths(const Options& options, const IpAddress& ip);
// A source or destination "of scope GLOBAL" to the TCP relay (vl1.md §10.3). Where loopback may be a path, the whole
// world is on this machine or in a laboratory: every usable scope counts then.
bool CountsAsGlobal(const Options& options, const IpAddress& ip);
bool Blacklisted(const Options& options, const IpAddress& ip);
// The whole path check.
bool PathAllowed(const Context& context, NodeAddress peer, const Endpoint& endpoint);

}  // namespace zt::vl1
