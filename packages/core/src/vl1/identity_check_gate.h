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

struct CheckRate {
  int per_second, burst;
};
struct CheckRates {
  CheckRate agreements, work_functions;  // about 0.05 ms each; 5 ms, on small machines tens (vl1.md §2.5)
};
// Of strangers, all sources together, because sources can be made up. Work functions of a root take at most a third of
// one core, and never keep it from relaying for more than 0.1 s; its agreements a tenth of a core.
inline constexpr CheckRates kLeafChecks = {{kStrangersPerSecond, kStrangersPerSecond},
                                           {kValidationsPerSecond, kValidationsPerSecond}};
inline constexpr CheckRates kRootChecks = {{2048, 512}, {64, 16}};
// From our own host (Options::allow_loopback_paths): a thousand nodes of one test start together without a pause.
inline constexpr CheckRates kLoopbackChecks = {{2048, 4096}, {64, 1024}};

// How often something may be done. What is spent comes back bit by bit, not by the second: whoever comes at any time
// among many others has the share of one among them, and nobody wins by being the first of a second.
class CheckBudget {
 public:
  bool Take(Instant now, const CheckRate& rate);

 private:
  Instant since_ = Instant::LongAgo();
  int64_t credit_ = 0;  // thousandths
};

}  // namespace zt::vl1
