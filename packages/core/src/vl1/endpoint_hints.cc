#include "vl1/endpoint_hints.h"

#include "vl1/path_check.h"

namespace zt::vl1 {

// A family at random, then one of its endpoints (vl1.md §9.3).
void EndpointHints::Try(const Now& now, Peer& peer) {
  std::vector<Endpoint> v4, v6;
  for (const EndpointHint& hint : context_.options.hints) {
    if (hint.peer != peer.address()) continue;
    for (const Endpoint& endpoint : hint.endpoints) {
      if (PathAllowed(context_, peer.address(), endpoint)) (endpoint.ip.IsV6() ? v6 : v4).push_back(endpoint);
    }
  }
  const bool six = v4.empty() || (!v6.empty() && context_.random.Below(2) == 0);
  const std::vector<Endpoint>& chosen = six ? v6 : v4;
  if (chosen.empty()) return;
  writer_.WriteHello(now, peer, {kAllSockets, chosen[context_.random.Below(chosen.size())]});
}

}  // namespace zt::vl1
