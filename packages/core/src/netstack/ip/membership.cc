// Sockets in groups: who hears a datagram, and what the interface must receive.
#include "netstack/group/report_packet.h"
#include "netstack/header/igmp.h"
#include "netstack/header/mld.h"
#include "netstack/ip/ip_layer.h"

namespace zt::netstack {

Interface* IpLayer::GroupInterface(NetworkId id, const IpAddress& group) {
  if (id.value != 0) return Find(id);
  for (auto& [key, interface] : interfaces_) {
    if (!interface->loopback && interface->HasFamily(group.family)) return interface.get();
  }
  return nullptr;
}

Status IpLayer::JoinGroup(const Now& now, SocketId socket, NetworkId id, const IpAddress& group) {
  if (!group.IsMulticast()) return Status::kInvalidArgument;
  Interface* interface = GroupInterface(id, group);
  if (interface == nullptr) return Status::kNotFound;
  const GroupTable::Change change = interface->groups.Join(socket, group);
  if (change.group_changed) GroupsChanged(now, *interface);
  return change.status;
}

Status IpLayer::LeaveGroup(const Now& now, SocketId socket, NetworkId id, const IpAddress& group) {
  if (!group.IsMulticast()) return Status::kInvalidArgument;
  Interface* interface = GroupInterface(id, group);
  if (interface == nullptr) return Status::kNotFound;
  const GroupTable::Change change = interface->groups.Leave(socket, group);
  if (change.group_changed) GroupsChanged(now, *interface);
  return change.status;
}

void IpLayer::LeaveGroups(const Now& now, SocketId socket) {
  for (auto& [id, interface] : interfaces_) {
    if (interface->groups.empty()) continue;
    if (!interface->groups.LeaveAll(socket).empty()) GroupsChanged(now, *interface);
  }
}

bool IpLayer::HearsGroup(const Interface& interface, const IpAddress& group, SocketId socket) const {
  return IsAllHosts(group) || interface.groups.IsMember(socket, group);
}

void IpLayer::GroupsChanged(const Now& now, Interface& interface) {
  transports_.OnGroupsChanged(interface);
  ReportGroups(now, interface, false);
}

void IpLayer::ReportGroups(const Now& now, Interface& interface, bool quiet) {
  if (interface.loopback) return;
  interface.igmp.SetGroups(now, interface.ReportedGroups(IpFamily::kV4), quiet, random_);
  interface.mld.SetGroups(now, interface.ReportedGroups(IpFamily::kV6), quiet, random_);
  DrainReports(interface);
}

void IpLayer::DrainReports(Interface& interface) {
  for (const GroupReporter::Message& message : interface.igmp.TakeMessages()) {
    ++counters_[StackProtocol::kIgmp].xmit;
    SendIgmp(interface, message, queue_);
  }
  for (const GroupReporter::Message& message : interface.mld.TakeMessages()) {
    ++counters_[StackProtocol::kMld6].xmit;
    SendMld(interface, message, queue_);
  }
}

bool IpLayer::HandleIgmp(const Now& now, const IpPacket& packet) {
  const auto message = Igmp::Parse(packet.payload);
  if (!message || packet.arrival->loopback) return false;
  GroupReporter& reporter = packet.arrival->igmp;
  switch (message->type) {
    case Igmp::kQuery: {
      const auto query = message->AsQuery();
      // RFC 3376 §9.1: without Router Alert only version 1 is credible; a general query goes to all hosts.
      if (!query || (query->version != 1 && !packet.router_alert)) return false;
      if (query->group.IsUnspecified() && !IsAllHosts(packet.destination)) return false;
      reporter.HandleQuery(now, *query, random_);
      return true;
    }
    case Igmp::kReportV1:
    case Igmp::kReportV2: reporter.HandleReport(now, message->group); return true;
    default: return true;  // for routers (RFC 3376 §4)
  }
}

bool IpLayer::HandleMld(const Now& now, const IpPacket& packet, const Icmpv6& message) {
  // RFC 3810 §6.2: a link-local source, hop limit 1 and Router Alert, or it did not come from this link.
  const bool credible = IsLinkLocalV6(packet.source) && packet.hop_limit == 1 && packet.router_alert;
  if (!credible || packet.arrival->loopback) return false;
  GroupReporter& reporter = packet.arrival->mld;
  if (message.type == Mld::kQuery) {
    const auto query = Mld::ParseQuery(message);
    if (!query) return false;
    reporter.HandleQuery(now, *query, random_);
  } else if (message.type == Mld::kReportV1) {
    const auto group = Mld::ParseReport(message);
    if (!group) return false;
    reporter.HandleReport(now, *group);
  }
  return true;
}

}  // namespace zt::netstack
