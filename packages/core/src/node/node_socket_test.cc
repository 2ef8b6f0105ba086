// Sockets through the host protocol: options, TCP_INFO, connected UDP, counters, and requests that are nonsense.
#include "testing/node_transfer.h"

namespace zt::testing {

namespace {

using node::HostReader;
using node::HostWriter;

SocketId Bind(NodeLab& lab, LabHost& host, const Endpoint& local) {
  REQUIRE(lab.Do(host, Command::kUdpBind, [&](HostWriter& w) {
            w.U64(0);
            w.Ep(local);
          }) == Status::kOk);
  return {lab.Body().U32()};
}

Status Set(NodeLab& lab, LabHost& host, SocketId socket, SocketOption option, int64_t value) {
  return lab.Do(host, Command::kSocketSetOption, [&](HostWriter& w) {
    w.U32(socket.value);
    w.U8(static_cast<uint8_t>(option));
    w.I64(value);
  });
}

Status Get(NodeLab& lab, LabHost& host, SocketId socket, SocketOption option, int64_t& value) {
  const Status status = lab.Do(host, Command::kSocketGetOption, [&](HostWriter& w) {
    w.U32(socket.value);
    w.U8(static_cast<uint8_t>(option));
  });
  HostReader body = lab.Body();
  if (status == Status::kOk) value = body.I64();
  CHECK(body.AtEnd());
  return status;
}

Status Connect(NodeLab& lab, LabHost& host, SocketId socket, const Endpoint& remote) {
  return lab.Do(host, Command::kUdpConnect, [&](HostWriter& w) {
    w.U32(socket.value);
    w.Ep(remote);
  });
}

Status Info(NodeLab& lab, LabHost& host, SocketId socket) {
  return lab.Do(host, Command::kTcpInfo, [&](HostWriter& w) { w.U32(socket.value); });
}

// One counter of one protocol; `field` in the order of HOST_PROTOCOL.md §3.
uint64_t Counter(NodeLab& lab, LabHost& host, StackProtocol protocol, size_t field) {
  REQUIRE(lab.Do(host, Command::kStackCounters) == Status::kOk);
  HostReader body = lab.Body();
  uint64_t found = 0;
  size_t protocols = body.U16();
  for (; protocols > 0; --protocols) {
    const bool wanted = body.U8() == static_cast<uint8_t>(protocol);
    for (size_t i = 0; i < 12; ++i) {
      const uint64_t count = body.U64();
      if (wanted && i == field) found = count;
    }
  }
  CHECK(body.AtEnd());
  return found;
}

}  // namespace

TEST_CASE("options go in and come out through the host protocol, for both kinds of socket") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  const SocketId udp = Bind(lab, a, {{}, 0});
  int64_t value = 0;
  CHECK(Set(lab, a, udp, SocketOption::kIpTtl, 9) == Status::kOk);
  CHECK(Get(lab, a, udp, SocketOption::kIpTtl, value) == Status::kOk);
  CHECK(value == 9);
  CHECK(Set(lab, a, udp, SocketOption::kIpTtl, 256) == Status::kInvalidArgument);
  CHECK(Set(lab, a, udp, SocketOption::kTcpNodelay, 1) == Status::kInvalidArgument);
  REQUIRE(lab.Do(a, Command::kTcpListen, [](HostWriter& w) {
            w.U64(0);
            w.Ep({{}, 80});
            w.U32(4);
          }) == Status::kOk);
  const SocketId listener{lab.Body().U32()};
  CHECK(Set(lab, a, listener, SocketOption::kTcpNodelay, 1) == Status::kOk);
  CHECK(Get(lab, a, listener, SocketOption::kTcpNodelay, value) == Status::kOk);
  CHECK(value == 1);
  CHECK(Set(lab, a, listener, SocketOption::kSoBroadcast, 1) == Status::kInvalidArgument);
  for (int option = 0; option < 256; ++option) {
    for (SocketId socket : {udp, listener, SocketId{999}}) {
      const Status set = Set(lab, a, socket, static_cast<SocketOption>(option), INT64_MIN);
      CHECK(set == (socket.value == 999 ? Status::kNotFound : Status::kInvalidArgument));
    }
  }
}

TEST_CASE("tcp_info after a transfer says what went over the connection") {
  constexpr size_t kSize = 300'000;
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  for (LabHost* host : {&a, &b}) lab.Member(*host);
  NodeTransfer transfer(lab, a, b, NodeLab::AddressOf(1), kSize);
  lab.RunUntil([&] {
    transfer.Pump();
    return transfer.received() == kSize;
  });
  REQUIRE(Info(lab, a, transfer.client) == Status::kOk);
  HostReader body = lab.Body();
  CHECK(body.remaining() == 5 + 31 * 8);
  const uint8_t state = body.U8();
  CHECK(state >= 4);
  CHECK(body.U8() == static_cast<uint8_t>(Congestion::kCubic));
  CHECK((body.U8() & 7) == 7);  // timestamps, SACK, scaling
  body.Skip(2);
  uint64_t n[31];
  for (uint64_t& number : n) number = body.U64();
  CHECK(body.AtEnd());
  CHECK(n[0] >= 10'000);  // two ways of 5 ms
  CHECK(n[0] < 1'000'000);
  CHECK(n[2] <= n[0]);
  CHECK(n[4] > 1000);     // send mss
  CHECK(n[6] >= n[4] + 40);
  CHECK(n[15] >= kSize);  // bytes sent
  CHECK(n[17] < 100);     // bytes received
  CHECK(n[19] >= kSize / n[4]);
  CHECK(n[20] > 0);
  REQUIRE(Info(lab, b, transfer.server) == Status::kOk);
  body = lab.Body();
  body.Skip(5 + 17 * 8);
  CHECK(body.U64() >= kSize);
  CHECK(Info(lab, a, {999}) == Status::kNotFound);
  CHECK(Info(lab, a, Bind(lab, a, {{}, 0})) == Status::kNotFound);
}

TEST_CASE("a connected UDP socket is told that nobody listens, and the counters of both nodes move") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  for (LabHost* host : {&a, &b}) lab.Member(*host);
  const SocketId socket = Bind(lab, a, {{}, 6000});
  CHECK(a.node->UdpSend(lab.now(), socket, {}, Bytes(3)) == -static_cast<int64_t>(Status::kNotConnected));
  CHECK(Connect(lab, a, {999}, {NodeLab::AddressOf(1), 7}) == Status::kNotFound);
  REQUIRE(Connect(lab, a, socket, {NodeLab::AddressOf(1), 7}) == Status::kOk);
  HostReader body = lab.Body();
  CHECK(body.Ep() == Endpoint{NodeLab::AddressOf(0), 6000});
  CHECK(body.AtEnd());
  const uint64_t sent = Counter(lab, a, StackProtocol::kUdp, 0);
  const uint64_t refused = Counter(lab, b, StackProtocol::kUdp, 8);
  CHECK(a.node->UdpSend(lab.now(), socket, {}, Bytes(3)) >= 0);
  lab.Drain(a);
  lab.RunUntil([&] { return a.Count(Event::kUdpError) == 1; });
  HostReader error(a.Last(Event::kUdpError)->body);
  CHECK(error.U32() == socket.value);
  CHECK(error.U32() == static_cast<uint32_t>(Status::kConnectionRefused));
  CHECK(error.Ep() == Endpoint{NodeLab::AddressOf(1), 7});
  CHECK(Counter(lab, a, StackProtocol::kUdp, 0) == sent + 1);
  CHECK(Counter(lab, b, StackProtocol::kUdp, 8) == refused + 1);
  REQUIRE(Connect(lab, a, socket, {}) == Status::kOk);
  CHECK(lab.Body().Ep() == Endpoint{{}, 6000});
}

TEST_CASE("requests about sockets, cut anywhere or with bytes to spare, change nothing") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  const SocketId socket = Bind(lab, a, {{}, 6000});
  const auto body = [&](auto write) {
    Bytes bytes;
    HostWriter out(bytes);
    out.U32(socket.value);
    write(out);
    return bytes;
  };
  const std::pair<Command, Bytes> requests[] = {
      {Command::kSocketSetOption, body([](HostWriter& w) { w.U8(11); w.I64(9); })},
      {Command::kSocketGetOption, body([](HostWriter& w) { w.U8(11); })},
      {Command::kTcpInfo, body([](HostWriter&) {})},
      {Command::kUdpConnect, body([](HostWriter& w) { w.Ep({NodeLab::AddressOf(0), 7}); })},
      {Command::kGroupJoin, body([](HostWriter& w) { w.U64(0); w.Ip(IpAddress::V4(239, 1, 1, 1)); })},
      {Command::kGroupLeave, body([](HostWriter& w) { w.U64(0); w.Ip(IpAddress::V4(239, 1, 1, 1)); })},
      {Command::kStackCounters, {}},
  };
  for (const auto& [op, whole] : requests) {
    CAPTURE(ToString(op));
    for (size_t size = 0; size <= whole.size() + 1; ++size) {
      if (size == whole.size()) continue;
      Bytes bytes = whole;
      bytes.resize(size);
      const auto status = lab.Do(a, op, [&](HostWriter& w) { w.Put(bytes); });
      CHECK(status == Status::kInvalidArgument);
      CHECK(lab.reply.size() == 4);
    }
  }
  int64_t ttl = 0;
  CHECK(Get(lab, a, socket, SocketOption::kIpTtl, ttl) == Status::kOk);
  CHECK(ttl == 64);
  CHECK(a.node->UdpSend(lab.now(), socket, {}, {}) == -static_cast<int64_t>(Status::kNotConnected));
  for (const IpAddress& ip : {IpAddress{}, IpAddress::V4(10, 0, 0, 1), IpAddress::V4(0)}) {
    CHECK(lab.Do(a, Command::kGroupJoin, [&](HostWriter& w) {
            w.U32(socket.value);
            w.U64(0);
            w.Ip(ip);
          }) == Status::kInvalidArgument);
  }
}

}  // namespace zt::testing
