#include "vl1/identity_check_gate.h"

#include <algorithm>
#include <array>

namespace zt::vl1 {
namespace {

constexpr uint32_t kBucketMask = kIdentityCheckBuckets - 1;

// Of the first bytes of an address: so many of IPv4, so many of IPv6.
uint64_t HashPrefix(const SipHash& hash, const IpAddress& ip, size_t v4_bytes, size_t v6_bytes) {
  std::array<uint8_t, 7> prefix{static_cast<uint8_t>(ip.family)};
  std::copy_n(ip.bytes.begin(), ip.IsV4() ? v4_bytes : v6_bytes, prefix.begin() + 1);
  return hash(prefix);
}

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

uint64_t IdentityCheckGate::HashOf(const IpAddress& source) const { return HashPrefix(hash_, source, 3, 6); }

bool IdentityCheckGate::IsOpen(Instant now, const IpAddress& source) const {
  if (places_.empty()) return true;
  const uint64_t network = HashOf(source);
  const Place& place = places_[network % kIdentityCheckBuckets];
  return place.network != network || now - place.closed >= kIdentityCheckGate;
}

void IdentityCheckGate::Close(Instant now, const IpAddress& source) {
  if (places_.empty()) places_.resize(kIdentityCheckBuckets);
  const uint64_t network = HashOf(source);
  places_[network % kIdentityCheckBuckets] = {network, now};
}

bool CheckBudget::Has(Instant now, const CheckRate& rate, int price, int reserve) {
  const int64_t full = int64_t{1000} * std::max(rate.burst, price);
  const Millis refilled = full / rate.per_second + 1;
  credit_ = std::min(full, credit_ + std::min<Millis>(now - since_, refilled) * rate.per_second);
  since_ = now;
  return credit_ >= int64_t{1000} * (price + reserve);
}

bool CheckBudget::Take(Instant now, const CheckRate& rate) {
  if (!Has(now, rate)) return false;
  Spend();
  return true;
}

CheckBudget& StrangersBudget::ShareOf(const IpAddress& source) {
  if (shares_.empty()) shares_.resize(kWideNetworks);
  return shares_[HashPrefix(hash_, source, 2, 4) % kWideNetworks];
}

bool StrangersBudget::Take(Instant now, const IpAddress& source, const CheckRate& rate) {
  CheckBudget& share = ShareOf(source);
  const bool within = share.Has(now, rate, kShare);
  if (!total_.Has(now, rate, 1, within ? 0 : rate.burst / 2)) return false;
  total_.Spend();
  if (within) share.Spend(kShare);
  return true;
}

}  // namespace zt::vl1
