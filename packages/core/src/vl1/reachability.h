// Tells the delegate how peers are reached, when that changes (sdk-api.md §2, §3.3). Driven by changes, never by scans.
#pragma once

#include <vector>

#include "vl1/context.h"

namespace zt::vl1 {

class Reachability {
 public:
  explicit Reachability(Context& context) : context_(context) {}

  void PathLearned(const Now& now, Peer& peer, const Endpoint& path);
  void PathLost(const Now& now, Peer& peer, const Endpoint& path);
  // A path became silent or answers again, or routes through roots changed.
  void Update(const Now& now, Peer& peer);
  void UpdateAll(const Now& now);
  // The peer was heard from, or packets leave for it through a root.
  void InContact(const Now& now, Peer& peer) {
    if (peer.reach == Reach::kUnknown || peer.reach == Reach::kUnreachable) FirstContact(now, peer);
  }
  // A packet for this address waited in vain.
  void GaveUp(const Now& now, NodeAddress address);

 private:
  struct Report {
    NodeAddress address;
    Instant at;
  };
  Reach Compute(Instant now, const Peer& peer) const;
  void Tell(const Now& now, Peer& peer, Reach reach);
  void FirstContact(const Now& now, Peer& peer);

  Context& context_;
  std::vector<Report> strangers_;  // unknown addresses told unreachable lately; at most kWaitingPackets
};

}  // namespace zt::vl1
