#include "vl1/path_check.h"

#include <algorithm>

namespace zt::vl1 {

bool UsableForPaths(const Options& options, const IpAddress& ip) {
  switch (ip.Scope()) {
    case IpScope::kPseudoPrivate:
    case IpScope::kGlobal:
    case IpScope::kShared:
    case IpScope::kPrivate: break;
    case IpScope::kLoopback: return options.allow_loopback_paths;
    default: return false;
  }
  // 2001:470::/32 is a tunnel broker's (vl1.md §1.6).
  return !(ip.IsV6() && ip.bytes[0] == 0x20 && ip.bytes[1] == 0x01 && ip.bytes[2] == 0x04 && ip.bytes[3] == 0x70);
}

bool CountsAsGlobal(const Options& options, const IpAddress& ip) {
  return ip.Scope() == IpScope::kGlobal || (options.allow_loopback_paths && UsableForPaths(options, ip));
}

bool Blacklisted(const Options& options, const IpAddress& ip) {
  return std::any_of(options.blacklist.begin(), options.blacklist.end(),
                     [&ip](const IpPrefix& prefix) { return prefix.Contains(ip); });
}

static bool BlacklistedFor(const Options& options, NodeAddress peer, const IpAddress& ip) {
  return std::any_of(options.peer_blacklist.begin(), options.peer_blacklist.end(), [&](const PeerBlacklist& entry) {
    return entry.peer == peer && entry.prefix.Contains(ip);
  });
}

bool PathAllowed(const Context& context, NodeAddress peer, const Endpoint& endpoint) {
  return endpoint.port != 0 && UsableForPaths(context.options, endpoint.ip) &&
         context.roots.EndpointAllowed(peer, endpoint.ip) && !context.delegate.IsVirtualAddress(endpoint.ip) &&
         !Blacklisted(context.options, endpoint.ip) && !BlacklistedFor(context.options, peer, endpoint.ip);
}

}  // namespace zt::vl1
