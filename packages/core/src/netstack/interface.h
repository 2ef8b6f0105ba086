// One network's attachment: addresses, routes, MTU and neighbours. The loopback interface has id 0.
#pragma once

#include <vector>

#include "netstack/group/group_reporter.h"
#include "netstack/group/group_table.h"
#include "netstack/neighbor/address_check.h"
#include "netstack/neighbor/cache.h"
#include "netstack/stack_types.h"

namespace zt::netstack {

struct Interface {
  NetworkId id;
  Mac mac;
  uint32_t mtu = 0;
  uint32_t segment_hint = 0;  // 0: the MTU
  bool loopback = false;
  std::vector<IpPrefix> addresses;  // the link-local one is last
  std::vector<Route> routes;         // as configured
  std::vector<Route> usable_routes;  // whose next hop is on the link; the longest first, then the lowest metric
  NeighborCache neighbors;
  AddressCheck check;
  // ARP replies and advertisements: members ask once in a while, a flood of questions is not worth one of answers.
  static constexpr int kAnswersPerSecond = 1000;
  AnswerRateLimit answers{kAnswersPerSecond, kAnswersPerSecond};
  GroupTable groups;             // what sockets joined
  GroupReporter igmp{IpFamily::kV4}, mld{IpFamily::kV6};
  bool groups_reported = true;   // no kGroupsChanged is pending

  bool Owns(const IpAddress& ip) const;
  // The broadcast address of one of the IPv4 prefixes (RFC 919 §7); none for /31 and /32.
  bool IsSubnetBroadcast(const IpAddress& ip) const;
  // A group whose packets are for us: all-hosts (RFC 1112 §4), all-nodes and the solicited-node groups (RFC 4291
  // §2.8), and what sockets joined.
  bool AcceptsGroup(const IpAddress& ip) const;
  // To be called after a change of addresses or routes.
  void UpdateRoutes();
  bool HasFamily(IpFamily family) const;
  // The groups of a family that IGMP or MLD report: sorted, unique.
  std::vector<IpAddress> ReportedGroups(IpFamily family) const;
  // The link-layer groups to subscribe (vl2.md §11.1): sorted, unique.
  std::vector<LinkGroup> Groups() const;
  // The size of the IP packets TCP should send.
  uint32_t SegmentSize() const;
};

// fe80::/64 with the modified EUI-64 of the MAC (RFC 4291 appendix A).
IpAddress LinkLocalAddress(Mac mac);
// ff02::1:ffXX:XXXX (RFC 4291 §2.7.1).
IpAddress SolicitedNode(const IpAddress& ip);
// 224.0.0.1, ff01::1 and ff02::1: every host is a member and no one reports it.
bool IsAllHosts(const IpAddress& ip);
// The MAC a group or broadcast IP address maps to (RFC 1112 §6.4, RFC 2464 §7).
Mac GroupMac(const IpAddress& ip);
// Neither unspecified, loopback, multicast, reserved (RFC 1112 §4 class E) nor limited broadcast.
bool IsUnicastV4(const IpAddress& ip);
bool IsLoopbackAddress(const IpAddress& ip);
bool IsLinkLocalV6(const IpAddress& ip);

}  // namespace zt::netstack
