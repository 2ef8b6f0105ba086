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
  enum class Verdict {
    kFirst,         // adopted: there was none in its place
    kUpdated,       // adopted: newer, and signed by the key the held one names
    kNotNewer,      // the one we hold, or an older one
    kBadSignature,  // newer, and not signed by that key
    kUnwanted,      // another planet, or a moon nobody asked for
    kFull,          // a moon more than kMaxMoons
  };
  // On whose authority a first copy is believed (vl1.md §6.3): our own files, or a seed among its roots.
  enum class From { kStore, kPeer };
  struct Seed {
    uint64_t moon = 0;
    NodeAddress address;
  };

  explicit RootSet(const Identity& self) : self_(self) {}

  // The rules of vl1.md §6.3. A first copy is taken as it is, an update must be signed by the key the held one names.
  Verdict Offer(const World& world, From from);
  // Remembers who can give us a moon we do not hold (vl1.md §6.5). False: kMaxMoonSeeds are remembered already.
  bool AddSeed(uint64_t moon, NodeAddress address);
  // Drops the moon and its seeds. False: there was neither.
  bool RemoveMoon(uint64_t id);

  const World& planet() const { return planet_; }
  bool has_planet() const { return !planet_.IsNull(); }
  const std::vector<World>& moons() const { return moons_; }
  const World* FindMoon(uint64_t id) const;
  const std::vector<Seed>& seeds() const { return seeds_; }
  bool IsSeed(NodeAddress address) const;
  // Roots without ourselves, ascending by address; the endpoints of one are those of all worlds that name it.
  const std::vector<WorldRoot>& roots() const { return roots_; }
  const WorldRoot* Find(NodeAddress address) const;
  PeerRole RoleOf(NodeAddress address) const;
  bool WeAreRoot() const { return we_are_root_; }
  // A root only at the IPs its worlds name, or anywhere if they name none (vl1.md §6.4). True for leaves.
  bool EndpointAllowed(NodeAddress address, const IpAddress& ip) const;
  // What HELLO lists: moons we hold, and those we want with timestamp 0 (vl1.md §5.2).
  wire::WorldVersion PlanetVersion() const { return {planet_.id, planet_.timestamp}; }
  std::vector<wire::WorldVersion> MoonVersions() const;
  // The worlds newer than what a HELLO named, serialized one after the other (vl1.md §5.3).
  Bytes UpdatesFor(const std::optional<wire::WorldVersion>& planet, const std::vector<wire::WorldVersion>& moons) const;

 private:
  Verdict Replace(World& held, const World& world);
  void Rebuild();
  void AddRootsOf(const World& world);
  static void AddEndpoints(WorldRoot& listed, const WorldRoot& root);

  const Identity self_;
  World planet_;
  std::vector<World> moons_;  // at most kMaxMoons
  std::vector<Seed> seeds_;   // at most kMaxMoonSeeds
  std::vector<WorldRoot> roots_;
  bool we_are_root_ = false;
};

}  // namespace zt::vl1
