#include "vl1/failed_opening_gate.h"

#include "vl1/identity_check_gate.h"

namespace zt::vl1 {

bool FailedOpeningGate::MayOpen(Instant now, const IpAddress& source) const {
  if (buckets_.empty()) return true;
  const Bucket& bucket = buckets_[IdentityCheckBucket(source)];
  return bucket.failures < kFailedOpeningsPerSecond || now - bucket.since >= 1000;
}

void FailedOpeningGate::Failed(Instant now, const IpAddress& source) {
  if (buckets_.empty()) buckets_.resize(kIdentityCheckBuckets);
  Bucket& bucket = buckets_[IdentityCheckBucket(source)];
  if (now - bucket.since >= 1000) bucket = {now, 0};
  ++bucket.failures;
}

}  // namespace zt::vl1
