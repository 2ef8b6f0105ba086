#include "vl1/self_awareness.h"

namespace zt::vl1 {

void SelfAwareness::Report(const Now& now, const Peer& reporter, const Path& path, const Endpoint& surface) {
  const SurfaceReport report{reporter.address(), reporter.IsRoot(), path.socket, path.endpoint, surface};
  if (!context_.surface.Report(now.mono, report, context_.options.allow_loopback_paths)) return;
  const IpScope scope = surface.ip.Scope();
  context_.peers.ForEach([&](Peer& peer) {
    bool touched = false;
    for (PathSlot& slot : peer.slots) {
      const IpAddress& ip = slot.path->endpoint.ip;
      if (ip.Scope() != scope || ip.family != surface.ip.family) continue;
      prober_.ProbeSlot(now, peer, slot, false);
      slot.silent = true;  // not used until it answers
      touched = true;
    }
    if (!touched) return;
    schedule_.Touch(now.mono, peer);
    reachability_.Update(now, peer);
  });
}

}  // namespace zt::vl1
