#include "vl2/bridge_routes.h"

namespace zt::vl2 {

void BridgeRoutes::Learn(Instant now, Mac mac, NodeAddress bridge) {
  routes_[mac] = {bridge, now};
  while (routes_.size() > kMaxRoutes) EraseBusiest();
}

// All routes of the address with most of them go: a bridge that floods MACs hurts itself first (vl2.md §10).
void BridgeRoutes::EraseBusiest() {
  std::map<NodeAddress, size_t> counts;
  for (const auto& [mac, route] : routes_) ++counts[route.bridge];
  NodeAddress busiest;
  size_t most = 0;
  for (const auto& [bridge, count] : counts) {
    if (count <= most) continue;
    most = count;
    busiest = bridge;
  }
  std::erase_if(routes_, [&](const auto& entry) { return entry.second.bridge == busiest; });
}

std::optional<NodeAddress> BridgeRoutes::Find(Mac mac) const {
  const auto it = routes_.find(mac);
  if (it == routes_.end()) return std::nullopt;
  return it->second.bridge;
}

void BridgeRoutes::Expire(Instant now) {
  std::erase_if(routes_, [&](const auto& entry) { return now - entry.second.seen >= kExpiry; });
}

}  // namespace zt::vl2
