// What was sent more than once lately. A duplicate the peer reports (RFC 2883) tells of a needless retransmission only
// when we made it: networks duplicate, too.
#pragma once

#include <algorithm>
#include <vector>

#include "netstack/tcp/seq.h"

namespace zt::netstack {

class ResentRanges {
 public:
  static constexpr size_t kMax = 32;  // two recoveries of a window with 5 % loss; adjacent segments are one range

  void Add(Seq left, Seq right) {
    for (Range& range : ranges_) {
      if (left > range.right || right < range.left) continue;
      range = {std::min(range.left, left), std::max(range.right, right)};
      return;
    }
    if (ranges_.size() < kMax) {
      ranges_.push_back({left, right});
    } else {
      ranges_[next_++ % kMax] = {left, right};
    }
  }
  bool Contains(Seq left, Seq right) const {
    for (const Range& range : ranges_) {
      if (range.left <= left && right <= range.right) return true;
    }
    return false;
  }
  void Clear() { ranges_ = {}; }

 private:
  struct Range {
    Seq left = 0, right = 0;
  };
  std::vector<Range> ranges_;  // empty, and without memory, on a connection that never lost anything
  size_t next_ = 0;
};

}  // namespace zt::netstack
