#include "testing/linux/link.h"

#include <algorithm>

namespace zt::linux_lab {

bool Link::Turn(int64_t now_ns) {
  bool more = false;
  Bytes frame;
  for (int from = 0; from < 2; ++from) {
    ImpairedLane& lane = lanes[from];
    int taken = 0;
    for (; taken < kBatch && ends_[from]->Take(frame); ++taken) {
      const bool carried = lane.Push(now_ns, frame);
      if (capture) capture->Frame(from, carried, frame);
    }
    more |= taken == kBatch;
    while (lane.Pop(now_ns, frame)) ends_[1 - from]->Deliver(frame);
  }
  return more;
}

int64_t Link::NextNs() const { return std::min(lanes[0].NextNs(), lanes[1].NextNs()); }

}  // namespace zt::linux_lab
