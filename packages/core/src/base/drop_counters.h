// A peer's nonsense is dropped and counted under a named reason.
#pragma once

#include <array>
#include <cstdint>

#include "zt/generated/enums.h"

namespace zt {

class DropCounters {
 public:
  void Count(DropReason reason) { ++counts_[static_cast<size_t>(reason)]; }
  uint64_t Of(DropReason reason) const { return counts_[static_cast<size_t>(reason)]; }
  const std::array<uint64_t, kDropReasonCount>& all() const { return counts_; }

 private:
  std::array<uint64_t, kDropReasonCount> counts_{};
};

}  // namespace zt
