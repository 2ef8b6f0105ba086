// Evicting a member of a simulated network whose controller reaches only some of the others (controller.md §6.2).
#pragma once

#include <string>

#include "sim/vl2/network_lab.h"

namespace zt::sim {

struct RevocationPlan {
  uint64_t seed = 1;
  size_t members = 16;  // three at least
};

struct RevocationVerdict {
  std::string fault;       // empty: all is well
  Millis slowest = 0;      // until the last member that the flood reaches hears nothing more of who was evicted
  Millis certificate = 0;  // how long the member that the flood misses goes on, after the certificate was issued
  Millis allowed = 0;      // and how long it may at most
  bool ok() const { return fault.empty(); }
};

// The controller reaches one to three members (and who shares their NATs); they tell the others, but for one, which is
// away just then. The seed draws who.
RevocationVerdict RunRevocation(const RevocationPlan& plan, const std::string& pcap = {});

}  // namespace zt::sim
