// Acts on reports of our outside address: when a root sees another IP, every path of that kind is in doubt (§7.11).
#pragma once

#include "vl1/direct_paths.h"
#include "vl1/keepalive_schedule.h"
#include "vl1/prober.h"
#include "vl1/reachability.h"

namespace zt::vl1 {

class SelfAwareness {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    Prober& prober;
    Reachability& reachability;
    DirectPaths& direct_paths;
  };
  SelfAwareness(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  // A surface from a HELLO or OK(HELLO) with hops 0 that arrived over `path`.
  void Report(const Now& now, const Peer& reporter, const Path& path, const Endpoint& surface);
  // Tells the application, and peers when an address is new, what others see of us.
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;

 private:
  void Doubt(const Now& now, const IpAddress& surface);

  Context& context_;
  Parts parts_;
  uint64_t told_revision_ = 0;
  Instant told_at_ = Instant::LongAgo();
  std::vector<Endpoint> told_;
  bool new_to_root_ = false;  // a root sees an address that is not among them
};

}  // namespace zt::vl1
