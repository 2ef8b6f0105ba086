// Endpoints nobody was heard on whose packets do not open: after a few, what comes from their network is refused before
// the cryptography, which costs more than everything else a dropped packet costs.
#pragma once

#include <vector>

#include "vl1/limits.h"
#include "zt/inet.h"
#include "zt/time.h"

namespace zt::vl1 {

class FailedOpeningGate {
 public:
  // False: too much from this source's network failed within the second. Paths in use are not asked.
  bool MayOpen(Instant now, const IpAddress& source) const;
  void Failed(Instant now, const IpAddress& source);

 private:
  struct Bucket {
    Instant since = Instant::LongAgo();
    int failures = 0;
  };
  std::vector<Bucket> buckets_;  // 256 KB, allocated by the first failure; by network as in IdentityCheckGate
};

}  // namespace zt::vl1
