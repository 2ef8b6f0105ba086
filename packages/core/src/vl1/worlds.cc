#include "vl1/worlds.h"

namespace zt::vl1 {

// True when the root set may be another one now.
bool Worlds::Adopt(const Now& now, const World& world) {
  const World held = context_.roots.planet();
  if (context_.roots.Offer(world) == RootSet::Verdict::kRefused) {
    // The one we hold, again, is no news (vl1.md §6.3).
    if (world.type == WorldType::kPlanet && world.timestamp > held.timestamp) {
      context_.Drop(DropReason::kBadSignature);
      context_.delegate.OnWarning(now, Warning::kPlanetRejected, "a planet update does not fit the one we hold");
    }
    return false;
  }
  if (world.type == WorldType::kPlanet) {
    // A first copy is trusted on the authority of where it came from; tools may sign with another key (vl1.md §6.3).
    if (held.IsNull() && !world.Verify(world.next_key)) {
      context_.delegate.OnWarning(now, Warning::kPlanetSignature, "the planet is not signed by its own key");
    }
    context_.delegate.OnPlanet(now, world.Serialize());
  }
  return true;
}

bool Worlds::OfferSection(const Now& now, ByteSpan section) {
  ByteReader in(section);
  bool changed = false, whole = true;
  while (whole && in.ok() && !in.AtEnd()) {
    const std::optional<World> world = World::Parse(in);
    whole = world.has_value();
    if (whole) changed = Adopt(now, *world) || changed;
  }
  if (changed) RootsChanged(now);
  return whole && in.ok();
}

void Worlds::RootsChanged(const Now& now) {
  // Each root gets a record at once; one that exists with the address is kept (vl1.md §6.4). Before the roles change:
  // the root whose packet brought the news is still one and so is not evicted to make room, even if the news is that
  // it is a root no more.
  const std::vector<WorldRoot> roots = context_.roots.roots();
  for (const WorldRoot& root : roots) admission_.Admit(now, root.identity);
  context_.peers.ForEach([&](Peer& peer) {
    peer.role = context_.roots.RoleOf(peer.address());
    schedule_.Touch(now.mono, peer);
  });
  online_.RootsChanged(now);
}

}  // namespace zt::vl1
