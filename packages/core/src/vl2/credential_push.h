// Showing our own credentials to other members (vl2.md §8.3).
#pragma once

#include "vl2/context.h"

namespace zt::vl2 {

// Ahead of a frame: again when the configuration changed, or this long after the last time.
inline constexpr Millis kCredentialPushAge = 500'000;
// When the peer says it needs them.
inline constexpr Millis kCredentialRepushAge = 1'000;

// Sends COM, capabilities, tags and ownership certificates when the last time was before the configuration in force was
// accepted, or longer ago than `age`. Does nothing without a configuration.
void PushCredentials(Context& context, const Now& now, Network& network, NodeAddress peer, Millis age);

}  // namespace zt::vl2
