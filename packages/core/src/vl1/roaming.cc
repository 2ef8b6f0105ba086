#include "vl1/roaming.h"

#include <algorithm>

#include "vl1/path_check.h"

namespace zt::vl1 {

void Roaming::SetSockets(const Now& now, std::span<const BoundSocket> sockets) {
  const bool first = !context_.sockets.told();
  const std::vector<LocalSocket> gone = context_.sockets.Set(sockets);
  if (!gone.empty()) DropPaths(now, gone);
  if (!first) Start(now);
}

void Roaming::EndTunnel(const Now& now) {
  DropPaths(now, {&kAllSockets, 1});
  Start(now);
}

void Roaming::DropPaths(const Now& now, std::span<const LocalSocket> gone) {
  const auto lost = [gone](const PathSlot& slot) {
    return std::find(gone.begin(), gone.end(), slot.path->socket) != gone.end();
  };
  context_.peers.ForEach([&](Peer& peer) {
    std::vector<Endpoint> endpoints;
    for (const PathSlot& slot : peer.slots) {
      if (!lost(slot)) continue;
      --slot.path->slots;
      endpoints.push_back(slot.path->endpoint);
    }
    if (endpoints.empty()) return;
    std::erase_if(peer.slots, lost);
    for (const Endpoint& endpoint : endpoints) {
      parts_.reachability.PathLost(now, peer, endpoint);
      Remember(now.mono, peer.address(), endpoint);
    }
    parts_.schedule.Touch(now.mono, peer);
  });
  AskLost(now);
  context_.paths.DropUnused(gone);
  context_.surface.DropSockets(gone);
}

void Roaming::Remember(Instant now, NodeAddress peer, const Endpoint& endpoint) {
  const auto same = [&](const Lost& l) { return l.peer == peer && l.endpoint == endpoint; };
  std::erase_if(lost_, [&](const Lost& l) { return now - l.at >= kLostPathsFor || same(l); });
  if (lost_.size() >= kLostPaths) lost_.erase(lost_.begin());
  lost_.push_back({peer, endpoint, now});
}

// Another socket may reach the same endpoint: all of them ask. Until then there is no slot that would.
void Roaming::AskLost(const Now& now) {
  if (context_.sockets.told() && context_.sockets.all().empty()) return;
  std::erase_if(lost_, [&](const Lost& lost) {
    Peer* peer = context_.peers.Find(lost.peer);
    if (peer == nullptr || now.mono - lost.at >= kLostPathsFor) return true;
    const auto same = [&lost](const PathSlot& slot) { return slot.path->endpoint == lost.endpoint; };
    if (std::any_of(peer->slots.begin(), peer->slots.end(), same)) return true;
    parts_.prober.Probe(now, *peer, {kAllSockets, lost.endpoint}, true);
    return false;
  });
}

void Roaming::Start(const Now& now) {
  if (now.mono - last_run_ >= kRoamingGap) return Run(now);
  pending_ = std::min(pending_, last_run_ + kRoamingGap);
}

void Roaming::HandleTimeout(const Now& now) {
  if (now.mono >= pending_) Run(now);
}

void Roaming::Run(const Now& now) {
  last_run_ = now.mono;
  pending_ = Instant::Never();
  CallRoots(now);
  AskLost(now);
  size_t n = 0;
  context_.peers.ForEach([&](Peer& peer) {
    if (peer.slots.empty()) return;
    // A root that serves many cannot ask all of them in one millisecond.
    const Instant at = now.mono + static_cast<Millis>(n++ / kRoamingStep) * kRoamingStepEvery;
    for (PathSlot& slot : peer.slots) parts_.doubt.Raise(now.mono, peer, slot, at);
  });
  parts_.direct_paths.PushToAll(now);
}

// HELLO to all stable endpoints, not to one of each family: the first answer counts, and tells where we are.
void Roaming::CallRoots(const Now& now) {
  for (const WorldRoot& world : context_.roots.roots()) {
    Peer* root = context_.peers.Find(world.identity.address);
    if (root == nullptr) continue;
    for (const Endpoint& endpoint : world.endpoints) {
      if (!PathAllowed(context_, root->address(), endpoint)) continue;
      parts_.writer.WriteHello(now, *root, {kAllSockets, endpoint});
    }
    root->root_attempts = 0;
    root->next_root_attempt = now.mono + kRoamingGap;
    parts_.schedule.Touch(now.mono, *root);
  }
}

}  // namespace zt::vl1
