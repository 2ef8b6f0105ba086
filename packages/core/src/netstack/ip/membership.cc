// Sockets in groups: who hears a datagram, and what the interface must receive.
#include <algorithm>

#include "netstack/ip/ip_layer.h"

namespace zt::netstack {

Interface* IpLayer::GroupInterface(NetworkId id, const IpAddress& group) {
  if (id.value != 0) return Find(id);
  for (auto& [key, interface] : interfaces_) {
    if (!interface->loopback && interface->HasFamily(group.family)) return interface.get();
  }
  return nullptr;
}

Status IpLayer::JoinGroup(const Now&, SocketId socket, NetworkId id, const IpAddress& group) {
  if (!group.IsMulticast()) return Status::kInvalidArgument;
  Interface* interface = GroupInterface(id, group);
  if (interface == nullptr) return Status::kNotFound;
  const GroupTable::Change change = interface->groups.Join(socket, group);
  if (change.group_changed) transports_.OnGroupsChanged(*interface);
  return change.status;
}

Status IpLayer::LeaveGroup(const Now&, SocketId socket, NetworkId id, const IpAddress& group) {
  if (!group.IsMulticast()) return Status::kInvalidArgument;
  Interface* interface = GroupInterface(id, group);
  if (interface == nullptr) return Status::kNotFound;
  const GroupTable::Change change = interface->groups.Leave(socket, group);
  if (change.group_changed) transports_.OnGroupsChanged(*interface);
  return change.status;
}

void IpLayer::LeaveGroups(const Now&, SocketId socket) {
  for (auto& [id, interface] : interfaces_) {
    if (interface->groups.empty()) continue;
    if (!interface->groups.LeaveAll(socket).empty()) transports_.OnGroupsChanged(*interface);
  }
}

bool IpLayer::HearsGroup(const Interface& interface, const IpAddress& group, SocketId socket) const {
  return IsAllHosts(group) || interface.groups.IsMember(socket, group);
}

}  // namespace zt::netstack
