#include "host/stranger_gate.h"

#include <algorithm>

namespace zt::host {

bool StrangerGate::Look(Instant now, uint64_t total) {
  if (now < since_ + kWindow) return false;
  // After a long silence the first window says little; the next one begins now.
  const auto window = static_cast<double>(std::min<Millis>(now - since_, 10 * kWindow));
  const double arrived = static_cast<double>(total - std::min(total, total_)) / share_;
  const double allowed = kPerSecond * window / 1000;
  since_ = now;
  total_ = total;
  pressure_ = std::clamp(pressure_ + (arrived > allowed ? 1 : -1), 0, kPatience);
  if (open() && pressure_ < kPatience) return false;
  const double fair = arrived <= allowed ? 1 : std::max(allowed / arrived, kLeast);
  const double next = std::min(std::clamp(fair, share_ / kStep, share_ * kStep), 1.0);
  // A new filter costs more than a share that is off by a third.
  if (next == share_ || (next != 1 && next > 0.75 * share_ && next < 1.33 * share_)) return false;
  share_ = next;
  return true;
}

}  // namespace zt::host
