#include "netstack/socket/bind_table.h"

#include <algorithm>

namespace zt::netstack {

bool BindTable::IsFree(NetworkId interface, const Endpoint& local) const {
  auto it = ports_.find(local.port);
  if (it == ports_.end()) return true;
  return std::none_of(it->second.begin(), it->second.end(), [&](const Binding& b) {
    // Both families and one whole family are the same name (RFC 3493 §5.3 without IPV6_V6ONLY).
    const bool overlap = (b.ip.IsNone() && local.ip.IsUnspecified()) ||
                         (local.ip.IsNone() && b.ip.IsUnspecified());
    return b.interface == interface && (b.ip == local.ip || overlap);
  });
}

void BindTable::Add(NetworkId interface, const Endpoint& local, SocketId socket) {
  ports_[local.port].push_back({interface, local.ip, socket});
}

void BindTable::Remove(const Endpoint& local, SocketId socket) {
  auto it = ports_.find(local.port);
  if (it == ports_.end()) return;
  std::erase_if(it->second, [&](const Binding& b) { return b.socket == socket; });
  if (it->second.empty()) ports_.erase(it);
}

int BindTable::Score(const Binding& b, NetworkId interface, const IpAddress& ip) {
  if (!b.ip.IsNone() && b.ip.family != ip.family) return -1;
  if (b.interface.value != 0 && b.interface != interface) return -1;
  if (!b.ip.IsUnspecified() && b.ip != ip) return -1;
  return (b.ip.IsUnspecified() ? 0 : 2) + (b.interface.value == 0 ? 0 : 1);
}

std::vector<SocketId> BindTable::FindAll(NetworkId interface, IpFamily family,
                                         uint16_t port) const {
  std::vector<SocketId> out;
  auto it = ports_.find(port);
  if (it == ports_.end()) return out;
  for (const Binding& b : it->second) {
    const bool fits = (b.ip.IsNone() || b.ip.family == family) &&
                      (b.interface.value == 0 || b.interface == interface);
    if (fits) out.push_back(b.socket);
  }
  return out;
}

}  // namespace zt::netstack
