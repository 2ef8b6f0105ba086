#include "vl1/twin_watch.h"

namespace zt::vl1 {

bool TwinWatch::Observe(Instant now, Verb in_re) {
  // Only what is always registered as expected: receipts of pushed configurations, for one, are not (vl2.md §5.5).
  const bool tells = in_re == Verb::kHello || in_re == Verb::kWhois || in_re == Verb::kNetworkConfigRequest;
  if (!tells) return false;
  if (now - window_start_ >= kWindow) {
    window_start_ = now;
    seen_ = 0;
  }
  return ++seen_ == kEnough;
}

}  // namespace zt::vl1
