// Ephemeral ports, chosen at random (RFC 6056 §3.3.1): 32768..60999.
#pragma once

#include "zt/random.h"

namespace zt::netstack {

inline constexpr uint16_t kFirstEphemeralPort = 32768;
inline constexpr uint16_t kLastEphemeralPort = 60999;

// A port for which `is_free` holds, or 0 when none of the range is free.
template <typename IsFree>
uint16_t AllocatePort(RandomSource& random, IsFree is_free) {
  constexpr uint32_t kCount = kLastEphemeralPort - kFirstEphemeralPort + 1;
  const uint32_t start = static_cast<uint32_t>(random.Below(kCount));
  for (uint32_t i = 0; i < kCount; ++i) {
    const uint16_t port = static_cast<uint16_t>(kFirstEphemeralPort + (start + i) % kCount);
    if (is_free(port)) return port;
  }
  return 0;
}

}  // namespace zt::netstack
