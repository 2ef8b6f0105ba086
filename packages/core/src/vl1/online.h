// Whether any root answers (vl1.md §7.10, with the timeout of sdk-api.md §3.3), and the warnings about it.
#pragma once

#include "vl1/reachability.h"

namespace zt::vl1 {

class Online {
 public:
  Online(Context& context, Reachability& reachability) : context_(context), reachability_(reachability) {}

  // The root set changed; the first call starts the clock of the warning.
  void RootsChanged(const Now& now);
  // An authenticated packet from a root.
  void RootHeard(const Now& now);
  // We did not run for so long: no wonder that nobody was heard.
  void Excuse(Millis slept) {
    if (online_) last_root_heard_ = last_root_heard_ + slept;
  }
  void HandleTimeout(const Now& now);
  Deadline NextTimeout() const;
  bool online() const { return online_; }

 private:
  void Set(const Now& now, bool online);

  Context& context_;
  Reachability& reachability_;
  bool online_ = false;
  Instant last_root_heard_ = Instant::LongAgo();
  Instant evaluate_at_ = Instant::Never();
  Instant warn_at_ = Instant::Never();
};

}  // namespace zt::vl1
