// A whole node against a hostile host and network: the input is a sequence of calls, each op u8, length u16, bytes.
// Whatever the order, nothing crashes, replies are well-formed, and after draining time can always go on.
#include <algorithm>

#include "base/byte_reader.h"
#include "base/check.h"
#include "node/host_codec.h"
#include "testing/test_identities.h"
#include "wire/secret_identity.h"
#include "zt/makers.h"
#include "zt/node.h"

namespace {

using namespace zt;  // a test program's single file

constexpr uint64_t kNetwork = 0xff00160016000000;  // an ad-hoc network: ready without a controller (vl2.md §14)

Bytes MakeOptions() {
  const Bytes seed(32, 7);
  Bytes spec, planet, options;
  node::HostWriter out(spec);
  out.U64(99);
  out.I64(1);
  out.Put(Bytes(128, 0));
  out.Count(1);
  out.Str16(SecretIdentity::ParseText(testing::kTestSecrets[0])->identity().ToText());
  out.Count(1);
  out.Ep({IpAddress::V4(20, 0, 0, 1), 9993});
  ZT_CHECK(MakePlanet(seed, spec, planet) == Status::kOk);
  node::HostWriter w(options);
  const auto add = [&](CreateOption tag, ByteSpan value) {
    w.U16(static_cast<uint16_t>(tag));
    w.Blob32(value);
  };
  const std::string_view secret = testing::kTestSecrets[2];
  add(CreateOption::kIdentitySecret, {reinterpret_cast<const uint8_t*>(secret.data()), secret.size()});
  add(CreateOption::kPlanet, planet);
  add(CreateOption::kRandomSeed, seed);
  return options;
}

class Fuzz {
 public:
  Fuzz() {
    static const Bytes options = MakeOptions();
    Status status = Status::kOk;
    node_ = Node::Create(now(), options, status);
    ZT_CHECK(node_ != nullptr);
    Bytes join;
    node::HostWriter out(join);
    out.U16(static_cast<uint16_t>(Command::kJoin));
    out.U64(kNetwork);
    Run(join);
  }

  void Call(uint8_t op, ByteSpan bytes) {
    ByteReader in(bytes);
    switch (op % 8) {
      case 0: Datagram(bytes); break;
      case 1: Run(bytes); break;
      case 2: time_ += in.U16(); break;
      case 3: node_->TcpWrite(now(), {in.U32()}, in.Rest()); break;
      case 4: node_->TcpRead(now(), {in.U32()}, buffer_); break;
      case 5: node_->UdpSend(now(), {in.U32()}, {IpAddress::V4(in.U32()), in.U16()}, in.Rest()); break;
      case 6: Receive({in.U32()}); break;
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
    node_->Command(now(), request, reply);
    ZT_CHECK(reply.size() >= 4);
    const bool ok = reply[0] == 0 && reply[1] == 0 && reply[2] == 0 && reply[3] == 0;
    ZT_CHECK(ok || reply.size() == 4);
  }
  void Receive(SocketId socket) {
    Endpoint from, to;
    node_->UdpReceive(now(), socket, from, to, buffer_);
  }
  void Drain() {
    if (node_->NextTimeout().at <= now().mono) node_->HandleTimeout(now());
    while (!node_->PollTransmit(now()).empty()) {}
    Bytes events;
    while (node_->HasEvents()) node_->DrainEvents(events, 4096);
    ByteReader in(events);
    while (in.remaining() != 0) {
      in.U16();
      in.Take(in.U32());
      ZT_CHECK(in.ok());
    }
  }

  std::unique_ptr<Node> node_;
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
