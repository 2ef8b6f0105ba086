// How receive windows grow, and what happens when the buffers of all sockets together reach their limit.
#include <doctest/doctest.h>

#include "netstack/header/protocol.h"
#include "netstack/tcp/receiver.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

int64_t WindowLimit(Lab& lab, Lab::Host& host, SocketId socket) {
  int64_t value = 0;
  REQUIRE(host.stack.GetOption(lab.now, socket, SocketOption::kSoRcvbuf, value) == Status::kOk);
  return value;
}

// A stack with many connections to it, whose server side nobody reads yet.
struct Crowd {
  Crowd(size_t count, size_t limit) {
    b.stack.SetMaxBufferBytes(limit);
    listener = b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4096).socket;
    for (size_t i = 0; i < count; ++i) {
      clients.push_back(a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0).socket);
    }
    lab.Run(10'000);
    while (const auto event = b.Take(Kind::kTcpAccepted)) servers.push_back(event->socket);
    REQUIRE(servers.size() == count);
  }
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  SocketId listener;
  std::vector<SocketId> clients, servers;
};

}  // namespace

TEST_CASE("a long fat network gets the window it needs, an idle connection keeps 64 KiB") {
  LinkModel link;
  link.latency = 50;
  link.bytes_per_ms = 60'000;  // 480 Mbit/s: 6 MB in flight
  link.queue_bytes = 2 << 20;
  Lab lab(1, link);
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  CHECK(WindowLimit(lab, b, pair.server) == 64 << 10);
  PatternWriter writer(lab, a, pair.client, 60'000'000, 5);
  PatternReader reader(lab, b, pair.server, 5);
  a.on_input = [&] { writer.Pump(); };
  b.on_input = [&] { reader.Pump(); };
  const Instant start = lab.now.mono;
  CHECK(lab.Run(60'000, [&] { return reader.ended; }));
  CHECK(reader.exact);
  const Millis took = lab.now.mono - start;
  MESSAGE("60 MB at 480 Mbit/s, 100 ms: " << took << " ms, window " << WindowLimit(lab, b, pair.server));
  CHECK(WindowLimit(lab, b, pair.server) > 6'000'000);
  CHECK(WindowLimit(lab, b, pair.server) <= static_cast<int64_t>(Receiver::kMaxWindow));
  CHECK(WindowLimit(lab, a, pair.client) == 64 << 10);
}

TEST_CASE("the window does not grow for a reader that is slow") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  PatternWriter writer(lab, a, pair.client, 20'000'000, 5);
  a.on_input = [&] { writer.Pump(); };
  Bytes buffer(2000);
  for (int i = 0; i < 2000; ++i) {
    lab.Run(10);  // a round trip: 2000 bytes of each are read
    b.stack.TcpRead(lab.now, pair.server, buffer);
  }
  CHECK(WindowLimit(lab, b, pair.server) == 64 << 10);
  CHECK(b.stack.BufferBytes() <= (80 << 10));
}

TEST_CASE("unread connections cannot take more memory than the stack has, and a reader still gets its data") {
  constexpr size_t kLimit = 1 << 20;
  Crowd crowd(100, kLimit);
  Lab& lab = crowd.lab;
  std::vector<std::unique_ptr<PatternWriter>> writers;
  for (SocketId client : crowd.clients) {
    writers.push_back(std::make_unique<PatternWriter>(lab, crowd.a, client, 300'000, client.value));
  }
  size_t most = 0;
  crowd.a.on_input = [&] {
    for (auto& writer : writers) writer->Pump();
    most = std::max(most, crowd.b.stack.BufferBytes());
  };
  lab.Run(10'000);
  CHECK(most > kLimit / 8 * 7);
  CHECK(most <= kLimit);
  CHECK(crowd.b.drops.Of(DropReason::kReceiveBufferFull) > 0);
  CHECK(crowd.a.Count(Kind::kTcpClosed) == 0);

  // One reads, in the midst of all that memory held by others; then all do.
  PatternReader first(lab, crowd.b, crowd.servers[7], 0);
  crowd.b.on_input = [&] { first.Pump(); };
  const uint64_t before = first.read;
  lab.Run(20'000);
  CHECK(first.read > before + 16'000);
  std::vector<std::unique_ptr<PatternReader>> readers;
  for (size_t i = 0; i < crowd.servers.size(); ++i) {
    if (i != 7) readers.push_back(std::make_unique<PatternReader>(lab, crowd.b, crowd.servers[i], 0));
  }
  crowd.b.on_input = [&] {
    first.Pump();
    for (auto& reader : readers) reader->Pump();
  };
  CHECK(lab.Run(300'000, [&] {
    uint64_t total = first.read;
    for (auto& reader : readers) total += reader->read;
    return total == 100 * 300'000;
  }));
  CHECK(crowd.b.stack.BufferBytes() == 0);
  CHECK(crowd.a.Count(Kind::kTcpClosed) + crowd.b.Count(Kind::kTcpClosed) == 0);
}

TEST_CASE("writers get 0 when memory is gone and are told when it is back") {
  constexpr size_t kLimit = 1 << 20;
  Crowd crowd(100, kLimit);
  Lab& lab = crowd.lab;
  crowd.a.deaf = true;  // nothing is acknowledged
  const Bytes data(50'000);
  size_t refused = 0;
  for (SocketId server : crowd.servers) {
    const int64_t n = crowd.b.stack.TcpWrite(lab.now, server, data);
    CHECK(n >= 0);
    refused += n == 0;
  }
  CHECK(refused > 10);
  CHECK(crowd.b.stack.BufferBytes() <= kLimit);
  CHECK(crowd.b.Count(Kind::kTcpWritable) == 0);
  crowd.a.deaf = false;
  CHECK(lab.Run(60'000, [&] { return crowd.b.Count(Kind::kTcpWritable) >= refused; }));
  for (SocketId server : crowd.servers) CHECK(crowd.b.stack.TcpWrite(lab.now, server, Bytes(10)) >= 0);
  CHECK(crowd.b.Count(Kind::kTcpClosed) == 0);
}

TEST_CASE("a writer whose last data is acknowledged while others hold all memory is told when it is back") {
  Crowd crowd(6, 2 << 20);
  Lab& lab = crowd.lab;
  const uint16_t first = crowd.a.stack.Info(crowd.clients[0])->local.port;
  bool only_first = true;
  crowd.a.deaf = true;
  for (SocketId server : crowd.servers) {
    if (crowd.b.stack.Info(server)->remote.port != first) continue;
    REQUIRE(crowd.b.stack.TcpWrite(lab.now, server, Bytes(300'000)) == 256 << 10);
  }
  for (SocketId server : crowd.servers) {
    if (crowd.b.stack.Info(server)->remote.port == first) continue;
    REQUIRE(crowd.b.stack.TcpWrite(lab.now, server, Bytes(300'000)) == 256 << 10);
  }
  crowd.b.stack.SetMaxBufferBytes(1 << 20);
  crowd.a.deaf = false;
  crowd.a.on_send = [&](Lab::Frame& f) {
    return !only_first || f.ether_type != kEtherTypeIpv4 || LoadU16(&f.payload[20]) == first;
  };
  Bytes sink(100'000);
  const auto read = [&] {
    for (SocketId client : crowd.clients) {
      while (crowd.a.stack.TcpRead(lab.now, client, sink) > 0) {
      }
    }
    return false;
  };
  lab.Run(20'000, read);
  CHECK(crowd.b.stack.BufferBytes() >= 5 * (256 << 10));
  only_first = false;
  lab.Run(60'000, read);
  CHECK(crowd.b.stack.BufferBytes() == 0);
  CHECK(crowd.b.Count(Kind::kTcpWritable) == 6);
}

}  // namespace zt::netstack
