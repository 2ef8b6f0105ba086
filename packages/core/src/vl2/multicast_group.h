// A multicast group: a MAC and, for ARP, the IPv4 address asked for (vl2.md §2.4).
#pragma once

#include <compare>
#include <cstdint>

#include "zt/ids.h"

namespace zt::vl2 {

struct MulticastGroup {
  Mac mac;
  uint32_t adi = 0;
  auto operator<=>(const MulticastGroup&) const = default;
};

inline constexpr MulticastGroup kBroadcastGroup{Mac::Broadcast(), 0};

}  // namespace zt::vl2
