// The source address for a destination (RFC 6724 §5, the rules that apply without deprecated, home or temporary
// addresses): same address, appropriate scope, longest matching prefix.
#pragma once

#include "netstack/interface.h"

namespace zt::netstack {

// None when the interface has no address of that family.
IpAddress SelectSource(const Interface& interface, const IpAddress& destination);

}  // namespace zt::netstack
