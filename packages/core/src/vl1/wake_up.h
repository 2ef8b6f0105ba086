// After a jump of the clocks: what was true before is asked again, and nothing is given up for having been silent while
// we were (vl1.md §3.10).
#pragma once

#include "vl1/clock_watch.h"
#include "vl1/online.h"
#include "vl1/roaming.h"

namespace zt::vl1 {

class WakeUp {
 public:
  struct Parts {
    KeepaliveSchedule& schedule;
    Online& online;
    Roaming& roaming;
  };
  WakeUp(Context& context, const Parts& parts) : context_(context), parts_(parts) {}

  void Handle(const Now& now, const ClockWatch::Jump& jump);

 private:
  void Excuse(const Now& now, Millis slept);

  Context& context_;
  Parts parts_;
};

}  // namespace zt::vl1
