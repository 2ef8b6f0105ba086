// What each joined network has put into the stack, and the events about the differences (sdk-api.md §3.3, §5).
#pragma once

#include <map>
#include <vector>

#include "netstack/stack.h"
#include "node/event_encoder.h"
#include "node/network_permissions.h"
#include "vl2/vl2.h"

namespace zt::node {

class NetworkPorts {
 public:
  // The largest IP packet whose FRAME message fits one physical datagram of 1432 bytes: packet header 28, network id
  // and ether type 10 (vl1.md §3.9, vl2.md §9.2). Larger ones become VL1 fragments.
  static constexpr uint32_t kSegmentHint = 1432 - 28 - 10;

  NetworkPorts(netstack::Stack& stack, vl2::Vl2& vl2, EventEncoder& events)
      : stack_(stack), vl2_(vl2), events_(events) {}

  // Brings the interface up with what is known so far (vl2.md §3.2 step 4). Already there: nothing.
  void Attach(const Now& now, const vl2::NetworkInfo& info);
  // A configuration or a change of failure state: addresses, routes, MTU, then the events in the order of sdk-api.md
  // §5.5. `update`: report NETWORK_UPDATE. Status transitions are reported only while `online` (sdk-api.md §3.3).
  void Apply(const Now& now, const vl2::NetworkInfo& info, bool update, bool online);
  // What the network may have from now on; what it has already is judged again. Without this it has everything, as in
  // existing embedded nodes (sdk-api.md §5.3).
  void Permit(const Now& now, NetworkId id, const NetworkPermissions& permissions, bool online);
  void ForgetPermissions(NetworkId id) { permissions_.erase(id); }
  // Transitions held back while the node was offline.
  void ReportAll();
  // The network is about to be left, or the node shuts down.
  void Detach(const Now& now, const vl2::NetworkInfo& info);
  // Places in the stack that became free go to the networks that have waited for one longest.
  void GivePlaces(const Now& now);

  // The stack gives the network up to a port for frames, or takes it back with its addresses and routes. Listeners and
  // datagram sockets wait meanwhile, connections end.
  void SetStack(const Now& now, NetworkId id, bool attached);
  // What an application with a port for frames wants to receive besides; replaces the set.
  void SetFrameGroups(const Now& now, NetworkId id, std::vector<vl2::MulticastGroup> groups);

  // What the stack says about interfaces; true when the event was one of those.
  bool HandleStackEvent(const Now& now, const netstack::StackEvent& event);

  // True iff `ip` is inside a range assigned to us on any network (vl1.md §7.3 rule 3).
  bool Contains(const IpAddress& ip) const;

 private:
  struct Port {
    Mac mac;
    uint32_t mtu = 0;
    std::vector<IpPrefix> addresses;    // sorted, without duplicates
    std::vector<NetworkRoute> routes;
    NetworkStatus reported = NetworkStatus::kRequestingConfiguration;
    bool ready_v4 = false, ready_v6 = false;  // READY was reported for the family
    bool in_stack = true;
    uint64_t arrival = 0;  // the smaller, the earlier
    bool has_place = false;  // one of Stack::kMaxInterfaces is its own, also while an exclusive port for frames is open
    std::vector<vl2::MulticastGroup> frame_groups;
  };

  bool HasFreePlace() const;
  void EnterStack(const Now& now, NetworkId id, const Port& port);
  void ApplyAddresses(const Now& now, NetworkId id, Port& port, const NetworkConfig& config);
  // VL2 subscribes to what the interface must receive (vl2.md §11.1, §10).
  void SubscribeGroups(const Now& now, NetworkId id);
  void WarnOfConflict(const netstack::StackEvent& event);
  void ApplyRoutes(NetworkId id, Port& port, const NetworkConfig& config);
  void GiveRoutes(NetworkId id, const Port& port);
  void Report(const vl2::NetworkInfo& info, Port& port);
  void ReportReady(const vl2::NetworkInfo& info, Port& port);

  netstack::Stack& stack_;
  vl2::Vl2& vl2_;
  EventEncoder& events_;
  // Sorted, without duplicates, as far as they are permitted.
  std::vector<IpPrefix> Addresses(NetworkId id, const NetworkConfig& config) const;
  std::vector<NetworkRoute> Routes(NetworkId id, const NetworkConfig& config) const;

  std::map<NetworkId, Port> ports_;  // bounded by Vl2::kMaxNetworks
  uint64_t arrivals_ = 0;
  std::map<NetworkId, NetworkPermissions> permissions_;  // of networks in ports_, and of one about to be joined
};

}  // namespace zt::node
