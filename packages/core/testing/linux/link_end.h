// The two kinds of end a link has: a TAP device of the kernel, or our stack in this process.
#pragma once

#include <string>

#include "base/seeded_random.h"
#include "netstack/stack.h"
#include "testing/linux/event_loop.h"
#include "testing/linux/sockets.h"

namespace zt::linux_lab {

class LinkEnd {
 public:
  virtual ~LinkEnd() = default;
  // The next frame this end has sent, if there is one.
  virtual bool Take(Bytes& frame) = 0;
  virtual void Deliver(const Bytes& frame) = 0;
};

// A TAP device without packet information and without virtio header: the kernel segments and checksums itself.
class TapEnd final : public LinkEnd {
 public:
  // Makes the device in the network namespace `ns` (a name of `ip netns`).
  TapEnd(EventLoop& loop, const std::string& ns, const std::string& device);
  ~TapEnd() override;
  bool Take(Bytes& frame) override;
  void Deliver(const Bytes& frame) override;

 private:
  EventLoop& loop_;
  int fd_;
};

// Our stack with one interface. Its sockets are those of the process.
class StackEnd final : public LinkEnd, public Sockets, netstack::FrameSink {
 public:
  static constexpr NetworkId kInterface{1};

  StackEnd(uint64_t seed, uint32_t mtu, std::span<const IpPrefix> addresses);
  bool Take(Bytes& frame) override;
  // Run follows when the link has delivered all it has: as in a node, which answers a batch of datagrams at its end.
  void Deliver(const Bytes& frame) override;

  // Fires what is due and lets the stack send as much as the outbox takes.
  void Run();
  int64_t NextNs() const;
  netstack::Stack& stack() { return stack_; }

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
  Status Ping(const IpAddress& to, uint32_t token, size_t size, Millis timeout) override;
  std::optional<StackEvent> Poll() override;

 private:
  // Frames the stack may send before it hears what came in meanwhile.
  static constexpr size_t kOutbox = 64;

  void SendFrame(const Now& now, NetworkId interface, Mac source, Mac destination, uint16_t ether_type,
                 std::span<const ByteSpan> payload) override;
  bool HasRoom() const override { return outbox_.size() < kOutbox; }

  SeededRandom random_;
  DropCounters drops_;
  netstack::Stack stack_;
  std::vector<Bytes> outbox_;
  size_t taken_ = 0;  // of the outbox
};

}  // namespace zt::linux_lab
