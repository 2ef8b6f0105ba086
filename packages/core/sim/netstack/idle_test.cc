// Ten thousand connections that do nothing cost memory, and less than 100 MB of it; no time.
#include <doctest/doctest.h>

#include <deque>

#include "netstack/tcp/connection.h"
#include "netstack/tcp/listener.h"
#include "sim/heap_account.h"
#include "testing/netstack_lab.h"

namespace zt::netstack::sim {
namespace {

constexpr size_t kConnections = 10'000;
constexpr size_t kBudget = 100'000'000;
constexpr uint16_t kPort = 80;

// One stack whose heap is counted apart from its peer's and from the test's.
class Side final : public FrameSink {
 public:
  Side(size_t account, uint64_t seed) : account_(account), random_(seed), mac{0x020000000000ULL + account} {
    zt::sim::HeapAccount heap(account_);
    stack = std::make_unique<Stack>(random_, drops_, *this);
  }
  void SendFrame(const Now&, NetworkId, Mac source, Mac destination, uint16_t ether_type,
                 std::span<const ByteSpan> payload) override {
    zt::sim::HeapAccount heap(0);
    Lab::Frame& frame = out.emplace_back(Lab::Frame{source, destination, ether_type, {}});
    for (ByteSpan piece : payload) frame.payload.insert(frame.payload.end(), piece.begin(), piece.end());
  }
  bool HasRoom() const override { return true; }
  // Anything done to the stack, counted.
  template <typename Act>
  auto Do(Act act) {
    zt::sim::HeapAccount heap(account_);
    return act(*stack);
  }
  size_t heap() const { return zt::sim::HeapAccount::Bytes(account_); }
  IpAddress v4() const { return IpAddress::V4(10, 0, 0, static_cast<uint8_t>(account_)); }

 private:
  size_t account_;
  SeededRandom random_;
  DropCounters drops_;

 public:
  Mac mac;
  std::unique_ptr<Stack> stack;
  std::deque<Lab::Frame> out;
  std::vector<SocketId> connections;
  uint64_t wakes = 0;
};

class Couple {
 public:
  Couple() : client(1, 1), server(2, 2) {
    for (Side* side : {&client, &server}) {
      const IpPrefix address[] = {{side->v4(), 24}};
      side->Do([&](Stack& stack) {
        stack.AddInterface(now, Lab::kNetwork, side->mac, 2800, 0);
        stack.SetAddresses(now, Lab::kNetwork, address);
      });
    }
  }

  void Turn(Side& side) {
    side.Do([&](Stack& stack) { stack.Flush(now); });
    while (const auto event = side.Do([](Stack& stack) { return stack.PollEvent(); })) {
      const bool ours = event->kind == StackEventKind::kTcpConnected || event->kind == StackEventKind::kTcpAccepted;
      if (ours) side.connections.push_back(event->socket);
      if (event->kind != StackEventKind::kTcpReadable) continue;
      uint8_t into[4096];
      side.Do([&](Stack& stack) {
        while (stack.TcpRead(now, event->socket, into) > 0) continue;
      });
    }
    side.Do([&](Stack& stack) { stack.Flush(now); });
  }
  // A link without delay; time passes only for timers.
  void Run(Millis time) {
    const Instant end = now.mono + time;
    for (;;) {
      bool any = false;
      for (Side* side : {&client, &server}) {
        Turn(*side);
        Side& other = side == &client ? server : client;
        for (; !side->out.empty(); side->out.pop_front()) {
          const Lab::Frame& f = side->out.front();
          other.Do([&](Stack& stack) {
            stack.HandleFrame(now, Lab::kNetwork, f.source, f.destination, f.ether_type, f.payload);
          });
          any = true;
        }
      }
      if (any) continue;
      const Instant next = std::min(client.stack->NextTimeout().at, server.stack->NextTimeout().at);
      if (next > end) break;
      now.mono = std::max(now.mono, next);
      for (Side* side : {&client, &server}) {
        if (side->stack->NextTimeout().at > now.mono) continue;
        ++side->wakes;
        side->Do([&](Stack& stack) { stack.HandleTimeout(now); });
      }
    }
    now.mono = end;
  }

  Now now{{1'000'000}, {1'700'000'000'000}};
  Side client, server;
};

}  // namespace

TEST_CASE("10,000 idle connections hold in under 100 MB and wake nobody") {
  Couple couple;
  couple.Run(10'000);
  const auto listener =
      couple.server.Do([](Stack& stack) { return stack.TcpListen({}, {{}, kPort}, Listener::kMaxBacklog); });
  REQUIRE(listener.status == Status::kOk);
  const size_t before[] = {couple.client.heap(), couple.server.heap()};
  for (size_t i = 0; i < kConnections; ++i) {
    const Endpoint remote{couple.server.v4(), kPort};
    const auto opened =
        couple.client.Do([&](Stack& stack) { return stack.TcpConnect(couple.now, {}, {}, remote, 0); });
    REQUIRE(opened.status == Status::kOk);
    if (i % 100 == 99) couple.Run(1);
  }
  couple.Run(5'000);  // of the first, some wait for ARP in vain (NeighborCache::kMaxPending) and try again
  REQUIRE(couple.client.connections.size() == kConnections);
  REQUIRE(couple.server.connections.size() == kConnections);
  // They are not new but used: both ends have said something long enough to need a buffer.
  const Bytes text(3000, 7);
  for (Side* side : {&couple.client, &couple.server}) {
    for (size_t i = 0; i < kConnections; ++i) {
      side->Do([&](Stack& stack) { stack.TcpWrite(couple.now, side->connections[i], text); });
      if (i % 100 == 99) couple.Run(1);
    }
  }
  couple.Run(10'000);  // acknowledgments that were put off, neighbours that are probed
  const uint64_t wakes = couple.client.wakes + couple.server.wakes;
  const size_t grown[] = {couple.client.heap() - before[0], couple.server.heap() - before[1]};
  MESSAGE("heap of ", kConnections, " idle connections: ", static_cast<double>(grown[0]) / 1e6, " MB where they were ",
          "opened, ", static_cast<double>(grown[1]) / 1e6, " MB where they were accepted; ", grown[1] / kConnections,
          " bytes each, of them sizeof(Connection) ", sizeof(Connection));
  CHECK(grown[0] < kBudget);
  CHECK(grown[1] < kBudget);
  CHECK(couple.client.stack->BufferBytes() == 0);
  CHECK(couple.server.stack->BufferBytes() == 0);
  couple.Run(24 * 3'600'000);
  CHECK(couple.client.wakes + couple.server.wakes == wakes);
  // And they are still connections.
  const SocketId last = couple.client.connections.back();
  CHECK(couple.client.Do([&](Stack& stack) { return stack.TcpWrite(couple.now, last, text); }) == 3000);
  couple.Run(1'000);
  CHECK(couple.client.stack->Info(last)->send_queue == 0);
  // Closed, they give back everything but the spare blocks and the tables' room.
  for (SocketId socket : couple.client.connections) {
    couple.client.Do([&](Stack& stack) { stack.Close(couple.now, socket); });
  }
  for (SocketId socket : couple.server.connections) {
    couple.server.Do([&](Stack& stack) { stack.Close(couple.now, socket); });
  }
  couple.Run(120'000);
  CHECK(couple.client.stack->SocketCount() == 0);
  CHECK(couple.server.stack->SocketCount() == 1);
  MESSAGE("left when they are closed: ", couple.client.heap() - before[0], " and ", couple.server.heap() - before[1]);
  CHECK(couple.client.heap() - before[0] < 10'000'000);
  CHECK(couple.server.heap() - before[1] < 10'000'000);
}

}  // namespace zt::netstack::sim
