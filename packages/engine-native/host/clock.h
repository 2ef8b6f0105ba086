// The two clocks a node is told (zt/time.h). Monotonic time goes on while the machine sleeps: keepalives and
// certificates age then too.
#pragma once

#include "zt/time.h"

namespace zt::host {

Now ReadClock();

}  // namespace zt::host
