// Options of UDP sockets (HOST_PROTOCOL.md §7).
#include "netstack/udp/udp_layer.h"

namespace zt::netstack {
namespace {

constexpr int64_t kMinBuffer = 2048;
constexpr int64_t kMaxBuffer = 16 << 20;

// Takes `value` when it is in range.
template <typename T>
Status Assign(T& field, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) return Status::kInvalidArgument;
  field = static_cast<T>(value);
  return Status::kOk;
}

}  // namespace

Status UdpLayer::SetOption(const Now&, SocketId id, SocketOption option, int64_t value) {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return Status::kNotFound;
  Socket& socket = it->second;
  switch (option) {
    case SocketOption::kSoRcvbuf: return Assign(socket.receive_limit, value, kMinBuffer, kMaxBuffer);
    case SocketOption::kSoSndbuf: return Assign(socket.send_limit, value, kMinBuffer, kMaxBuffer);
    case SocketOption::kSoBroadcast: return Assign(socket.broadcast, value, 0, 1);
    case SocketOption::kIpTos: return Assign(socket.tos, value, 0, 255);
    case SocketOption::kIpTtl: return Assign(socket.ttl, value, 1, 255);
    case SocketOption::kIpMtuDiscover: return Assign(socket.dont_fragment, value, 0, 1);
    case SocketOption::kIpMulticastTtl: return Assign(socket.multicast_ttl, value, 0, 255);
    case SocketOption::kIpMulticastLoop: return Assign(socket.multicast_loop, value, 0, 1);
    case SocketOption::kIpv6V6only:
      return value == 0 || value == 1 ? SetV6Only(id, socket, value == 1) : Status::kInvalidArgument;
    default: return Status::kInvalidArgument;
  }
}

Status UdpLayer::GetOption(SocketId id, SocketOption option, int64_t& value) const {
  auto it = sockets_.find(id);
  if (it == sockets_.end()) return Status::kNotFound;
  const Socket& socket = it->second;
  switch (option) {
    case SocketOption::kSoRcvbuf: value = socket.receive_limit; break;
    case SocketOption::kSoSndbuf: value = socket.send_limit; break;
    case SocketOption::kSoBroadcast: value = socket.broadcast; break;
    case SocketOption::kIpTos: value = socket.tos; break;
    case SocketOption::kIpTtl: value = socket.ttl; break;
    case SocketOption::kIpMtuDiscover: value = socket.dont_fragment; break;
    case SocketOption::kIpMulticastTtl: value = socket.multicast_ttl; break;
    case SocketOption::kIpMulticastLoop: value = socket.multicast_loop; break;
    case SocketOption::kIpv6V6only:
      if (socket.local.ip.IsV4()) return Status::kInvalidArgument;
      value = !socket.local.ip.IsNone();
      break;
    default: return Status::kInvalidArgument;
  }
  return Status::kOk;
}

// `::` and "all addresses of both families" are the same socket with and without the option (RFC 3493 §5.3).
Status UdpLayer::SetV6Only(SocketId id, Socket& socket, bool on) {
  const IpAddress& bound = socket.local.ip;
  if (!bound.IsUnspecified() || bound.IsV4()) return Status::kInvalidArgument;
  if (on == !bound.IsNone()) return Status::kOk;
  Endpoint changed = socket.local;
  changed.ip = {};
  if (on) changed.ip.family = IpFamily::kV6;
  bindings_.Remove(socket.local, id);
  const bool free = bindings_.IsFree(socket.interface, changed);
  if (free) socket.local = changed;
  bindings_.Add(socket.interface, socket.local, id);
  return free ? Status::kOk : Status::kAddressInUse;
}

}  // namespace zt::netstack
