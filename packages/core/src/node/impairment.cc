#include "node/impairment.h"

#include <algorithm>
#include <utility>

namespace zt::node {

std::span<const Transmit> Impairment::Apply(const Now& now, std::span<const Transmit> batch) {
  out_.clear();
  released_.clear();
  for (const Transmit& datagram : batch) {
    if (Happens(settings_.loss)) {
      drops_.Count(DropReason::kImpairment);
      continue;
    }
    if (Happens(settings_.reorder) && held_.size() < kMaxHeld) {
      Hold(now, datagram);
      continue;
    }
    out_.push_back(datagram);
    if (Happens(settings_.duplicate)) out_.push_back(datagram);
  }
  // What is due leaves after the batch that overtakes it.
  const auto due = std::stable_partition(held_.begin(), held_.end(),
                                         [&](const Held& h) { return now.mono < h.release; });
  std::move(due, held_.end(), std::back_inserter(released_));
  held_.erase(due, held_.end());
  for (const Held& h : released_) out_.push_back(h.datagram);
  return out_;
}

void Impairment::Hold(const Now& now, const Transmit& datagram) {
  const Millis delay = kHoldMin + static_cast<Millis>(random_.Below(kHoldMax - kHoldMin + 1));
  Held& held = held_.emplace_back();
  held.release = now.mono + delay;
  held.bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
  held.datagram = datagram;
  held.datagram.bytes = held.bytes;  // a vector's memory does not move when the vector object does
}

Instant Impairment::NextTimeout() const {
  Instant next = Instant::Never();
  for (const Held& h : held_) next = std::min(next, h.release);
  return next;
}

}  // namespace zt::node
