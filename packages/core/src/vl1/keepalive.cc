#include "vl1/keepalive.h"

#include <algorithm>

#include "vl1/path_check.h"
#include "vl1/path_selector.h"
#include "vl1/route.h"

namespace zt::vl1 {
namespace {

// The first HELLOs to a root follow each other sooner than the regular ones: the network may be coming up just now.
constexpr Millis kFirstRootRetries[] = {1000, 2000};

Millis RootRetryAfter(int attempts, bool low_bandwidth) {
  const size_t n = static_cast<size_t>(attempts);
  if (n < std::size(kFirstRootRetries)) return kFirstRootRetries[n];
  return low_bandwidth ? kRootRetryLowBandwidth : kRootRetry;
}

}  // namespace

Deadline Keepalive::NextTimeout() const { return {parts_.schedule.next(), "keepalive"}; }

void Keepalive::HandleTimeout(const Now& now) {
  if (now.mono < parts_.schedule.next()) return;
  RefreshContacts(now);
  std::vector<NodeAddress> gone;
  for (Peer* peer : parts_.schedule.TakeDue(now.mono)) {
    Maintain(now, *peer);
    const bool dead = now.mono - std::max(peer->created, peer->last_heard) >= kPeerAlive;
    if (dead && !peer->IsRoot()) {
      gone.push_back(peer->address());
    } else {
      parts_.schedule.Touch(now.mono, *peer);
    }
  }
  for (NodeAddress address : gone) parts_.admission.Evict(now, address);
  if (now.mono - swept_ < kTableSweep) return;
  swept_ = now.mono;
  context_.paths.Sweep(now.mono);
  context_.surface.Sweep(now.mono);
}

void Keepalive::RefreshContacts(const Now& now) {
  std::vector<NodeAddress> contacts = context_.delegate.AlwaysContact();
  std::vector<NodeAddress> seeds;
  for (const RootSet::Seed& seed : context_.roots.seeds()) seeds.push_back(seed.address);
  contacts.insert(contacts.end(), seeds.begin(), seeds.end());  // vl1.md §6.5
  parts_.schedule.SetSeeds(std::move(seeds));
  std::sort(contacts.begin(), contacts.end());
  contacts.erase(std::unique(contacts.begin(), contacts.end()), contacts.end());
  if (now.mono - contacts_refreshed_ >= kRootRetry) {
    contacts_refreshed_ = now.mono;
    for (NodeAddress address : contacts) parts_.whois.Request(now, address);
  }
  const std::vector<NodeAddress> added = parts_.schedule.SetContacts(std::move(contacts));
  for (NodeAddress address : added) {
    if (Peer* peer = context_.peers.Find(address)) parts_.schedule.Touch(now.mono, *peer);
  }
}

void Keepalive::Maintain(const Now& now, Peer& peer) {
  if (peer.try_remembered) TryRemembered(now, peer);
  ExpireSlots(now, peer);
  ProbeSlots(now, peer);
  if (peer.IsRoot()) {
    CallRoot(now, peer);
  } else if (peer.slots.empty() && parts_.schedule.IsContact(peer.address())) {
    CallContact(now, peer);
  }
}

void Keepalive::ExpireSlots(const Now& now, Peer& peer) {
  for (size_t i = 0; i < peer.slots.size();) {
    PathSlot& slot = peer.slots[i];
    if (SlotExpired(slot, now.mono)) {
      const Endpoint endpoint = slot.path->endpoint;
      --slot.path->slots;
      peer.slots.erase(peer.slots.begin() + static_cast<std::ptrdiff_t>(i));
      parts_.reachability.PathLost(now, peer, endpoint);
      continue;
    }
    const Instant patience = slot.urgent ? slot.probe_at : slot.last_probe + kProbeRetry;
    const bool exhausted = slot.unanswered >= kSilentAfter && now.mono >= patience;
    if (exhausted) slot.urgent = slot.avoid = false;
    if (exhausted && !slot.silent) {
      slot.silent = true;
      parts_.reachability.Update(now, peer);
      if (peer.IsRoot()) parts_.reachability.UpdateAll(now);  // what it relayed goes another way
    }
    ++i;
  }
}

void Keepalive::ProbeSlots(const Now& now, Peer& peer) {
  if (peer.slots.empty()) return;
  const bool kept = parts_.schedule.KeptAlive(now.mono, peer);
  const bool full = kept && now.mono - peer.last_full_hello >= parts_.schedule.FullHelloInterval(peer);
  if (full) peer.last_full_hello = now.mono;
  std::vector<Endpoint> greeted;  // by a HELLO from all sockets
  for (PathSlot& slot : peer.slots) {
    // A peer that does not answer may have been restarted and know us no more: it gets HELLO.
    const bool due = (kept || slot.urgent) && parts_.schedule.HeartbeatDue(now.mono, slot);
    if (!full && !due) continue;
    const bool hello = full || slot.unanswered > 0;
    if (hello && std::find(greeted.begin(), greeted.end(), slot.path->endpoint) != greeted.end()) {
      parts_.prober.Count(now, slot);
      continue;
    }
    parts_.prober.ProbeSlot(now, peer, slot, hello);
    if (slot.urgent && slot.unanswered >= 2) {
      slot.avoid = true;
      if (!peer.IsRoot()) parts_.doubt.AskRoot(now.mono);
    }
    if (hello && !context_.options.low_bandwidth) greeted.push_back(slot.path->endpoint);
  }
  if (!full || !peer.IsRoot()) return;
  for (IpFamily family : {IpFamily::kV4, IpFamily::kV6}) {
    const bool covered = std::any_of(peer.slots.begin(), peer.slots.end(),
                                     [family](const PathSlot& s) { return s.path->endpoint.ip.family == family; });
    if (!covered) CallStableEndpoint(now, peer, family);
  }
}

void Keepalive::CallRoot(const Now& now, Peer& root) {
  if (HasUsableSlot(root, now.mono)) {
    root.root_attempts = 0;
    return;
  }
  if (now.mono < root.next_root_attempt) return;
  root.next_root_attempt = now.mono + RootRetryAfter(root.root_attempts++, context_.options.low_bandwidth);
  root.last_full_hello = now.mono;
  CallStableEndpoint(now, root, IpFamily::kV4);
  CallStableEndpoint(now, root, IpFamily::kV6);
}

// HELLO to one stable endpoint of the family, at random.
void Keepalive::CallStableEndpoint(const Now& now, Peer& root, IpFamily family) {
  const WorldRoot* world = context_.roots.Find(root.address());
  if (world == nullptr) return;
  std::vector<Endpoint> candidates;
  for (const Endpoint& endpoint : world->endpoints) {
    if (endpoint.ip.family == family && PathAllowed(context_, root.address(), endpoint)) candidates.push_back(endpoint);
  }
  if (candidates.empty()) return;
  parts_.writer.WriteHello(now, root, {kAllSockets, candidates[context_.random.Below(candidates.size())]});
}

// Without a direct path, HELLO goes through the best root, to its endpoint (vl1.md §5.2, §7.10).
void Keepalive::CallContact(const Now& now, Peer& peer) {
  if (now.mono - peer.last_full_hello < kContactHello) return;
  const Peer* root = BestRoot(context_, now.mono);
  Path* path = root == nullptr ? nullptr : BestPath(*root, now.mono, true);
  if (path == nullptr) {
    peer.last_full_hello = now.mono + kRootRetry - kContactHello;  // again soon: a root may be there then
    return;
  }
  peer.last_full_hello = now.mono;
  parts_.writer.WriteHello(now, peer, {path->socket, path->endpoint});
  path->sent_at = now.mono;
}

void Keepalive::TryRemembered(const Now& now, Peer& peer) {
  peer.try_remembered = false;
  for (const Endpoint& endpoint : peer.remembered) {
    if (PathAllowed(context_, peer.address(), endpoint)) parts_.writer.WriteHello(now, peer, {kAllSockets, endpoint});
  }
}

}  // namespace zt::vl1
