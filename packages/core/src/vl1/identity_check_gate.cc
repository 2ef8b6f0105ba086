#include "vl1/identity_check_gate.h"

#include <algorithm>

namespace zt::vl1 {
namespace {

constexpr uint32_t kBucketMask = kIdentityCheckBuckets - 1;

}  // namespace

uint16_t IdentityCheckBucket(const IpAddress& source) {
  if (source.IsV4()) {
    const uint32_t network = source.V4() >> 8;
    return static_cast<uint16_t>((network ^ (network >> 14)) & kBucketMask);
  }
  if (source.IsV6()) {
    uint32_t hash = source.bytes[0];
    for (size_t i = 1; i < 6; ++i) hash = 2 * hash + source.bytes[i];
    return static_cast<uint16_t>(hash & kBucketMask);
  }
  return 0;
}

bool IdentityCheckGate::Pass(Instant now, const IpAddress& source) {
  if (buckets_.empty()) buckets_.assign(kIdentityCheckBuckets, Instant::LongAgo());
  Instant& last = buckets_[IdentityCheckBucket(source)];
  if (now - last < kIdentityCheckGate) return false;
  last = now;
  return true;
}

bool CheckBudget::Take(Instant now, const CheckRate& rate) {
  const int64_t full = int64_t{1000} * rate.burst;
  const Millis refilled = full / rate.per_second + 1;
  credit_ = std::min(full, credit_ + std::min<Millis>(now - since_, refilled) * rate.per_second);
  since_ = now;
  if (credit_ < 1000) return false;
  credit_ -= 1000;
  return true;
}

}  // namespace zt::vl1
