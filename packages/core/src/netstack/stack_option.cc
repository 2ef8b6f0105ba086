// Options and statistics of sockets, all kinds (HOST_PROTOCOL.md §7, §8).
#include "netstack/stack_impl.h"

namespace zt::netstack {

Status Stack::SetOption(const Now& now, SocketId socket, SocketOption option, int64_t value) {
  if (impl_->udp.Has(socket)) return impl_->udp.SetOption(now, socket, option, value);
  return impl_->tcp.SetOption(now, socket, option, value);
}

Status Stack::GetOption(const Now&, SocketId socket, SocketOption option, int64_t& value) {
  if (impl_->udp.Has(socket)) return impl_->udp.GetOption(socket, option, value);
  return impl_->tcp.GetOption(socket, option, value);
}

std::optional<TcpInfo> Stack::GetTcpInfo(const Now& now, SocketId socket) const {
  const Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return std::nullopt;
  return connection->Statistics(now);
}

}  // namespace zt::netstack
