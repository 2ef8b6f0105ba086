// What each protocol sent, received and refused (sdk-api.md §9). Always on: additions, no branch on the fast path.
#pragma once

#include <array>
#include <cstdint>

#include "zt/generated/enums.h"

namespace zt::netstack {

// The fields of sdk-api.md §9, in its order.
struct ProtocolCounters {
  uint64_t xmit = 0, recv = 0, fw = 0, drop = 0;
  uint64_t chkerr = 0, lenerr = 0, memerr = 0, rterr = 0, proterr = 0, opterr = 0, err = 0, cachehit = 0;
};

class StackCounters {
 public:
  static constexpr size_t kProtocols = static_cast<size_t>(StackProtocol::kMld6) + 1;

  ProtocolCounters& operator[](StackProtocol protocol) { return table_[static_cast<size_t>(protocol)]; }
  const ProtocolCounters& operator[](StackProtocol protocol) const { return table_[static_cast<size_t>(protocol)]; }

 private:
  std::array<ProtocolCounters, kProtocols> table_{};
};

}  // namespace zt::netstack
