#include "vl1/online.h"

namespace zt::vl1 {

void Online::RootsChanged(const Now& now) {
  // Told by the next timeout: the delegate may still be under construction when the first planet is offered.
  evaluate_at_ = now.mono;
  if (warn_at_ == Instant::Never() && !online_) warn_at_ = now.mono + kRootWarningAfter;
}

void Online::RootHeard(const Now& now) {
  last_root_heard_ = now.mono;
  if (!online_) Set(now, true);
}

void Online::Set(const Now& now, bool online) {
  online_ = online;
  warn_at_ = online ? Instant::Never() : now.mono + kRootWarningAfter;
  evaluate_at_ = Instant::Never();
  context_.delegate.OnOnlineChange(now, online);
  reachability_.UpdateAll(now);
}

void Online::HandleTimeout(const Now& now) {
  if (context_.roots.WeAreRoot()) {  // a root itself is always online (vl1.md §8.3)
    evaluate_at_ = Instant::Never();
    warn_at_ = Instant::Never();
    if (!online_) Set(now, true);
    return;
  }
  if (now.mono >= evaluate_at_) evaluate_at_ = Instant::Never();
  if (online_ && now.mono - last_root_heard_ >= kOnlineTimeout) Set(now, false);
  if (!online_ && now.mono >= warn_at_) {
    warn_at_ = now.mono + kRootWarningEvery;
    context_.delegate.OnWarning(now, Warning::kRootUnreachable, "no root answers");
  }
}

Deadline Online::NextTimeout() const {
  Deadline out{evaluate_at_, "roots changed"};
  if (context_.roots.WeAreRoot()) return out;
  if (online_) return Earliest(out, {last_root_heard_ + kOnlineTimeout, "online expiry"});
  return Earliest(out, {warn_at_, "root warning"});
}

}  // namespace zt::vl1
