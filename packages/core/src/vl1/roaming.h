// Our own addresses changed, or we slept: nothing that was learned about paths is certain any more. Everything is asked
// at once, from every socket, and peers are told where we are now.
#pragma once

#include "vl1/direct_paths.h"
#include "vl1/path_doubt.h"
#include "vl1/prober.h"
#include "vl1/reachability.h"

namespace zt::vl1 {

class Roaming {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    PathDoubt& doubt;
    PacketWriter& writer;
    Prober& prober;
    Reachability& reachability;
    DirectPaths& direct_paths;
  };
  Roaming(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  // The host's sockets, all of them. Paths over those that are gone are dropped at once; every call but the first means
  // that something changed, also with the same list (a default route came).
  void SetSockets(const Now& now, std::span<const BoundSocket> sockets);
  // The TCP relay carries no more: the paths through it are gone, peers have to be found by UDP (vl1.md §10.3).
  void EndTunnel(const Now& now);
  // Asks everything, at most once per kRoamingGap.
  void Start(const Now& now);
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const { return {pending_, "roaming"}; }

 private:
  // A path whose socket is gone: the endpoint may answer another one.
  struct Lost {
    NodeAddress peer;
    Endpoint endpoint;
    Instant at;
  };
  void DropPaths(const Now& now, std::span<const LocalSocket> gone);
  void Remember(Instant now, NodeAddress peer, const Endpoint& endpoint);
  void AskLost(const Now& now);
  void Run(const Now& now);
  void CallRoots(const Now& now);

  Context& context_;
  Parts parts_;
  Instant last_run_ = Instant::LongAgo();
  std::vector<Lost> lost_;  // at most kLostPaths
  Instant pending_ = Instant::Never();
};

}  // namespace zt::vl1
