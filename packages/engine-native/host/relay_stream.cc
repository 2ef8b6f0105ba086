#include "host/relay_stream.h"

#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <unistd.h>

#include "host/socket_address.h"

namespace zt::host {

namespace {

std::optional<size_t> Outcome(ssize_t result) {
  if (result > 0) return static_cast<size_t>(result);
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
  return std::nullopt;  // an error, or the other side's end
}

}  // namespace

std::unique_ptr<RelayStream> RelayStream::Connect(const Endpoint& server) {
  const int family = server.ip.IsV4() ? AF_INET : AF_INET6;
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return nullptr;
  std::unique_ptr<RelayStream> stream(new RelayStream(fd, server));
  const int on = 1;
  // Best effort: datagrams wait for no acknowledgement of earlier ones.
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage address;
  const socklen_t length = ToSocketAddress(server, address);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0 || errno == EINPROGRESS) return stream;
  return nullptr;
}

RelayStream::~RelayStream() {
  const int error = errno;
  close(fd_);
  errno = error;
}

bool RelayStream::FinishConnecting() {
  int error = 0;
  socklen_t length = sizeof error;
  connected_ = getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
  return connected_;
}

std::optional<size_t> RelayStream::Read(MutableBytes into) { return Outcome(recv(fd_, into.data(), into.size(), 0)); }

std::optional<size_t> RelayStream::Write(ByteSpan bytes) {
  return Outcome(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

}  // namespace zt::host
