// The stack's calls about TCP sockets.
#include "netstack/stack_impl.h"

namespace zt::netstack {

Stack::Opened Stack::TcpConnect(const Now& now, NetworkId interface, const Endpoint& local,
                                const Endpoint& remote, Millis timeout) {
  Opened opened{Status::kOk, impl_->NewId(), local};
  if (!opened.socket) return {Status::kLimitReached, {}, {}};
  opened.status =
      impl_->tcp.Connect(now, opened.socket, interface, opened.local, remote, timeout);
  if (opened.status != Status::kOk) return {opened.status, {}, {}};
  return opened;
}

Stack::Opened Stack::TcpListen(NetworkId interface, const Endpoint& local, uint32_t backlog) {
  Opened opened{Status::kOk, impl_->NewId(), local};
  if (!opened.socket) return {Status::kLimitReached, {}, {}};
  opened.status = impl_->tcp.Listen(opened.socket, interface, opened.local, backlog);
  if (opened.status != Status::kOk) return {opened.status, {}, {}};
  return opened;
}

Status Stack::TcpShutdown(const Now& now, SocketId socket) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return Status::kNotFound;
  const Status status = connection->Shutdown(now);
  impl_->tcp.Update(*connection);
  return status;
}

Status Stack::TcpAbort(const Now& now, SocketId socket) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return Status::kNotFound;
  connection->Abort(now, Status::kConnectionAborted);
  impl_->tcp.Update(*connection);
  return Status::kOk;
}

int64_t Stack::TcpWrite(const Now& now, SocketId socket, ByteSpan data) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return -static_cast<int64_t>(Status::kNotFound);
  return connection->Write(now, data);
}

int64_t Stack::TcpRead(const Now& now, SocketId socket, MutableBytes into) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return -static_cast<int64_t>(Status::kNotFound);
  return connection->Read(now, into);
}

int64_t Stack::TcpPeek(SocketId socket, ByteSpan& first, ByteSpan& second) {
  Connection* connection = impl_->tcp.Find(socket);
  if (connection == nullptr) return -static_cast<int64_t>(Status::kNotFound);
  StreamBuffer::Pieces pieces;
  const int64_t size = connection->Peek(pieces);
  first = pieces.first;
  second = pieces.second;
  return size;
}

Status Stack::TcpConsume(const Now& now, SocketId socket, size_t size) {
  Connection* connection = impl_->tcp.Find(socket);
  return connection == nullptr ? Status::kNotFound : connection->Consume(now, size);
}

}  // namespace zt::netstack
