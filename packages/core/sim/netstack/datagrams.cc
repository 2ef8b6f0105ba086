#include "sim/netstack/datagrams.h"

#include "netstack/header/protocol.h"

namespace zt::netstack::sim {

void Datagrams::Start(Millis until) {
  const auto opened = host_.stack.UdpBind({}, {{}, kPort});
  socket_ = opened.socket;
  if (opened.status != Status::kOk) fault_ = "UdpBind: " + std::string(ToString(opened.status));
  const auto some_time = [&] {
    return lab_.now.mono + static_cast<Millis>(random_.Below(static_cast<uint64_t>(until)));
  };
  for (uint32_t i = 0; i < plan_.datagrams; ++i) {
    lab_.At(some_time(), [this] { SendOne(random_.Below(2) != 0); });
  }
  for (uint32_t i = 0; i < plan_.pings; ++i) {
    lab_.At(some_time(), [this] {
      const size_t size = random_.Below(random_.Below(4) == 0 ? 20'000 : 100);
      const Status status =
          host_.stack.Ping(lab_.now, {}, random_.Below(2) != 0 ? peer_.v6() : peer_.v4(), pings_, size, kPingTimeout);
      if (status == Status::kOk) ++pings_;
      lab_.Settle(host_);
    });
  }
}

void Datagrams::SendOne(bool v6) {
  // One in four is fragmented.
  const size_t size = kHeader + random_.Below(random_.Below(4) == 0 ? 40'000 : 1'200);
  Bytes data(size);
  StoreU32(&data[0], sent_);
  StoreU32(&data[4], static_cast<uint32_t>(size));
  for (size_t i = kHeader; i < size; ++i) data[i] = PatternWriter::At(Way(sent_), i);
  const Status status = host_.stack.UdpSend(lab_.now, socket_, {v6 ? peer_.v6() : peer_.v4(), kPort}, data);
  if (status == Status::kOk) ++sent_;
  if (status != Status::kOk && status != Status::kWouldBlock) fault_ = "UdpSend: " + std::string(ToString(status));
  lab_.Settle(host_);
}

void Datagrams::OnReadable(SocketId socket) {
  Bytes data(65'536);
  Endpoint from, to;
  for (;;) {
    const int64_t n = host_.stack.UdpReceive(socket, from, to, data);
    if (n < 0) return;
    ++received_;
    const size_t size = static_cast<size_t>(n);
    bool exact = size >= kHeader && LoadU32(&data[4]) == size && from.port == kPort;
    const uint32_t number = exact ? LoadU32(&data[0]) : 0;
    for (size_t i = kHeader; exact && i < size; ++i) exact = data[i] == PatternWriter::At(Way(number), i);
    if (!exact) fault_ = "a datagram arrived that was not sent so";
  }
}

void Datagrams::Close() {
  if (socket_) host_.stack.Close(lab_.now, socket_);
}

std::string Datagrams::Fault() const {
  if (!fault_.empty()) return fault_;
  if (ping_replies_ != pings_) {
    return std::to_string(pings_) + " echo requests brought " + std::to_string(ping_replies_) + " results";
  }
  return {};
}

}  // namespace zt::netstack::sim
