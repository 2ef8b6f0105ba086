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
  SocketId Find(NetworkId interface, const Endpoint& local) const;
  // All sockets of the port that group or broadcast traffic on `interface` reaches.
  std::vector<SocketId> FindAll(NetworkId interface, IpFamily family, uint16_t port) const;

 private:
  std::map<uint16_t, std::vector<Binding>> ports_;
};

}  // namespace zt::netstack
