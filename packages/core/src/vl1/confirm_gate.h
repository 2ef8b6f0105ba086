// How many HELLOs go to endpoints that only claim to be a peer's. Whoever has a key may send from an invented address,
// and the machine that has it must not be flooded by us (vl1.md §11.5 limits them by peer; this by place and in total).
#pragma once

#include <vector>

#include "vl1/limits.h"
#include "zt/inet.h"
#include "zt/random.h"
#include "zt/time.h"

namespace zt::vl1 {

class ConfirmGate {
 public:
  ConfirmGate(size_t max_peers, RandomSource& random)
      : total_(ConfirmsPerSecond(max_peers)), secret_(random.U64() | 1) {}

  // How many of `copies` datagrams may go there now: all, one (over the socket of arrival), or none; counts them.
  // `known`: a peer we trust, or a root. Strangers do not use up its part of the total.
  size_t Pass(Instant now, const IpAddress& to, size_t copies, bool known);

 private:
  static constexpr int kBucketBits = 10;  // 1,024 buckets, by place; those that share one share its limit
  struct Bucket {
    int64_t second = -1;
    size_t used = 0;
  };
  static size_t Left(Bucket& bucket, Instant now, size_t limit);

  const size_t total_;
  const uint64_t secret_;  // nobody may choose whose bucket theirs is
  Bucket all_;
  std::vector<Bucket> places_;  // 16 KB, allocated by the first
};

}  // namespace zt::vl1
