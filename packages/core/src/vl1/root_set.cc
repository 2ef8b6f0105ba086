#include "vl1/root_set.h"

#include <algorithm>

#include "vl1/limits.h"

namespace zt::vl1 {

RootSet::Verdict RootSet::Replace(World& held, const World& world) {
  if (held.id != world.id) return Verdict::kUnwanted;
  if (world.timestamp <= held.timestamp) return Verdict::kNotNewer;
  if (!world.Supersedes(held)) return Verdict::kBadSignature;
  held = world;
  Rebuild();
  return Verdict::kUpdated;
}

RootSet::Verdict RootSet::Offer(const World& world, From from) {
  if (world.IsNull()) return Verdict::kUnwanted;
  if (world.type == WorldType::kPlanet) {
    if (has_planet()) return Replace(planet_, world);
    if (from != From::kStore) return Verdict::kUnwanted;  // nothing of ours vouches for it (vl1.md §6.3)
    planet_ = world;
    Rebuild();
    return Verdict::kFirst;
  }
  for (World& moon : moons_) {
    if (moon.id == world.id) return Replace(moon, world);
  }
  const bool seeded = std::any_of(seeds_.begin(), seeds_.end(), [&world](const Seed& seed) {
    return seed.moon == world.id && world.HasRoot(seed.address);
  });
  if (from != From::kStore && !seeded) return Verdict::kUnwanted;
  if (moons_.size() >= kMaxMoons) return Verdict::kFull;
  std::erase_if(seeds_, [&world](const Seed& seed) { return seed.moon == world.id; });
  moons_.push_back(world);
  Rebuild();
  return Verdict::kFirst;
}

bool RootSet::AddSeed(uint64_t moon, NodeAddress address) {
  const bool known = std::any_of(seeds_.begin(), seeds_.end(), [&](const Seed& seed) {
    return seed.moon == moon && seed.address == address;
  });
  if (known) return true;
  if (seeds_.size() >= kMaxMoonSeeds) return false;
  seeds_.push_back({moon, address});
  return true;
}

bool RootSet::RemoveMoon(uint64_t id) {
  const size_t seeds = std::erase_if(seeds_, [id](const Seed& seed) { return seed.moon == id; });
  const size_t moons = std::erase_if(moons_, [id](const World& moon) { return moon.id == id; });
  if (moons != 0) Rebuild();
  return seeds + moons != 0;
}

const World* RootSet::FindMoon(uint64_t id) const {
  const auto it = std::find_if(moons_.begin(), moons_.end(), [id](const World& moon) { return moon.id == id; });
  return it == moons_.end() ? nullptr : &*it;
}

bool RootSet::IsSeed(NodeAddress address) const {
  return std::any_of(seeds_.begin(), seeds_.end(), [address](const Seed& seed) { return seed.address == address; });
}

void RootSet::Rebuild() {
  roots_.clear();
  we_are_root_ = false;
  AddRootsOf(planet_);
  for (const World& moon : moons_) AddRootsOf(moon);
  std::sort(roots_.begin(), roots_.end(),
            [](const WorldRoot& a, const WorldRoot& b) { return a.identity.address < b.identity.address; });
}

void RootSet::AddRootsOf(const World& world) {
  for (const WorldRoot& root : world.roots) {
    if (root.identity == self_) {
      we_are_root_ = true;  // address and key: recognised as ourselves, not listed (vl1.md §6.4)
      continue;
    }
    if (root.identity.address == self_.address) continue;  // another key under our own address (vl1.md §11.6)
    const auto listed = std::find_if(roots_.begin(), roots_.end(), [&root](const WorldRoot& other) {
      return other.identity.address == root.identity.address;
    });
    if (listed == roots_.end()) {
      roots_.push_back(root);
    } else if (listed->identity == root.identity) {
      AddEndpoints(*listed, root);
    }
  }
}

// A root of several worlds is called wherever one of them says it is: each of these places is allowed (vl1.md §6.4).
void RootSet::AddEndpoints(WorldRoot& listed, const WorldRoot& root) {
  for (const Endpoint& endpoint : root.endpoints) {
    if (listed.endpoints.size() >= limits::kMaxRootEndpoints) return;
    const auto same = std::find(listed.endpoints.begin(), listed.endpoints.end(), endpoint);
    if (same == listed.endpoints.end()) listed.endpoints.push_back(endpoint);
  }
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
  for (const Seed& seed : seeds_) {
    const bool listed = std::any_of(out.begin(), out.end(), [&seed](const auto& e) { return e.id == seed.moon; });
    if (!listed) out.push_back({seed.moon, 0});
  }
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
    // Once each, however often the list names it.
    const bool wanted = std::any_of(moons.begin(), moons.end(), [&moon](const wire::WorldVersion& held) {
      return held.id == moon.id && moon.timestamp > held.timestamp;
    });
    if (wanted) append(moon);
  }
  return out;
}

}  // namespace zt::vl1
