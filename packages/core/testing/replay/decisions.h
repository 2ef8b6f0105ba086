// What the captured controller decided, as the commands that tell a node of ours the same. A decision
// is a configuration without its credentials; ours are made and signed by our node.
#pragma once

#include <vector>

#include "testing/replay/session.h"

namespace zt::replay {

struct Decision {
  int64_t time;
  Bytes command;     // HOST_PROTOCOL.md §3
  PacketId request;  // 0: nobody asked
};

// `sent`: what the captured node sent, in order. Nothing is a decision if it controls no network.
std::vector<Decision> DecisionsOf(NodeAddress controller, const std::vector<Packet>& sent);

}  // namespace zt::replay
