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

// Another socket may reach the same endpoint: each that was lost is asked from all of them.
void Roaming::DropPaths(const Now& now, std::span<const LocalSocket> gone) {
  const auto lost = [gone](const PathSlot& slot) {
    return std::find(gone.begin(), gone.end(), slot.path->socket) != gone.end();
  };
  size_t asked = 0;
  context_.peers.ForEach([&](Peer& peer) {
    std::vector<Endpoint> endpoints;
    for (const PathSlot& slot : peer.slots) {
      if (!lost(slot)) continue;
      --slot.path->slots;
      endpoints.push_back(slot.path->endpoint);
    }
    if (endpoints.empty()) return;
    std::erase_if(peer.slots, lost);
    for (const Endpoint& endpoint : endpoints) parts_.reachability.PathLost(now, peer, endpoint);
    parts_.schedule.Touch(now.mono, peer);
    if (peer.IsRoot()) peer.next_root_attempt = now.mono;
    std::sort(endpoints.begin(), endpoints.end());
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    if (context_.sockets.all().empty() || asked++ >= kRoamingStep) return;
    for (const Endpoint& endpoint : endpoints) parts_.prober.Probe(now, peer, {kAllSockets, endpoint}, true);
  });
  context_.paths.DropUnused(gone);
  context_.surface.DropSockets(gone);
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
