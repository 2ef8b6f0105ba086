// The naive model: who should reach whom, said from cables, boxes and power alone. It knows no message of the
// protocol; what it claims must follow from what roots are for: a host that reaches one is reached through it.
#pragma once

#include "sim/internet.h"

namespace zt::sim {

enum class Expectation : uint8_t {
  kTalk,    // both are in contact with roots that are in contact with each other
  kMay,     // no claim
  kCannot,  // no cable, or a box in between that lets no UDP through
};

// Of the internet as it stands: ask when faults have ended. A host with several lines uses any of them.
Expectation Expect(const Internet& internet, const Host& a, const Host& b);

// Whether UDP that the host begins reaches the core, and by which cables of the core: none, if a box on each way blocks
// it or has no power.
std::vector<const Cable*> CoreCables(const Internet& internet, const Host& host);

// Whether there is a way for TCP from a host's cable to that one of the core: IPv4, whatever the boxes do with UDP.
bool TcpReaches(const Internet& internet, const Cable& from, const Cable& to);

}  // namespace zt::sim
