// Worlds and the roots they name (vl1.md §6).
#pragma once

#include <optional>
#include <vector>

#include "wire/verb/hello.h"
#include "wire/world.h"
#include "zt/generated/enums.h"

namespace zt::vl1 {

class RootSet {
 public:
  enum class Verdict { kAdopted, kRefused };

  explicit RootSet(const Identity& self) : self_(self) {}

  // The rules of vl1.md §6.3. A first planet is taken as it is; a newer one must be signed by the key the held one
  // names. Moons are taken only as updates of one we hold; none is held until orbiting exists.
  Verdict Offer(const World& world);

  const World& planet() const { return planet_; }
  bool has_planet() const { return !planet_.IsNull(); }
  const std::vector<World>& moons() const { return moons_; }
  // Roots without ourselves, ascending by address.
  const std::vector<WorldRoot>& roots() const { return roots_; }
  const WorldRoot* Find(NodeAddress address) const;
  PeerRole RoleOf(NodeAddress address) const;
  bool WeAreRoot() const { return we_are_root_; }
  // A root only at the IPs its worlds name, or anywhere if they name none (vl1.md §6.4). True for leaves.
  bool EndpointAllowed(NodeAddress address, const IpAddress& ip) const;
  // What HELLO lists (vl1.md §5.2).
  wire::WorldVersion PlanetVersion() const { return {planet_.id, planet_.timestamp}; }
  std::vector<wire::WorldVersion> MoonVersions() const;
  // The worlds newer than what a HELLO named, serialized one after the other (vl1.md §5.3).
  Bytes UpdatesFor(const std::optional<wire::WorldVersion>& planet, const std::vector<wire::WorldVersion>& moons) const;

 private:
  void Rebuild();

  const Identity self_;
  World planet_;
  std::vector<World> moons_;
  std::vector<WorldRoot> roots_;
  bool we_are_root_ = false;
};

}  // namespace zt::vl1
