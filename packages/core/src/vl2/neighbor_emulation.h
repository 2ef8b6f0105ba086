// Address resolution without asking everybody (vl2.md §11).
#pragma once

#include <optional>

#include "vl2/frame.h"
#include "wire/network_config.h"

namespace zt::vl2 {

// The IPv4 address a broadcast ARP request asks for: its multicast group's ADI (§11.1). Nothing for other frames.
std::optional<uint32_t> ArpRequestTarget(const Frame& frame);

// The answer to a neighbour solicitation for an address that names its own node (§11.2).
struct EmulatedAdvertisement {
  Mac source;                  // of the node asked for
  ByteArray<72> packet{};      // IPv6 and ICMPv6, to be delivered to our own port
};
// Nothing when the configuration or the frame does not call for it: the frame then goes on as ordinary multicast.
std::optional<EmulatedAdvertisement> EmulateAdvertisement(const NetworkConfig& config, NodeAddress self,
                                                          const Frame& frame);

}  // namespace zt::vl2
