// A filter of the kernel's (socket(7): SO_ATTACH_FILTER) that refuses datagrams by their source where they arrive,
// before they are queued: what is refused costs the reader nothing.
#pragma once

#include <span>

#include "zt/inet.h"

namespace zt::host {

// A filter program has at most 4,096 instructions; each datagram of a stranger runs through all of the list.
inline constexpr size_t kMaxKnownEndpoints = 128;

// On this UDP socket of that family: everything from `known`, and of the rest each with the probability `share` in
// (0, 1). False: the system does not take the filter, and there is none.
bool AttachSourceFilter(int fd, IpFamily family, std::span<const Endpoint> known, double share);
// Repeatable.
void DetachSourceFilter(int fd);

}  // namespace zt::host
