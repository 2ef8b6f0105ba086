// The endpoints whose datagrams are not those of strangers (zt/node.h).
#pragma once

#include <optional>
#include <vector>

#include "vl1/context.h"

namespace zt::vl1 {

// The paths of peers and the stable endpoints of roots, ascending, each once. None: there are more than `max`, or we are
// a root.
std::optional<std::vector<Endpoint>> KnownEndpoints(const Context& context, size_t max);

}  // namespace zt::vl1
