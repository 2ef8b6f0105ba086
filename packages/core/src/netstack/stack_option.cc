// Options of sockets, all kinds (HOST_PROTOCOL.md §7).
#include "netstack/stack_impl.h"

namespace zt::netstack {

Status Stack::SetOption(const Now& now, SocketId socket, SocketOption option, int64_t value) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return Status::kNotFound;
  if (value < 0) return Status::kInvalidArgument;
  switch (option) {
    case SocketOption::kTcpNodelay: connection->SetNoDelay(value != 0); break;
    case SocketOption::kTcpKeepidle:
      if (value > kMaxKeepAlive) return Status::kInvalidArgument;
      connection->SetKeepAlive(now, value);
      break;
    default: return Status::kNotSupported;
  }
  impl_->tcp.Update(*connection);
  return Status::kOk;
}

}  // namespace zt::netstack
