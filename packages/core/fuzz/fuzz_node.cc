// A whole node against a hostile host and network: the input is a sequence of calls, each op u8, length u16, bytes.
// Whatever the order, nothing crashes, replies are well-formed, and after draining time can always go on.
#include <algorithm>

#include "base/byte_reader.h"
#include "base/check.h"
#include "node/commands.h"
#include "node/composition.h"
#include "node/host_codec.h"
#include "testing/test_identities.h"
#include "testing/test_planet.h"
#include "wire/secret_identity.h"

namespace {

using namespace zt;  // a test program's single file

constexpr uint64_t kNetwork = 0xff00160016000000;  // an ad-hoc network: ready without a controller (vl2.md §14)

// Parsed by hand: parsing validates the identity, which is slow on purpose (vl1.md §2.5).
node::NodeOptions MakeOptions() {
  node::NodeOptions options;
  options.random_seed = Bytes(32, 7);
  const Identity root = SecretIdentity::ParseText(testing::kTestSecrets[0])->identity();
  options.planet = testing::TestPlanet({{root, {IpAddress::V4(20, 0, 0, 1), 9993}}});
  options.identity = SecretIdentity::ParseText(testing::kTestSecrets[2]);
  return options;
}

class Fuzz {
 public:
  Fuzz() {
    static const node::NodeOptions options = MakeOptions();
    node_ = std::make_unique<node::Composition>(now(), options);
    Bytes join;
    node::HostWriter out(join);
    out.U16(static_cast<uint16_t>(Command::kJoin));
    out.U64(kNetwork);
    Run(join);
  }

  void Call(uint8_t op, ByteSpan bytes) {
    ByteReader in(bytes);
    const bool sockets = node_->Availability() == Status::kOk;
    switch (op % 8) {
      case 0: Datagram(bytes); break;
      case 1: Run(bytes); break;
      case 2: time_ += in.U16(); break;
      case 3: if (sockets) node_->stack().TcpWrite(now(), {in.U32()}, in.Rest()); break;
      case 4: if (sockets) node_->stack().TcpRead(now(), {in.U32()}, buffer_); break;
      case 5: if (sockets) Send(in); break;
      case 6: if (sockets) Receive({in.U32()}); break;
      case 7: node_->Shutdown(now()); break;
    }
    Drain();
  }

 private:
  Now now() const { return {{1000 + time_}, {1'800'000'000'000 + time_}}; }

  void Datagram(ByteSpan bytes) {
    Bytes copy(bytes.begin(), bytes.end());
    const InboundDatagram datagram{copy, {IpAddress::V4(20, 0, 0, 1), 9993}, {0}};
    node_->HandleDatagrams(now(), {&datagram, 1});
  }
  void Run(ByteSpan request) {
    Bytes reply;
    node::RunCommand(now(), *node_, request, reply);
    ZT_CHECK(reply.size() >= 4);
    const bool ok = reply[0] == 0 && reply[1] == 0 && reply[2] == 0 && reply[3] == 0;
    ZT_CHECK(ok || reply.size() == 4);
  }
  void Send(ByteReader& in) {
    const SocketId socket{in.U32()};
    const IpAddress ip = IpAddress::V4(in.U32());
    const uint16_t port = in.U16();
    node_->stack().UdpSend(now(), socket, {ip, port}, in.Rest());
  }
  void Receive(SocketId socket) {
    Endpoint from, to;
    node_->stack().UdpReceive(socket, from, to, buffer_);
  }
  void Drain() {
    if (node_->NextTimeout().at <= now().mono) node_->HandleTimeout(now());
    while (!node_->PollTransmit(now()).empty()) {}
    Bytes events;
    while (!node_->events().empty()) node_->events().Drain(events, 4096);
    ByteReader in(events);
    while (in.remaining() != 0) {
      const auto code = static_cast<Event>(in.U16());
      const ByteSpan body = in.Take(in.U32());
      ZT_CHECK(in.ok());
      if (code == Event::kCaptureData) Capture(body);
    }
  }
  // Events carry whole pcapng blocks, each with its length at both ends (little-endian).
  void Capture(ByteSpan body) {
    ByteReader in(body);
    in.Skip(4 + 1 + 8 + 8);
    ByteReader file(in.Take(in.U32()));
    ZT_CHECK(in.AtEnd());
    const auto length = [](ByteSpan four) { return four[0] | four[1] << 8 | four[2] << 16 | four[3] << 24; };
    while (file.remaining() != 0) {
      file.Skip(4);
      const ByteSpan first = file.Take(4);
      ZT_CHECK(file.ok());
      file.Skip(static_cast<size_t>(length(first)) - 12);
      const ByteSpan second = file.Take(4);
      ZT_CHECK(file.ok() && length(first) == length(second));
    }
  }

  std::unique_ptr<node::Composition> node_;
  int64_t time_ = 0;
  Bytes buffer_ = Bytes(4096);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Fuzz fuzz;
  ByteReader in({data, size});
  while (in.remaining() >= 3) {
    const uint8_t op = in.U8();
    const size_t length = std::min<size_t>(in.U16(), in.remaining());
    fuzz.Call(op, in.Take(length));
  }
  return 0;
}
