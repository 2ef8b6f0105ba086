// The kernel's sockets of this process's network namespace, with the stack's words: non-blocking, events by epoll.
#pragma once

#include <deque>
#include <map>

#include "testing/linux/event_loop.h"
#include "testing/linux/sockets.h"

namespace zt::linux_lab {

class KernelSockets final : public Sockets {
 public:
  explicit KernelSockets(EventLoop& loop) : loop_(loop) {}
  ~KernelSockets() override;

  Opened Connect(const Endpoint& local, const Endpoint& remote) override;
  Opened Listen(const Endpoint& local, uint32_t backlog) override;
  int64_t Read(SocketId socket, MutableBytes into) override;
  int64_t Write(SocketId socket, ByteSpan data) override;
  Status Shutdown(SocketId socket) override;
  Status Abort(SocketId socket) override;
  Status Close(SocketId socket) override;
  Status SetOption(SocketId socket, SocketOption option, int64_t value) override;
  Status GetOption(SocketId socket, SocketOption option, int64_t& value) override;
  std::optional<TcpInfo> Info(SocketId socket) override;
  Opened UdpBind(const Endpoint& local) override;
  Status UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) override;
  int64_t UdpReceive(SocketId socket, Endpoint& from, MutableBytes into) override;
  // The kernel's ping is the program `ping`.
  Status Ping(const IpAddress&, uint32_t, size_t, Millis) override { return Status::kNotSupported; }
  std::optional<StackEvent> Poll() override;

 private:
  enum class Role : uint8_t { kListener, kConnecting, kConnection, kDatagram };
  struct Entry {
    int fd = -1;
    Role role = Role::kConnection;
    bool closed_told = false;
    Status error = Status::kOk;  // taken from SO_ERROR, which forgets it
  };

  Opened Keep(int fd, Role role);
  Opened Refuse(int fd);
  void OnReady(SocketId socket, uint32_t events);
  void OnConnection(SocketId socket, Entry& entry, uint32_t events);
  void AcceptAll(SocketId listener, int fd);
  void Post(StackEventKind kind, SocketId socket, Status status = Status::kOk);
  void TellClosed(SocketId socket, Entry& entry, Status status);
  int Fd(SocketId socket) const;

  EventLoop& loop_;
  uint32_t last_id_ = 0;
  std::map<SocketId, Entry> entries_;
  std::deque<StackEvent> events_;
};

}  // namespace zt::linux_lab
