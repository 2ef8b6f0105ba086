// What this machine lets a network have of the addresses and routes its controller manages (controller.md §11.3): the
// `networks.d/<id>.local.conf` of existing installations (vl1.md §9.1).
#pragma once

#include <vector>

#include "node/host_codec.h"
#include "zt/inet.h"

namespace zt::node {

struct NetworkPermissions {
  // More than anybody writes by hand; an entry is looked at for every managed address and route.
  static constexpr size_t kMaxPrefixes = 64;

  bool managed = true;
  bool global = false;
  bool default_route = false;
  std::vector<IpPrefix> only;  // empty: no white list

  // Whether an address with its prefix, or a route's target, is taken.
  bool Allows(const IpPrefix& target) const;

  // HOST_PROTOCOL.md §2: flags u8 and a list of prefixes. kOk, kInvalidArgument or kLimitReached.
  static Status Read(HostReader& in, NetworkPermissions& out);
  void Write(HostWriter& out) const;
};

}  // namespace zt::node
