// An Ethernet frame as VL2 sees it: addresses, type, and the payload in one or more pieces (VLAN id is always 0).
#pragma once

#include "vl1/vl1.h"
#include "zt/bytes.h"
#include "zt/ids.h"

namespace zt::vl2 {

inline constexpr uint16_t kEtherIpv4 = 0x0800;
inline constexpr uint16_t kEtherArp = 0x0806;
inline constexpr uint16_t kEtherIpv6 = 0x86dd;

struct Frame {
  Mac source;
  Mac destination;
  uint16_t ether_type = 0;
  size_t length = 0;      // of the whole payload
  ByteSpan head;          // its beginning, contiguous; as much as the rules in force may look at
  vl1::Gather pieces;     // all of it
};

}  // namespace zt::vl2
