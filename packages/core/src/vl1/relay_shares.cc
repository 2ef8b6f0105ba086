#include "vl1/relay_shares.h"

#include <algorithm>
#include <cstring>

namespace zt::vl1 {
namespace {

constexpr Millis kWindow = 1000;
constexpr Millis kLongestRefill = 600000;  // with the highest rate an option allows, the product stays within 64 bits

// A quarter of a second of the rate, and room for a few full-size packets whatever the rate.
uint64_t BurstOf(uint64_t rate) { return std::max<uint64_t>(rate / 4, 16384); }

}  // namespace

void TokenBucket::Refill(Instant now, uint64_t rate, uint64_t burst) {
  if (at_ == Instant::LongAgo()) level_ = burst;
  const Millis passed = std::clamp<Millis>(now - at_, 0, kLongestRefill);
  at_ = now;
  const uint64_t thousandths = rate * static_cast<uint64_t>(passed) + rest_;
  level_ = std::min(burst, level_ + thousandths / 1000);
  rest_ = thousandths % 1000;
}

RelayShares::RelayShares(const Limits& limits, RandomSource& random)
    : limits_(limits), secret_{random.U64(), random.U64(), random.U64() | 1} {
  if (limits.total != 0 || limits.per_source != 0) sources_ = std::make_unique<Source[]>(kRelaySources);
}

// The record of a source; the one of its set not seen for longest makes room.
RelayShares::Source& RelayShares::Find(Instant now, const IpAddress& from, bool confirmed) {
  if (!confirmed) return strangers_;
  std::array<uint64_t, 2> words{};
  std::memcpy(words.data(), from.bytes.data(), from.IsV4() ? 4 : 8);
  words[1] = static_cast<uint64_t>(from.family);
  const uint64_t key = ((words[0] ^ secret_[0]) * secret_[2] + words[1] * secret_[1]) | 1;
  Source* set = &sources_[(key >> 32) % (kRelaySources / kWays) * kWays];
  Source* oldest = set;
  for (Source* source = set; source != set + kWays; ++source) {
    if (source->key == key) return *source;
    if (source->seen < oldest->seen) oldest = source;
  }
  *oldest = Source{.key = key, .seen = now, .window = -1, .limit = {}, .share = {}};
  return *oldest;
}

bool RelayShares::Admit(Instant now, const IpAddress& from, bool confirmed, size_t bytes) {
  if (sources_ == nullptr) return true;
  Source& source = Find(now, from, confirmed);
  source.seen = now;
  const uint64_t limit = limits_.per_source;
  if (limit != 0) {
    source.limit.Refill(now, limit, BurstOf(limit));
    if (source.limit.level() < bytes) return false;
  }
  if (limits_.total != 0) {
    const uint64_t burst = BurstOf(limits_.total);
    total_.Refill(now, limits_.total, burst);
    const uint64_t reserved = WithinShare(now, source, bytes) ? 0 : burst / 2;
    if (total_.level() < bytes + reserved) return false;
    total_.Take(bytes);
    source.share.Take(bytes);
  }
  source.limit.Take(bytes);
  return true;
}

bool RelayShares::WithinShare(Instant now, Source& source, size_t bytes) {
  const int64_t window = now.ms / kWindow;
  if (window != window_) {
    active_before_ = window == window_ + 1 ? std::max<uint64_t>(active_, 1) : 1;
    active_ = 0;
    window_ = window;
  }
  if (source.window != window) {
    source.window = window;
    ++active_;
  }
  const uint64_t rate = limits_.total / std::max(active_, active_before_);
  source.share.Refill(now, rate, BurstOf(rate));
  return source.share.level() >= bytes;
}

}  // namespace zt::vl1
