#include "vl1/confirm_gate.h"

#include <algorithm>
#include <cstring>

namespace zt::vl1 {

size_t ConfirmGate::Left(Bucket& bucket, Instant now, size_t limit) {
  const int64_t second = now.ms / 1000;
  if (bucket.second != second) bucket = {second, 0};
  return limit - std::min(bucket.used, limit);
}

size_t ConfirmGate::Pass(Instant now, const IpAddress& to, size_t copies, bool known) {
  if (places_.empty()) places_.resize(size_t{1} << kBucketBits);
  uint64_t place = 0;
  std::memcpy(&place, to.bytes.data(), to.IsV4() ? 4 : 8);
  Bucket& bucket = places_[(place * secret_) >> (64 - kBucketBits)];
  const size_t here = Left(bucket, now, kConfirmsPerPlace);
  const size_t left = known ? here : std::min(here, Left(all_, now, total_));
  const size_t granted = left >= copies ? copies : std::min<size_t>(left, 1);
  bucket.used += granted;
  if (!known) all_.used += granted;
  return granted;
}

}  // namespace zt::vl1
