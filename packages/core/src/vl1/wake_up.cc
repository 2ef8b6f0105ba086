#include "vl1/wake_up.h"

#include <algorithm>
#include <string>

namespace zt::vl1 {

void WakeUp::Handle(const Now& now, const ClockWatch::Jump& jump) {
  const std::string detail = jump.slept != 0
                                 ? "the node was not run for " + std::to_string(jump.slept) + " ms"
                                 : "the wall clock moved by " + std::to_string(jump.wall) + " ms";
  context_.delegate.OnWarning(now, Warning::kClockJumped, detail);
  if (jump.slept != 0) Excuse(now, jump.slept);
  parts_.roaming.Start(now);
}

// Time in which we did not run is no silence of others: what would expire now is asked first.
void WakeUp::Excuse(const Now& now, Millis slept) {
  const auto later = [&](Instant& at) {
    if (at > Instant::LongAgo()) at = std::min(now.mono, at + slept);
  };
  context_.peers.ForEach([&](Peer& peer) {
    for (Instant* at : {&peer.created, &peer.last_heard, &peer.last_useful, &peer.last_trust}) later(*at);
    for (PathSlot& slot : peer.slots) {
      later(slot.last_direct);
      slot.unheard_since = Instant::Never();
    }
    parts_.schedule.Touch(now.mono, peer);
  });
  parts_.online.Excuse(slept);
}

}  // namespace zt::vl1
