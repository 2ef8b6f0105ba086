#include "vl1/worlds.h"

namespace zt::vl1 {

void Worlds::Offer(const Now& now, const World& world) {
  if (Adopt(now, world, RootSet::From::kStore)) RootsChanged(now);
}

// True when the root set may be another one now.
bool Worlds::Adopt(const Now& now, const World& world, RootSet::From from) {
  const RootSet::Verdict verdict = context_.roots.Offer(world, from);
  if (verdict != RootSet::Verdict::kFirst && verdict != RootSet::Verdict::kUpdated) {
    Refuse(now, world, verdict);
    return false;
  }
  // A first copy is trusted on the authority of where it came from; tools may sign with another key (vl1.md §6.3).
  if (verdict == RootSet::Verdict::kFirst && !world.Verify(world.next_key)) {
    if (world.type == WorldType::kPlanet) {
      context_.delegate.OnWarning(now, Warning::kPlanetSignature, "the planet is not signed by its own key");
    } else {
      const std::string name = NetworkId{world.id}.ToString();
      context_.delegate.OnWarning(now, Warning::kMoonSignature, "moon " + name + " is not signed by its own key");
    }
  }
  if (world.type == WorldType::kPlanet) {
    context_.delegate.OnPlanet(now, world.Serialize());
  } else {
    context_.delegate.OnMoon(now, world.id, world.Serialize());
  }
  return true;
}

void Worlds::Refuse(const Now& now, const World& world, RootSet::Verdict verdict) {
  const bool planet = world.type == WorldType::kPlanet;
  const Warning warning = planet ? Warning::kPlanetRejected : Warning::kMoonRejected;
  const std::string name = planet ? "planet" : "moon " + NetworkId{world.id}.ToString();
  switch (verdict) {
    case RootSet::Verdict::kBadSignature:
      context_.Drop(DropReason::kBadSignature);
      context_.delegate.OnWarning(now, warning, "an update of the " + name + " is not signed by the key it has to be");
      return;
    case RootSet::Verdict::kFull:
      context_.Drop(DropReason::kQueueFull);
      context_.delegate.OnWarning(now, warning, "there is no room for the " + name);
      return;
    case RootSet::Verdict::kUnwanted:
      if (!planet) return;  // a moon that was left a moment ago may still arrive
      context_.Drop(DropReason::kBadSignature);
      context_.delegate.OnWarning(now, warning, "a root offers another planet than ours");
      return;
    default: return;  // the one we hold, again, is no news
  }
}

bool Worlds::OfferSection(const Now& now, ByteSpan section) {
  ByteReader in(section);
  bool changed = false, whole = true;
  while (whole && in.ok() && !in.AtEnd()) {
    const std::optional<World> world = World::Parse(in);
    whole = world.has_value();
    if (whole) changed = Adopt(now, *world, RootSet::From::kPeer) || changed;
  }
  if (changed) RootsChanged(now);
  return whole && in.ok();
}

bool Worlds::MayOrbit(uint64_t moon, NodeAddress seed) const {
  const bool no_seed = seed == NodeAddress{};
  return moon != 0 && (no_seed || (seed.IsValid() && seed != context_.self.address()));
}

Status Worlds::Orbit(const Now& now, uint64_t moon, NodeAddress seed) {
  if (!MayOrbit(moon, seed)) return Status::kInvalidArgument;
  if (context_.roots.FindMoon(moon) != nullptr) return Status::kOk;
  if (seed == NodeAddress{}) return Status::kNotFound;
  if (context_.roots.moons().size() >= kMaxMoons || !context_.roots.AddSeed(moon, seed)) return Status::kLimitReached;
  Contact(now, seed);
  return Status::kOk;
}

// The next HELLO to the seed lists the moon; it is sent at once rather than when the next one is due.
void Worlds::Contact(const Now& now, NodeAddress seed) {
  parts_.schedule.Wake(now.mono);
  parts_.whois.Request(now, seed);
  if (Peer* peer = context_.peers.Find(seed)) {
    peer->last_full_hello = Instant::LongAgo();
    parts_.schedule.Touch(now.mono, *peer);
  }
}

Status Worlds::Deorbit(const Now& now, uint64_t moon) {
  if (!context_.roots.RemoveMoon(moon)) return Status::kNotFound;
  context_.delegate.OnMoon(now, moon, {});
  RootsChanged(now);
  return Status::kOk;
}

std::vector<MoonInfo> Worlds::Moons() const {
  std::vector<MoonInfo> out;
  for (const World& moon : context_.roots.moons()) {
    MoonInfo info{.id = moon.id, .timestamp = moon.timestamp, .seed = {}, .roots = {}};
    for (const WorldRoot& root : moon.roots) info.roots.push_back(root.identity.address);
    out.push_back(std::move(info));
  }
  for (const RootSet::Seed& seed : context_.roots.seeds()) out.push_back({seed.moon, 0, seed.address, {}});
  return out;
}

void Worlds::RootsChanged(const Now& now) {
  // Each root gets a record at once; one that exists with the address is kept (vl1.md §6.4). Before the roles change:
  // the root whose packet brought the news is still one and so is not evicted to make room, even if the news is that
  // it is a root no more.
  const std::vector<WorldRoot> roots = context_.roots.roots();
  for (const WorldRoot& root : roots) parts_.admission.Admit(now, root.identity);
  context_.peers.ForEach([&](Peer& peer) {
    peer.role = context_.roots.RoleOf(peer.address());
    if (peer.IsRoot()) DropForbiddenPaths(now, peer);
    parts_.schedule.Touch(now.mono, peer);
  });
  context_.evidence.RootsChanged(context_.roots);
  parts_.online.RootsChanged(now);
}

// A root is used only at the addresses its worlds name (vl1.md §6.4), also where it was reached before they said so.
void Worlds::DropForbiddenPaths(const Now& now, Peer& root) {
  for (size_t i = 0; i < root.slots.size();) {
    Path* path = root.slots[i].path;
    if (context_.roots.EndpointAllowed(root.address(), path->endpoint.ip)) {
      ++i;
      continue;
    }
    --path->slots;
    root.slots.erase(root.slots.begin() + static_cast<std::ptrdiff_t>(i));
    root.next_root_attempt = now.mono;
    parts_.reachability.PathLost(now, root, path->endpoint);
  }
}

}  // namespace zt::vl1
