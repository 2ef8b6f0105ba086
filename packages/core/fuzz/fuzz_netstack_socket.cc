// The socket calls in any order with any arguments, on two stacks joined by a wire that may lose, repeat and reorder.
// What is read must be what was written, whatever else happens.
#include <deque>

#include "fuzz/netstack_harness.h"

namespace zt::netstack {
namespace {

constexpr size_t kMaxSteps = 400;
constexpr size_t kMaxWire = 256;  // frames under way; the rest is lost, like at any queue
constexpr size_t kMaxSockets = 64;

// Every stream carries the same bytes, so that a reader needs to know only its position.
uint8_t PatternAt(uint64_t position) { return static_cast<uint8_t>(position * 0x9e3779b97f4a7c15ULL >> 56); }

class Side final : public FuzzStack {
 public:
  struct Frame {
    Mac destination;
    uint16_t ether_type;
    Bytes payload;
  };
  using FuzzStack::FuzzStack;

  void OnFrame(Mac destination, uint16_t ether_type, ByteSpan payload) override {
    if (wire.size() < kMaxWire) wire.push_back({destination, ether_type, Bytes(payload.begin(), payload.end())});
  }
  void Write(SocketId socket, size_t size) {
    Bytes data(size);
    uint64_t& position = written_[socket];
    for (size_t i = 0; i < size; ++i) data[i] = PatternAt(position + i);
    const int64_t n = stack.TcpWrite(now, socket, data);
    ZT_CHECK(n <= static_cast<int64_t>(size));
    if (n > 0) position += static_cast<uint64_t>(n);
  }
  void Read(SocketId socket, size_t size) {
    Bytes into(size);
    const int64_t n = stack.TcpRead(now, socket, into);
    ZT_CHECK(n <= static_cast<int64_t>(size));
    if (n > 0) Compare(socket, ByteSpan(into).first(static_cast<size_t>(n)));
  }
  void Consume(SocketId socket, size_t size) {
    ByteSpan first, second;
    const int64_t n = stack.TcpPeek(socket, first, second);
    if (n <= 0) return (void)stack.TcpConsume(now, socket, size);
    ZT_CHECK(first.size() + second.size() == static_cast<size_t>(n));
    if (size > static_cast<size_t>(n)) {  // two pieces need not be all there is
      const Status status = stack.TcpConsume(now, socket, size);
      ZT_CHECK(status == Status::kInvalidArgument || (status == Status::kOk && !second.empty()));
      if (status == Status::kOk) read_[socket] += size;
      return;
    }
    const size_t head = std::min(size, first.size());
    Compare(socket, first.first(head));
    Compare(socket, second.first(size - head));
    ZT_CHECK(stack.TcpConsume(now, socket, size) == Status::kOk);
  }

  std::deque<Frame> wire;

 private:
  void Compare(SocketId socket, ByteSpan data) {
    uint64_t& position = read_[socket];
    for (uint8_t byte : data) ZT_CHECK(byte == PatternAt(position++));
  }

  std::map<SocketId, uint64_t> written_, read_;
};

class Pair {
 public:
  explicit Pair(FuzzInput& in) : in_(in) {}

  void Run() {
    for (size_t i = 0; i < kMaxSteps && !in_.empty(); ++i) {
      Step(in_.Byte());
      Settle();
    }
    Finish();
  }

 private:
  void Settle() {
    a_.Settle();
    b_.Settle();
  }
  void Advance(Millis by) {
    for (Side* side : {&a_, &b_}) side->Advance(by);
    Settle();
  }
  // To the nearer deadline of the two.
  bool AdvanceToDeadline() {
    const Instant next = std::min(a_.stack.NextTimeout().at, b_.stack.NextTimeout().at);
    if (next == Instant::Never()) return false;
    Advance(next > a_.now.mono ? next - a_.now.mono : 0);
    return true;
  }
  void Deliver(Side& from, Side& to, size_t count, uint8_t fault) {
    for (; count > 0 && !from.wire.empty(); --count) {
      if (fault == 1 && from.wire.size() > 1) std::swap(from.wire[0], from.wire[1]);
      const Side::Frame frame = std::move(from.wire.front());
      from.wire.pop_front();
      if (fault == 2) continue;
      for (int copies = fault == 3 ? 2 : 1; copies > 0; --copies) {
        to.stack.HandleFrame(to.now, kFuzzNetwork, from.mac, frame.destination, frame.ether_type, frame.payload);
      }
      to.Settle();
      fault = 0;
    }
  }
  void Carry() {
    while (!a_.wire.empty() || !b_.wire.empty()) {
      Deliver(a_, b_, a_.wire.size(), 0);
      Deliver(b_, a_, b_.wire.size(), 0);
    }
  }
  // The wire is good again, everything is closed: both sides come to rest.
  void Finish() {
    for (Side* side : {&a_, &b_}) side->CloseAll();
    constexpr int kManyTimers = 8000;
    for (int i = 0; i < kManyTimers; ++i) {
      Carry();
      if (!AdvanceToDeadline()) break;
    }
    a_.CheckNothingLeft();
    b_.CheckNothingLeft();
  }

  IpAddress Address(uint8_t choice) {
    const IpAddress all[] = {a_.v4, a_.v6, b_.v4, b_.v6, IpAddress::V4(127, 0, 0, 1), *IpAddress::Parse("::1"),
                             IpAddress::V4(0), *IpAddress::Parse("::"), IpAddress{}, IpAddress::V4(224, 0, 0, 251),
                             *IpAddress::Parse("ff02::fb"), IpAddress::V4(255, 255, 255, 255),
                             IpAddress::V4(10, 0, 0, 255), IpAddress::V4(10, 0, 0, 77),
                             *IpAddress::Parse("fe80::1"), IpAddress::V4(8, 8, 8, 8)};
    return all[choice % std::size(all)];
  }
  Endpoint Where() {
    const IpAddress ip = Address(in_.Byte());
    return {ip, static_cast<uint16_t>(in_.Byte() % 8 == 7 ? 0 : 80 + in_.Byte() % 4)};
  }
  NetworkId Which() {
    const NetworkId all[] = {{}, kFuzzNetwork, {99}};
    return all[in_.Byte() % 3];
  }

  void Open(Side& side, uint8_t how) {
    if (side.sockets.size() >= kMaxSockets) return;
    const NetworkId network = Which();
    const Endpoint local = Where();
    switch (how % 3) {
      case 0: return side.Keep(side.stack.TcpListen(network, local, in_.Byte()));
      case 1: return side.Keep(side.stack.UdpBind(network, local));
      default: return side.Keep(side.stack.TcpConnect(side.now, network, local, Where(), in_.Word()));
    }
  }
  void Datagram(Side& side, SocketId socket, uint8_t how) {
    Endpoint from, local;
    switch (how % 6) {
      case 0: (void)side.stack.UdpSend(side.now, socket, Where(), Bytes(in_.Word())); return;
      case 1: {
        Bytes into(in_.Byte() * 16);
        ZT_CHECK(side.stack.UdpReceive(socket, from, local, into) <= static_cast<int64_t>(into.size()));
        return;
      }
      case 2: (void)side.stack.UdpConnect(socket, Where(), local); return;
      case 3: (void)side.stack.JoinGroup(side.now, socket, Which(), Address(in_.Byte())); return;
      case 4: (void)side.stack.LeaveGroup(side.now, socket, Which(), Address(in_.Byte())); return;
      default: (void)side.stack.Ping(side.now, Which(), Address(in_.Byte()), 1, in_.Word(), in_.Byte()); return;
    }
  }
  void Options(Side& side, SocketId socket) {
    const auto option = static_cast<SocketOption>(in_.Byte() % 40);
    const int64_t value = static_cast<int32_t>(in_.Long() >> in_.Byte() % 32);
    const Status status = side.stack.SetOption(side.now, socket, option, value);
    int64_t now_in_force = 0;
    const Status got = side.stack.GetOption(side.now, socket, option, now_in_force);
    if (status == Status::kOk) ZT_CHECK(got == Status::kOk);
    (void)side.stack.GetTcpInfo(side.now, socket);
    (void)side.stack.Info(socket);
  }
  void Stream(Side& side, SocketId socket, uint8_t how) {
    switch (how % 6) {
      case 0: return side.Write(socket, in_.Word());
      case 1: return side.Read(socket, in_.Word());
      case 2: return side.Consume(socket, in_.Word());
      case 3: (void)side.stack.TcpShutdown(side.now, socket); return;
      case 4: (void)side.stack.TcpAbort(side.now, socket); return;
      default: (void)side.stack.Close(side.now, socket); return;
    }
  }
  void Configure(Side& side, uint8_t how) {
    const IpPrefix both[] = {{side.v4, 24}, {side.v6, static_cast<uint8_t>(how % 128)}};
    switch (how % 4) {
      case 0: return side.stack.SetAddresses(side.now, kFuzzNetwork, std::span(both).first(how / 4 % 3));
      case 1: return side.stack.SetMtu(kFuzzNetwork, 1280 + how % 200);
      case 2: return side.stack.RemoveInterface(side.now, kFuzzNetwork);
      default:
        if (side.stack.AddInterface(side.now, kFuzzNetwork, side.mac, kFuzzMtu, 0)) {
          side.stack.SetAddresses(side.now, kFuzzNetwork, both);
        }
    }
  }
  void Step(uint8_t op) {
    Side& side = (op & 1) != 0 ? a_ : b_;
    Side& other = (op & 1) != 0 ? b_ : a_;
    const uint8_t how = op / 16;
    const SocketId socket = (op >> 1 & 7) < 5 ? side.Any(in_.Byte()) : SocketId{};
    switch (op >> 1 & 7) {
      case 0:
      case 1: return Stream(side, socket, how);
      case 2: return Datagram(side, socket, how);
      case 3: return Options(side, socket);
      case 4: return Open(side, how);
      case 5: return Deliver(side, other, 1 + how % 8 * 4, how / 8 == 0 ? 0 : in_.Byte() % 4);
      case 6:
        if (how == 0) return Configure(side, in_.Byte());
        if (how == 1) return void(side.room = !side.room);
        if (how < 4) return Advance(in_.Word());
        return void(AdvanceToDeadline());
      default: return Carry();
    }
  }

  FuzzInput& in_;
  Side a_{1}, b_{2};
};

}  // namespace
}  // namespace zt::netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zt::netstack::FuzzInput in(data, size);
  zt::netstack::Pair(in).Run();
  return 0;
}
