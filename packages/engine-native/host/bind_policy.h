// Which local UDP endpoints a node has (vl1.md §3.10): a fixed list, or one per local address and port. Pure: nothing
// here asks the system.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/interface_monitor.h"
#include "zt/inet.h"

namespace zt::host {

// A core takes 128 sockets (HOST_PROTOCOL.md §3): as many fixed ones, or three ports on each of 32 addresses.
inline constexpr size_t kMaxFixedEndpoints = 128;

// A port a node may have besides its first.
struct PortChoice {
  bool used = false;
  uint16_t number = 0;  // 0: drawn at random
};

struct BindPolicy {
  // Sockets follow the addresses of the interfaces; otherwise they are exactly `fixed`.
  bool automatic = false;
  std::vector<Endpoint> fixed;

  // The rest is for automatic policies.
  uint16_t primary_port = 0;  // 0: drawn at random
  PortChoice secondary;       // dodges NATs that confuse two hosts on one port
  PortChoice tertiary;        // the one a gateway maps
  bool loopback = false;      // loopback addresses are paths too
  std::vector<std::string> excluded;  // interfaces to skip: a name, or the beginning of names and `*`
  std::vector<IpPrefix> blacklist;    // local addresses never used

  // Whether the node cares for the machine's addresses at all.
  bool FollowsInterfaces() const;
};

bool IsWildcard(const Endpoint& endpoint);

// The addresses that may be used, at most kMaxLocalAddresses of them.
std::vector<InterfaceAddress> UsableAddresses(const BindPolicy& policy, std::span<const InterfaceAddress> all);

// Where peers may find us (vl1.md §7.7): each bound endpoint; a wildcard stands for every address of its family.
std::vector<Endpoint> AnnouncedEndpoints(std::span<const Endpoint> bound, std::span<const InterfaceAddress> own);

}  // namespace zt::host
