#include "testing/probe/probe.h"

namespace zt::probe {

std::span<const Entry> WireEntries() { return {}; }

}  // namespace zt::probe
