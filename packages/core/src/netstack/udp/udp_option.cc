// Options of UDP sockets (HOST_PROTOCOL.md §7).
#include "netstack/udp/udp_layer.h"

namespace zt::netstack {

Status UdpLayer::SetOption(const Now&, SocketId id, SocketOption, int64_t) {
  return Has(id) ? Status::kInvalidArgument : Status::kNotFound;
}

Status UdpLayer::GetOption(SocketId id, SocketOption, int64_t&) const {
  return Has(id) ? Status::kInvalidArgument : Status::kNotFound;
}

}  // namespace zt::netstack
