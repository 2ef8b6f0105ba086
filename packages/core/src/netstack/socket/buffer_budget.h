// What all socket buffers of a stack may hold together. The closer to the limit, the less one more buffer may take: the
// windows of busy connections stop growing first, then every direction keeps a little, then nothing new is taken.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace zt::netstack {

class BufferBudget {
 public:
  static constexpr size_t kDefaultLimit = size_t{512} << 20;
  static constexpr size_t kMinLimit = 1 << 20;
  static constexpr size_t kMaxLimit = size_t{1} << 30;
  // What one direction of a connection may hold when memory is scarce, and when it is nearly gone.
  static constexpr size_t kScarceShare = 64 << 10;
  static constexpr size_t kLastShare = 16 << 10;

  void SetLimit(size_t bytes) { limit_ = std::clamp(bytes, kMinLimit, kMaxLimit); }
  size_t limit() const { return limit_; }
  size_t used() const { return used_; }
  void Charge(size_t bytes) { used_ += bytes; }
  void Return(size_t bytes) { used_ -= bytes; }

  // What one direction may hold now.
  size_t Share() const {
    if (used_ < limit_ / 4 * 3) return std::numeric_limits<size_t>::max();
    if (used_ < limit_ / 8 * 7) return kScarceShare;
    return used_ < limit_ ? kLastShare : 0;
  }
  bool scarce() const { return used_ >= limit_ / 4 * 3; }

 private:
  size_t limit_ = kDefaultLimit;
  size_t used_ = 0;
};

}  // namespace zt::netstack
