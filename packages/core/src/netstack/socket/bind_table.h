// Which local endpoint belongs to which listener or datagram socket. The most specific binding wins: interface and
// address, then address, then interface, then neither.
#pragma once

#include <map>
#include <vector>

#include "zt/ids.h"
#include "zt/inet.h"

namespace zt::netstack {

class BindTable {
 public:
  struct Binding {
    NetworkId interface;  // 0: any
    IpAddress ip;         // unspecified: any of that family; none: any of both
    SocketId socket;
  };

  // False: something bound would receive the same traffic under the same name.
  bool IsFree(NetworkId interface, const Endpoint& local) const;
  void Add(NetworkId interface, const Endpoint& local, SocketId socket);
  void Remove(const Endpoint& local, SocketId socket);
  // The socket for traffic to `local` owned by `interface`, or 0.
  SocketId Find(NetworkId interface, const Endpoint& local) const {
    return Find(interface, local, [](SocketId) { return true; });
  }
  // Of those that `wants` holds for.
  template <typename Wants>
  SocketId Find(NetworkId interface, const Endpoint& local, Wants wants) const {
    auto it = ports_.find(local.port);
    if (it == ports_.end()) return {};
    SocketId best;
    int best_score = -1;
    for (const Binding& binding : it->second) {
      const int score = Score(binding, interface, local.ip);
      if (score <= best_score || !wants(binding.socket)) continue;
      best_score = score;
      best = binding.socket;
    }
    return best;
  }
  // All sockets of the port and family on `interface`, whatever address they are bound to.
  std::vector<SocketId> FindAll(NetworkId interface, IpFamily family, uint16_t port) const;
  bool HasPort(uint16_t port) const { return ports_.count(port) != 0; }

 private:
  // How well the binding fits; -1: not at all.
  static int Score(const Binding& binding, NetworkId interface, const IpAddress& ip);

  std::map<uint16_t, std::vector<Binding>> ports_;
};

}  // namespace zt::netstack
