// The stack's calls about UDP sockets, groups and echo.
#include "netstack/stack_impl.h"

namespace zt::netstack {

Stack::Opened Stack::UdpBind(NetworkId interface, const Endpoint& local) {
  Opened opened{Status::kOk, impl_->NewId(), local};
  if (!opened.socket) return {Status::kLimitReached, {}, {}};
  opened.status = impl_->udp.Bind(opened.socket, interface, opened.local);
  if (opened.status != Status::kOk) return {opened.status, {}, {}};
  return opened;
}

Status Stack::UdpConnect(SocketId socket, const Endpoint& remote, Endpoint& local) {
  return impl_->udp.Connect(socket, remote, local);
}

Status Stack::UdpSend(const Now& now, SocketId socket, const Endpoint& to, ByteSpan data) {
  return impl_->udp.Send(now, socket, to, data);
}

Status Stack::JoinGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group) {
  const auto info = impl_->udp.Info(socket);
  if (!info) return Status::kNotFound;
  return impl_->ip.JoinGroup(now, socket, interface.value != 0 ? interface : info->interface, group);
}

Status Stack::LeaveGroup(const Now& now, SocketId socket, NetworkId interface, const IpAddress& group) {
  const auto info = impl_->udp.Info(socket);
  if (!info) return Status::kNotFound;
  return impl_->ip.LeaveGroup(now, socket, interface.value != 0 ? interface : info->interface, group);
}

int64_t Stack::UdpReceive(SocketId socket, Endpoint& from, Endpoint& to, MutableBytes into) {
  return impl_->udp.Receive(socket, from, to, into);
}

Status Stack::Ping(const Now& now, NetworkId interface, const IpAddress& to, uint32_t token,
                   size_t payload_size, Millis timeout) {
  return impl_->echo.Ping(now, interface, to, token, payload_size, timeout);
}

}  // namespace zt::netstack
