#include "testing/linux/kernel_sockets.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "testing/linux/kernel_address.h"

namespace zt::linux_lab {

namespace {

int OpenFor(const Endpoint& endpoint, int type) {
  const int fd = socket(endpoint.ip.IsV4() ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // By the socket, because a namespace may only choose what the machine allows to everybody. Accepted ones inherit it.
  constexpr char kCubic[] = "cubic";
  if (type == SOCK_STREAM && setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, kCubic, sizeof kCubic - 1) != 0) {
    Die("TCP_CONGESTION cubic");
  }
  return fd;
}

bool Bind(int fd, const Endpoint& local) {
  KernelAddress address = ToKernel(local);
  return bind(fd, address.raw(), address.size) == 0;
}

int64_t Result(ssize_t n, Status kept) {
  if (n >= 0) return n;
  return -static_cast<int64_t>(kept == Status::kOk || errno == EAGAIN ? StatusOf(errno) : kept);
}

}  // namespace

KernelSockets::~KernelSockets() {
  for (auto& [id, entry] : entries_) close(entry.fd);
}

int KernelSockets::Fd(SocketId socket) const {
  const auto it = entries_.find(socket);
  return it == entries_.end() ? -1 : it->second.fd;
}

Sockets::Opened KernelSockets::Keep(int fd, Role role) {
  const SocketId id{++last_id_};
  entries_[id] = {fd, role};
  loop_.Watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, [this, id](uint32_t events) { OnReady(id, events); });
  return {Status::kOk, id, LocalOf(fd)};
}

Sockets::Opened KernelSockets::Refuse(int fd) {
  const Status status = StatusOf(errno);
  close(fd);
  return {status, {}, {}};
}

Sockets::Opened KernelSockets::Connect(const Endpoint& local, const Endpoint& remote) {
  const int fd = OpenFor(remote, SOCK_STREAM);
  if (!local.IsNone() && !Bind(fd, local)) return Refuse(fd);
  KernelAddress address = ToKernel(remote);
  if (connect(fd, address.raw(), address.size) != 0 && errno != EINPROGRESS) return Refuse(fd);
  return Keep(fd, Role::kConnecting);
}

Sockets::Opened KernelSockets::Listen(const Endpoint& local, uint32_t backlog) {
  const int fd = OpenFor(local, SOCK_STREAM);
  if (!Bind(fd, local) || listen(fd, static_cast<int>(backlog)) != 0) return Refuse(fd);
  return Keep(fd, Role::kListener);
}

Sockets::Opened KernelSockets::UdpBind(const Endpoint& local) {
  const int fd = OpenFor(local, SOCK_DGRAM);
  if (!Bind(fd, local)) return Refuse(fd);
  return Keep(fd, Role::kDatagram);
}

int64_t KernelSockets::Read(SocketId socket, MutableBytes into) {
  const auto it = entries_.find(socket);
  if (it == entries_.end()) return -static_cast<int64_t>(Status::kNotFound);
  const ssize_t n = recv(it->second.fd, into.data(), into.size(), 0);
  // The kernel tells a reset once; whoever asks again gets the same answer here.
  if (n <= 0 && it->second.error != Status::kOk) return -static_cast<int64_t>(it->second.error);
  return Result(n, Status::kOk);
}

int64_t KernelSockets::Write(SocketId socket, ByteSpan data) {
  const auto it = entries_.find(socket);
  if (it == entries_.end()) return -static_cast<int64_t>(Status::kNotFound);
  const ssize_t n = send(it->second.fd, data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0 && errno == EAGAIN) return 0;
  return Result(n, it->second.error);
}

Status KernelSockets::Shutdown(SocketId socket) {
  return shutdown(Fd(socket), SHUT_WR) == 0 ? Status::kOk : StatusOf(errno);
}

Status KernelSockets::Abort(SocketId socket) {
  const linger at_once{1, 0};
  if (setsockopt(Fd(socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0) return StatusOf(errno);
  return Close(socket);
}

Status KernelSockets::Close(SocketId socket) {
  const auto it = entries_.find(socket);
  if (it == entries_.end()) return Status::kNotFound;
  loop_.Unwatch(it->second.fd);
  close(it->second.fd);
  entries_.erase(it);
  return Status::kOk;
}

Status KernelSockets::UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) {
  KernelAddress address = ToKernel(to);
  const ssize_t n = sendto(Fd(socket), data.data(), data.size(), MSG_NOSIGNAL, address.raw(), address.size);
  return n < 0 ? StatusOf(errno) : Status::kOk;
}

int64_t KernelSockets::UdpReceive(SocketId socket, Endpoint& from, MutableBytes into) {
  KernelAddress address;
  const ssize_t n = recvfrom(Fd(socket), into.data(), into.size(), 0, address.raw(), &address.size);
  if (n >= 0) from = FromKernel(address);
  return Result(n, Status::kOk);
}

void KernelSockets::AcceptAll(SocketId listener, int fd) {
  for (;;) {
    const int accepted = accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
      if (errno == ECONNABORTED) continue;
      if (errno != EAGAIN) Die("accept4");
      return;
    }
    const Opened opened = Keep(accepted, Role::kConnection);
    Post(StackEventKind::kTcpAccepted, opened.socket);
    events_.back().listener = listener;
  }
}

void KernelSockets::Post(StackEventKind kind, SocketId socket, Status status) {
  StackEvent& event = events_.emplace_back();
  event.kind = kind;
  event.socket = socket;
  event.status = status;
}

void KernelSockets::TellClosed(SocketId socket, Entry& entry, Status status) {
  if (entry.closed_told) return;
  entry.closed_told = true;
  entry.error = status;
  Post(StackEventKind::kTcpClosed, socket, status);
}

void KernelSockets::OnConnection(SocketId socket, Entry& entry, uint32_t events) {
  int error = 0;
  socklen_t size = sizeof error;
  if ((events & EPOLLERR) != 0) getsockopt(entry.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return TellClosed(socket, entry, StatusOf(error));
  if (entry.role == Role::kConnecting && (events & EPOLLOUT) != 0 && (events & EPOLLHUP) == 0) {
    entry.role = Role::kConnection;
    Post(StackEventKind::kTcpConnected, socket);
  }
  if (entry.role == Role::kConnecting) return;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) Post(StackEventKind::kTcpReadable, socket);
  if ((events & EPOLLOUT) != 0) Post(StackEventKind::kTcpWritable, socket);
  if ((events & EPOLLHUP) != 0) TellClosed(socket, entry, Status::kOk);
}

void KernelSockets::OnReady(SocketId socket, uint32_t events) {
  Entry& entry = entries_.at(socket);
  switch (entry.role) {
    case Role::kListener: return AcceptAll(socket, entry.fd);
    case Role::kDatagram: {
      int error = 0;
      socklen_t size = sizeof error;
      if ((events & EPOLLERR) != 0) getsockopt(entry.fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) Post(StackEventKind::kUdpError, socket, StatusOf(error));
      if ((events & EPOLLIN) != 0) Post(StackEventKind::kUdpReadable, socket);
      return;
    }
    default: return OnConnection(socket, entry, events);
  }
}

std::optional<StackEvent> KernelSockets::Poll() {
  if (events_.empty()) return std::nullopt;
  const StackEvent event = events_.front();
  events_.pop_front();
  return event;
}

}  // namespace zt::linux_lab
