#include "vl1/worlds.h"

namespace zt::vl1 {

void Worlds::Offer(const Now& now, const World& world) {
  const World held = context_.roots.planet();
  if (context_.roots.Offer(world) == RootSet::Verdict::kRefused) {
    // The one we hold, again, is no news (vl1.md §6.3).
    if (world.type == WorldType::kPlanet && world.timestamp > held.timestamp) {
      context_.Drop(DropReason::kBadSignature);
      context_.delegate.OnWarning(now, Warning::kPlanetRejected, "a planet update does not fit the one we hold");
    }
    return;
  }
  if (world.type == WorldType::kPlanet) {
    // A first copy is trusted on the authority of where it came from; tools may sign with another key (vl1.md §6.3).
    if (held.IsNull() && !world.Verify(world.next_key)) {
      context_.delegate.OnWarning(now, Warning::kPlanetSignature, "the planet is not signed by its own key");
    }
    context_.delegate.OnPlanet(now, world.Serialize());
  }
  RootsChanged(now);
}

bool Worlds::OfferSection(const Now& now, ByteSpan section) {
  ByteReader in(section);
  while (in.ok() && !in.AtEnd()) {
    const std::optional<World> world = World::Parse(in);
    if (!world) return false;
    Offer(now, *world);
  }
  return in.ok();
}

void Worlds::RootsChanged(const Now& now) {
  context_.peers.ForEach([&](Peer& peer) {
    peer.role = context_.roots.RoleOf(peer.address());
    schedule_.Touch(now.mono, peer);
  });
  // Each root gets a record at once; one that exists with the address is kept (vl1.md §6.4).
  const std::vector<WorldRoot> roots = context_.roots.roots();
  for (const WorldRoot& root : roots) admission_.Admit(now, root.identity);
  online_.RootsChanged(now);
}

}  // namespace zt::vl1
