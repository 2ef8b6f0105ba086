#include "vl1/self_awareness.h"

#include <algorithm>
#include <utility>

namespace zt::vl1 {

void SelfAwareness::Report(const Now& now, const Peer& reporter, const Path& path, const Endpoint& surface) {
  // Anybody may report, but only a root starts a round of pushes: a stranger would start one every second.
  const auto known = [&surface](const Endpoint& told) { return told.ip == surface.ip; };
  if (reporter.IsRoot() && std::none_of(told_.begin(), told_.end(), known)) new_to_root_ = true;
  const Reporter rank = reporter.IsRoot()                ? Reporter::kRoot
                        : reporter.Trusted(now.mono) ? Reporter::kTrusted
                                                     : Reporter::kStranger;
  const SurfaceReport report{reporter.address(), rank, path.socket, path.endpoint, surface};
  if (context_.surface.Report(now.mono, report, context_.options.allow_loopback_paths)) Doubt(now, surface.ip);
  HandleTimeout(now);
}

// Every path of that kind was learned from the address we no longer have.
void SelfAwareness::Doubt(const Now& now, const IpAddress& surface) {
  const IpScope scope = surface.Scope();
  context_.peers.ForEach([&](Peer& peer) {
    bool touched = false;
    for (PathSlot& slot : peer.slots) {
      const IpAddress& ip = slot.path->endpoint.ip;
      if (ip.Scope() != scope || ip.family != surface.family) continue;
      parts_.prober.ProbeSlot(now, peer, slot, false);
      slot.silent = true;  // not used until it answers
      touched = true;
    }
    if (!touched) return;
    parts_.schedule.Touch(now.mono, peer);
    parts_.reachability.Update(now, peer);
  });
}

Deadline SelfAwareness::NextTimeout() const {
  if (context_.surface.revision() == told_revision_) return {};
  return {told_at_ + kSurfaceTellEvery, "surface changed"};
}

void SelfAwareness::HandleTimeout(const Now& now) {
  if (context_.surface.revision() == told_revision_ || now.mono - told_at_ < kSurfaceTellEvery) return;
  told_revision_ = context_.surface.revision();
  std::vector<Endpoint> seen = context_.surface.Distinct();
  if (seen == told_ || seen.empty()) return;  // nothing is known for a moment after a move: no news
  told_at_ = now.mono;
  const bool new_address = std::exchange(new_to_root_, false);
  const bool first = told_.empty();
  told_ = std::move(seen);
  context_.delegate.OnSurfaceChange(now, told_);
  // A new port alone is what every reporter sees behind a symmetric NAT: no news worth a round of pushes.
  if (new_address && !first) parts_.direct_paths.PushToAll(now);
}

}  // namespace zt::vl1
