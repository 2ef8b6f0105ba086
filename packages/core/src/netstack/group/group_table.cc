#include "netstack/group/group_table.h"

#include <algorithm>

namespace zt::netstack {

GroupTable::Change GroupTable::Join(SocketId socket, const IpAddress& group) {
  if (IsMember(socket, group)) return {Status::kAlreadyExists, false};
  const bool fresh = !Has(group);
  if (members_.size() >= kMaxMemberships || (fresh && groups_ >= kMaxGroups)) {
    return {Status::kLimitReached, false};
  }
  members_.emplace(group, socket);
  groups_ += fresh ? 1 : 0;
  return {Status::kOk, fresh};
}

GroupTable::Change GroupTable::Leave(SocketId socket, const IpAddress& group) {
  if (members_.erase({group, socket}) == 0) return {Status::kNotFound, false};
  const bool last = !Has(group);
  groups_ -= last ? 1 : 0;
  return {Status::kOk, last};
}

std::vector<IpAddress> GroupTable::LeaveAll(SocketId socket) {
  std::vector<IpAddress> ended;
  for (const IpAddress& group : Groups()) {
    if (Leave(socket, group).group_changed) ended.push_back(group);
  }
  return ended;
}

bool GroupTable::IsMember(SocketId socket, const IpAddress& group) const {
  return members_.count({group, socket}) != 0;
}

bool GroupTable::Has(const IpAddress& group) const {
  const auto it = members_.lower_bound({group, SocketId{}});
  return it != members_.end() && it->first == group;
}

std::vector<IpAddress> GroupTable::Groups() const {
  std::vector<IpAddress> groups;
  for (const auto& [group, socket] : members_) {
    if (groups.empty() || groups.back() != group) groups.push_back(group);
  }
  return groups;
}

}  // namespace zt::netstack
