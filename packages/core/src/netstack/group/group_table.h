// Which socket joined which group on one interface (RFC 3376 §3.1, RFC 3810 §3, any source). A group exists on the
// interface while at least one socket is in it.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "zt/generated/enums.h"
#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::netstack {

class GroupTable {
 public:
  // VL2 announces every group of an interface to its peers and keeps 4096 of a network (vl2.md §17).
  static constexpr size_t kMaxGroups = 256;
  // Pairs of socket and group: a datagram to a group is copied once for each socket in it.
  static constexpr size_t kMaxMemberships = 4096;

  struct Change {
    Status status = Status::kOk;
    bool group_changed = false;  // the interface joined or left the group
  };
  // kAlreadyExists, kLimitReached, or kOk.
  Change Join(SocketId socket, const IpAddress& group);
  // kNotFound or kOk.
  Change Leave(SocketId socket, const IpAddress& group);
  // Ends every membership of the socket; the groups nobody is in any more.
  std::vector<IpAddress> LeaveAll(SocketId socket);

  bool IsMember(SocketId socket, const IpAddress& group) const;
  bool Has(const IpAddress& group) const;
  std::vector<IpAddress> Groups() const;  // sorted, unique
  bool empty() const { return members_.empty(); }

 private:
  std::set<std::pair<IpAddress, SocketId>> members_;
  size_t groups_ = 0;
};

}  // namespace zt::netstack
