#include "vl1/root_set.h"

#include <algorithm>

namespace zt::vl1 {

RootSet::Verdict RootSet::Offer(const World& world) {
  if (world.type == WorldType::kPlanet) {
    if (!world.Supersedes(planet_)) return Verdict::kRefused;
    planet_ = world;
    Rebuild();
    return Verdict::kAdopted;
  }
  for (World& moon : moons_) {
    if (moon.id != world.id) continue;
    if (!world.Supersedes(moon)) return Verdict::kRefused;
    moon = world;
    Rebuild();
    return Verdict::kAdopted;
  }
  return Verdict::kRefused;
}

void RootSet::Rebuild() {
  roots_.clear();
  we_are_root_ = false;
  const auto add = [this](const World& world) {
    for (const WorldRoot& root : world.roots) {
      if (root.identity == self_) {
        we_are_root_ = true;  // address and key: recognised as ourselves, not listed (vl1.md §6.4)
        continue;
      }
      // Another key under our own address can be no peer of ours (vl1.md §11.6).
      if (root.identity.address != self_.address && Find(root.identity.address) == nullptr) roots_.push_back(root);
    }
  };
  add(planet_);
  for (const World& moon : moons_) add(moon);
  std::sort(roots_.begin(), roots_.end(),
            [](const WorldRoot& a, const WorldRoot& b) { return a.identity.address < b.identity.address; });
}

const WorldRoot* RootSet::Find(NodeAddress address) const {
  for (const WorldRoot& root : roots_) {
    if (root.identity.address == address) return &root;
  }
  return nullptr;
}

PeerRole RootSet::RoleOf(NodeAddress address) const {
  if (Find(address) == nullptr) return PeerRole::kLeaf;
  return planet_.HasRoot(address) ? PeerRole::kPlanet : PeerRole::kMoon;
}

bool RootSet::EndpointAllowed(NodeAddress address, const IpAddress& ip) const {
  if (Find(address) == nullptr) return true;
  const auto allows = [&](const World& world) {
    for (const WorldRoot& root : world.roots) {
      if (root.identity.address != address) continue;
      if (root.endpoints.empty()) return true;
      for (const Endpoint& endpoint : root.endpoints) {
        if (endpoint.ip == ip) return true;
      }
    }
    return false;
  };
  return allows(planet_) || std::any_of(moons_.begin(), moons_.end(), allows);
}

std::vector<wire::WorldVersion> RootSet::MoonVersions() const {
  std::vector<wire::WorldVersion> out;
  for (const World& moon : moons_) out.push_back({moon.id, moon.timestamp});
  return out;
}

Bytes RootSet::UpdatesFor(const std::optional<wire::WorldVersion>& planet,
                          const std::vector<wire::WorldVersion>& moons) const {
  Bytes out;
  const auto append = [&out](const World& world) {
    const Bytes bytes = world.Serialize();
    // The section has a 16-bit length, and a packet must stay deliverable (vl1.md §3.7).
    if (out.size() + bytes.size() <= limits::kMaxWorldSize) out.insert(out.end(), bytes.begin(), bytes.end());
  };
  if (planet && planet->id != 0 && planet->id == planet_.id && planet_.timestamp > planet->timestamp) append(planet_);
  for (const World& moon : moons_) {
    for (const wire::WorldVersion& held : moons) {
      if (held.id == moon.id && moon.timestamp > held.timestamp) append(moon);
    }
  }
  return out;
}

}  // namespace zt::vl1
