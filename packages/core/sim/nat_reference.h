// The reference model of NAT traversal: who can reach whom directly, from RFC 4787 alone. It knows nothing of our node;
// what it says is possible, the node has to achieve.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/nat_behaviour.h"

namespace zt::sim {

enum class Contact : uint8_t { kDirect, kRelayed, kNone };

// The boxes between a host and the place where it meets the other one, the host's own first. Such boxes keep a mapping
// longer than the pauses between keepalives, and only the outermost one may have a port that depends on the remote.
struct Access {
  std::vector<NatBehaviour> boxes = {};
  // Another host behind the same outermost box sends from the same port, and was first: none is left to preserve.
  bool port_taken = false;
};

struct Prediction {
  Contact contact;
  std::string_view why;
};

// Two hosts without a common box.
Prediction PredictApart(const Access& a, const Access& b);

// Two hosts behind `common`, each with boxes of its own before it; `boxes` of an Access do not list it.
Prediction PredictBehind(const NatBehaviour& common, const Access& a, const Access& b);

}  // namespace zt::sim
