#include "netstack/tcp/window_tuner.h"

#include <algorithm>

namespace zt::netstack {

void WindowTuner::Measure(const Now& now, Seq next, Seq edge) {
  if (least_age_ >= 0) {
    rtt_ = least_age_;
    least_age_ = -1;
    mark_ = 0;
    return;
  }
  if (mark_ != 0 && next < mark_) return;
  if (mark_ != 0) {
    const Millis age = now.mono - mark_at_;
    rtt_ = rtt_ == 0 ? age : std::min(rtt_, age);
  }
  mark_ = edge;
  mark_at_ = now.mono;
}

uint32_t WindowTuner::OnRead(const Now& now, size_t size, Seq next, Seq edge, uint32_t limit, uint32_t mss) {
  round_read_ += size;
  // A whole window within a round trip of the coarse clock: there is no need to wait for its end.
  const bool over = now.mono - round_at_ >= std::max<Millis>(rtt_, 1) || round_read_ >= limit;
  if (!over) return wanted_;
  Measure(now, next, edge);
  const uint64_t read = round_read_;
  round_at_ = now.mono;
  round_read_ = 0;
  if (read <= most_read_) return wanted_;
  uint64_t wanted = 2 * read;
  // It grew by this part since: the sender doubles in slow start, and must not meet the edge while the news travels.
  if (most_read_ != 0) wanted += 2 * wanted * (read - most_read_) / most_read_;
  wanted += 16 * uint64_t{mss};
  most_read_ = read;
  if (4 * read <= limit) return wanted_;  // the window is not what limits
  wanted_ = std::max(wanted_, static_cast<uint32_t>(std::min<uint64_t>(wanted, 0xffffffff)));
  return wanted_;
}

}  // namespace zt::netstack
