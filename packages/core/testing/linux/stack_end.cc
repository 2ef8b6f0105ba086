#include <time.h>

#include <algorithm>

#include "testing/linux/link_end.h"

namespace zt::linux_lab {

namespace {

constexpr size_t kEthernetHeader = 14;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr Mac kStackMac{0x02005a540001};

Now ReadClocks() {
  timespec wall;
  clock_gettime(CLOCK_REALTIME, &wall);
  return {{NowNs() / kNsPerMs}, {wall.tv_sec * 1000 + wall.tv_nsec / kNsPerMs}};
}

}  // namespace

StackEnd::StackEnd(uint64_t seed, uint32_t mtu, std::span<const IpPrefix> addresses)
    : random_(seed), stack_(random_, drops_, *this) {
  const Now now = ReadClocks();
  if (!stack_.AddInterface(now, kInterface, kStackMac, mtu, 0)) Die("MTU of the stack");
  stack_.SetAddresses(now, kInterface, addresses);
}

bool StackEnd::Take(Bytes& frame) {
  if (taken_ == outbox_.size()) {
    outbox_.clear();
    taken_ = 0;
    return false;
  }
  frame = std::move(outbox_[taken_++]);
  return true;
}

void StackEnd::Deliver(const Bytes& frame) {
  if (frame.size() < kEthernetHeader) return;
  const uint16_t type = static_cast<uint16_t>(frame[12] << 8 | frame[13]);
  const Now now = ReadClocks();
  stack_.HandleFrame(now, kInterface, Mac::FromBytes(&frame[6]), Mac::FromBytes(&frame[0]), type,
                     ByteSpan(frame).subspan(kEthernetHeader));
}

void StackEnd::SendFrame(const Now&, NetworkId, Mac source, Mac destination, uint16_t ether_type,
                         std::span<const ByteSpan> payload) {
  size_t size = kEthernetHeader;
  for (ByteSpan piece : payload) size += piece.size();
  Bytes frame(size);
  const auto to = destination.ToBytes(), from = source.ToBytes();
  std::copy(to.begin(), to.end(), frame.begin());
  std::copy(from.begin(), from.end(), frame.begin() + 6);
  frame[12] = static_cast<uint8_t>(ether_type >> 8);
  frame[13] = static_cast<uint8_t>(ether_type);
  size_t at = kEthernetHeader;
  for (ByteSpan piece : payload) {
    std::copy(piece.begin(), piece.end(), frame.begin() + static_cast<ptrdiff_t>(at));
    at += piece.size();
  }
  outbox_.push_back(std::move(frame));
}

void StackEnd::Run() {
  const Now now = ReadClocks();
  if (stack_.NextTimeout().at <= now.mono) stack_.HandleTimeout(now);
  stack_.Flush(now);
}

int64_t StackEnd::NextNs() const {
  if (taken_ != outbox_.size()) return 0;
  const Instant at = stack_.NextTimeout().at;
  return at == Instant::Never() ? kNever : at.ms * kNsPerMs;
}

Sockets::Opened StackEnd::Connect(const Endpoint& local, const Endpoint& remote) {
  return stack_.TcpConnect(ReadClocks(), NetworkId{}, local, remote, 0);
}
Sockets::Opened StackEnd::Listen(const Endpoint& local, uint32_t backlog) {
  return stack_.TcpListen(NetworkId{}, local, backlog);
}
int64_t StackEnd::Read(SocketId socket, MutableBytes into) { return stack_.TcpRead(ReadClocks(), socket, into); }
int64_t StackEnd::Write(SocketId socket, ByteSpan data) { return stack_.TcpWrite(ReadClocks(), socket, data); }
Status StackEnd::Shutdown(SocketId socket) { return stack_.TcpShutdown(ReadClocks(), socket); }
Status StackEnd::Abort(SocketId socket) { return stack_.TcpAbort(ReadClocks(), socket); }
Status StackEnd::Close(SocketId socket) { return stack_.Close(ReadClocks(), socket); }
Status StackEnd::SetOption(SocketId socket, SocketOption option, int64_t value) {
  return stack_.SetOption(ReadClocks(), socket, option, value);
}
Status StackEnd::GetOption(SocketId socket, SocketOption option, int64_t& value) {
  return stack_.GetOption(ReadClocks(), socket, option, value);
}
std::optional<TcpInfo> StackEnd::Info(SocketId socket) { return stack_.GetTcpInfo(ReadClocks(), socket); }
Sockets::Opened StackEnd::UdpBind(const Endpoint& local) { return stack_.UdpBind(NetworkId{}, local); }
Status StackEnd::UdpSend(SocketId socket, const Endpoint& to, ByteSpan data) {
  return stack_.UdpSend(ReadClocks(), socket, to, data);
}
int64_t StackEnd::UdpReceive(SocketId socket, Endpoint& from, MutableBytes into) {
  Endpoint to;
  return stack_.UdpReceive(socket, from, to, into);
}
Status StackEnd::Ping(const IpAddress& to, uint32_t token, size_t size, Millis timeout) {
  return stack_.Ping(ReadClocks(), kInterface, to, token, size, timeout);
}
std::optional<StackEvent> StackEnd::Poll() { return stack_.PollEvent(); }

}  // namespace zt::linux_lab
