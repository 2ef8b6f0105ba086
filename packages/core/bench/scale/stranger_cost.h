// What a root spends on the first HELLO of somebody it does not know: key agreement and work function.
#pragma once

namespace zt::bench {

// CPU of one, microseconds: the mean over a few dozen identities that are valid.
double StrangerUs();

}  // namespace zt::bench
