// What the commands need of a TCP/IP implementation; ours and the kernel's look alike behind it. The words are those of
// the stack's contract (netstack/stack.h): its events, statuses and options.
#pragma once

#include <optional>

#include "netstack/stack.h"

namespace zt::linux_lab {

using netstack::StackEvent;
using netstack::StackEventKind;
using netstack::TcpInfo;

class Sockets {
 public:
  using Opened = netstack::Stack::Opened;

  virtual ~Sockets() = default;
  virtual Opened Connect(const Endpoint& local, const Endpoint& remote) = 0;
  virtual Opened Listen(const Endpoint& local, uint32_t backlog) = 0;
  // Bytes, 0 at the end of the stream or when the buffer is full, or a negative Status.
  virtual int64_t Read(SocketId socket, MutableBytes into) = 0;
  virtual int64_t Write(SocketId socket, ByteSpan data) = 0;
  virtual Status Shutdown(SocketId socket) = 0;
  virtual Status Abort(SocketId socket) = 0;
  virtual Status Close(SocketId socket) = 0;
  virtual Status SetOption(SocketId socket, SocketOption option, int64_t value) = 0;
  virtual Status GetOption(SocketId socket, SocketOption option, int64_t& value) = 0;
  virtual std::optional<TcpInfo> Info(SocketId socket) = 0;
  virtual Opened UdpBind(const Endpoint& local) = 0;
  virtual Status UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) = 0;
  virtual int64_t UdpReceive(SocketId socket, Endpoint& from, MutableBytes into) = 0;
  virtual Status Ping(const IpAddress& to, uint32_t token, size_t size, Millis timeout) = 0;
  virtual std::optional<StackEvent> Poll() = 0;
};

}  // namespace zt::linux_lab
