// Which root to use, and how packets get to a peer: pure functions of the tables (vl1.md §6.4, §7.6).
#pragma once

#include "vl1/context.h"

namespace zt::vl1 {

// The root for WHOIS and relaying. Null without roots.
Peer* BestRoot(const Context& context, Instant now);
struct Route {
  Path* path = nullptr;  // null: none
  bool relayed = false;  // the path belongs to a root
  Peer* root = nullptr;  // whose path it is, if relayed
};
Route RouteTo(const Context& context, Instant now, const Peer& peer);

}  // namespace zt::vl1
