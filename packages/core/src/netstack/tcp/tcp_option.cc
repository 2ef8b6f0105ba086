// Options of TCP sockets by their handle: a connection's are in force at once, a listener's with the next connection.
#include "netstack/tcp/tcp_layer.h"

namespace zt::netstack {

Status TcpLayer::SetOption(const Now& now, SocketId id, SocketOption option, int64_t value) {
  if (Connection* connection = Find(id)) {
    const Status status = connection->SetOption(now, option, value);
    Update(*connection);
    return status;
  }
  auto it = listeners_.find(id);
  if (it == listeners_.end()) return Status::kNotFound;
  if (option != SocketOption::kIpv6V6only) return it->second.settings.Set(option, value);
  if (value != 0 && value != 1) return Status::kInvalidArgument;
  return SetOnlyV6(id, it->second, value != 0);
}

Status TcpLayer::GetOption(SocketId id, SocketOption option, int64_t& value) {
  if (const Connection* connection = Find(id)) return connection->GetOption(option, value);
  auto it = listeners_.find(id);
  if (it == listeners_.end()) return Status::kNotFound;
  if (option != SocketOption::kIpv6V6only) return it->second.settings.Get(option, value);
  if (it->second.local.ip.IsV4()) return Status::kInvalidArgument;
  value = it->second.local.ip.IsNone() ? 0 : 1;
  return Status::kOk;
}

// RFC 3493 §5.3. Bound to no address, a listener hears both families; bound to `::`, IPv6 alone.
Status TcpLayer::SetOnlyV6(SocketId id, Listener& listener, bool on) {
  const IpAddress& ip = listener.local.ip;
  if (ip.IsV4() || (!ip.IsUnspecified() && !on)) return Status::kInvalidArgument;
  if (!ip.IsUnspecified() || ip.IsNone() == !on) return Status::kOk;
  Endpoint wanted{{}, listener.local.port};
  if (on) wanted.ip.family = IpFamily::kV6;
  bindings_.Remove(listener.local, id);
  const bool free = bindings_.IsFree(listener.interface, wanted);
  if (free) listener.local = wanted;
  bindings_.Add(listener.interface, listener.local, id);
  return free ? Status::kOk : Status::kAddressInUse;
}

}  // namespace zt::netstack
