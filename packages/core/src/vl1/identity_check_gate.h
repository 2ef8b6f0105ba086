// How often strangers may make us do public-key work, by where they send from (vl1.md §11.3).
#pragma once

#include <vector>

#include "vl1/limits.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

// One of 16 384 buckets of a physical source: IPv4 by /24, IPv6 by /48.
uint16_t IdentityCheckBucket(const IpAddress& source);

inline constexpr size_t kIdentityCheckBuckets = 16384;

class IdentityCheckGate {
 public:
  // True, and the bucket is closed for kIdentityCheckGate, unless it is closed already.
  bool Pass(Instant now, const IpAddress& source);

 private:
  std::vector<Instant> buckets_;  // 128 KB, allocated by the first stranger
};

}  // namespace zt::vl1
