#include "vl1/reachability.h"

#include <algorithm>

#include "vl1/path_selector.h"
#include "vl1/peer_info.h"
#include "vl1/route.h"

namespace zt::vl1 {
namespace {

constexpr Millis kStrangerReportEvery = 30000;  // an application that keeps sending is told now and then

}  // namespace

Reach Reachability::Compute(Instant now, const Peer& peer) const {
  if (HasUsableSlot(peer, now)) return Reach::kDirect;
  if (peer.IsRoot()) return Reach::kUnreachable;  // one root does not stand in for another
  return RouteTo(context_, now, peer).relayed ? Reach::kRelay : Reach::kUnreachable;
}

void Reachability::Tell(const Now& now, Peer& peer, Reach reach) {
  if (reach == peer.reach) return;
  peer.reach = reach;
  const Path* best = BestPath(peer, now.mono);
  const PeerInfo info = Describe(peer, now.mono);
  switch (reach) {
    case Reach::kDirect:
      context_.delegate.OnPeerChange(now, info, PeerChange::kDirect, best == nullptr ? Endpoint{} : best->endpoint);
      break;
    case Reach::kRelay: context_.delegate.OnPeerChange(now, info, PeerChange::kRelay, {}); break;
    case Reach::kUnreachable: context_.delegate.OnPeerChange(now, info, PeerChange::kUnreachable, {}); break;
    case Reach::kUnknown: break;
  }
}

void Reachability::PathLearned(const Now& now, Peer& peer, const Endpoint& path) {
  context_.delegate.OnPeerChange(now, Describe(peer, now.mono), PeerChange::kPathDiscovered, path);
  Update(now, peer);
}

void Reachability::PathLost(const Now& now, Peer& peer, const Endpoint& path) {
  context_.delegate.OnPeerChange(now, Describe(peer, now.mono), PeerChange::kPathDead, path);
  Update(now, peer);
}

// Nothing is said about a peer before the first contact, unless that is direct.
void Reachability::Update(const Now& now, Peer& peer) {
  const Reach reach = Compute(now.mono, peer);
  if (peer.reach == Reach::kUnknown && reach != Reach::kDirect) return;
  Tell(now, peer, reach);
}

void Reachability::UpdateAll(const Now& now) {
  context_.peers.ForEach([&](Peer& peer) { Update(now, peer); });
}

void Reachability::FirstContact(const Now& now, Peer& peer) {
  const Reach reach = Compute(now.mono, peer);
  if (reach != Reach::kUnreachable) Tell(now, peer, reach);
}

void Reachability::GaveUp(const Now& now, NodeAddress address) {
  if (Peer* peer = context_.peers.Find(address)) {
    Tell(now, *peer, Compute(now.mono, *peer));
    return;
  }
  std::erase_if(strangers_, [&now](const Report& r) { return now.mono - r.at >= kStrangerReportEvery; });
  const bool told = std::any_of(strangers_.begin(), strangers_.end(),
                                [address](const Report& r) { return r.address == address; });
  if (told || strangers_.size() >= kWaitingPackets) return;
  strangers_.push_back({address, now.mono});
  PeerInfo info;
  info.address = address;
  context_.delegate.OnPeerChange(now, info, PeerChange::kUnreachable, {});
}

}  // namespace zt::vl1
