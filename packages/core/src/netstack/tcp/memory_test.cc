// What an idle connection costs, and socket numbers after the four billionth.
#include <doctest/doctest.h>
#include <malloc.h>

#include "netstack/socket/socket_ids.h"
#include "netstack/tcp/connection.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {

TEST_CASE("socket numbers start again after the last and skip what is in use") {
  SocketIds ids(0xfffffffe);
  const auto none = [](SocketId) { return false; };
  CHECK(ids.Next(none).value == 0xffffffff);
  CHECK(ids.Next([](SocketId id) { return id.value <= 3; }).value == 4);
  CHECK(ids.Next(none).value == 5);
}

TEST_CASE("10,000 idle connections in one stack cost less than 40 MB") {
  constexpr size_t kCount = 10'000;
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  b.stack.TcpListen({}, {IpAddress::V4(0), 80}, 4096);
  const size_t before = mallinfo2().uordblks;
  std::vector<SocketId> clients;
  for (size_t i = 0; i < kCount; ++i) {
    clients.push_back(a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0).socket);
    if (i % 100 == 99) lab.Run(20);
  }
  lab.Run(10'000);
  // Each has carried data, then fell silent.
  for (SocketId id : clients) a.stack.TcpWrite(lab.now, id, Bytes(100));
  lab.Run(1000);
  size_t read = 0;
  Bytes buffer(1000);
  for (const StackEvent& event : b.events) {
    if (event.kind != StackEventKind::kTcpAccepted) continue;
    read += static_cast<size_t>(std::max<int64_t>(0, b.stack.TcpRead(lab.now, event.socket, buffer)));
  }
  lab.Run(1000);
  CHECK(read == kCount * 100);
  CHECK(a.stack.BufferBytes() + b.stack.BufferBytes() == 0);
  a.events = {};
  b.events = {};
  // Both ends are counted, and the spare blocks of both pools (4 MiB each).
  const size_t both = mallinfo2().uordblks - before;
  MESSAGE("sizeof(Connection) ", sizeof(Connection), ", both ends ", both / (2 * kCount), " bytes per connection");
  CHECK(both / 2 < 40'000'000);
}

}  // namespace zt::netstack
