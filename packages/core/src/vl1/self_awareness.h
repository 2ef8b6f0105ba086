// Acts on reports of our outside address: when a root sees another IP, every path of that kind is in doubt (§7.11).
#pragma once

#include "vl1/keepalive_schedule.h"
#include "vl1/prober.h"
#include "vl1/reachability.h"

namespace zt::vl1 {

class SelfAwareness {
 public:
  SelfAwareness(Context& context, KeepaliveSchedule& schedule, Prober& prober, Reachability& reachability)
      : context_(context), schedule_(schedule), prober_(prober), reachability_(reachability) {}

  // A surface from a HELLO or OK(HELLO) with hops 0 that arrived over `path`.
  void Report(const Now& now, const Peer& reporter, const Path& path, const Endpoint& surface);

 private:
  Context& context_;
  KeepaliveSchedule& schedule_;
  Prober& prober_;
  Reachability& reachability_;
};

}  // namespace zt::vl1
