// Captures of whole nodes: commands, taps, and what happens at their end.
#include <doctest/doctest.h>

#include "testing/node_lab.h"
#include "testing/pcapng_reader.h"

namespace zt {
namespace {

using node::HostReader;
using node::HostWriter;
using testing::EventRecord;
using testing::LabHost;
using testing::NodeLab;
using testing::PcapngFile;

constexpr uint8_t kFrames = 1, kDatagrams = 2;

struct CaptureLab : NodeLab {
  CaptureLab() : a(Add(2)), b(Add(3)) {
    Member(a);
    Member(b);
    Run(5'000);
  }

  static void NoTerms(HostWriter& w) { w.Count(0); }
  template <typename Terms>
  uint32_t Start(uint8_t points, uint32_t snaplen, Terms terms) {
    REQUIRE(Do(a, Command::kCaptureStart, [&](HostWriter& w) {
              w.U8(points);
              w.U32(snaplen);
              terms(w);
            }) == Status::kOk);
    return Body().U32();
  }
  Status Stop(uint32_t id) {
    return Do(a, Command::kCaptureStop, [&](HostWriter& w) { w.U32(id); });
  }
  // All bytes of a capture; whether its last event was there.
  bool Collect(uint32_t id, Bytes& file) const {
    bool last = false;
    for (const EventRecord& event : a.events) {
      if (event.code != Event::kCaptureData) continue;
      HostReader in(event.body);
      if (in.U32() != id) continue;
      CHECK_FALSE(last);
      last = in.Bool();
      in.Skip(16);
      const ByteSpan bytes = in.Blob32();
      CHECK(in.AtEnd());
      file.insert(file.end(), bytes.begin(), bytes.end());
    }
    return last;
  }
  PcapngFile File(uint32_t id) const {
    Bytes file;
    CHECK(Collect(id, file));
    return PcapngFile::Parse(file);
  }
  void Ping(uint16_t payload = 56) {
    const size_t before = a.Count(Event::kPingReply);
    CHECK(Do(a, Command::kPing, [&](HostWriter& w) {
            w.U64(network.value);
            w.Ip(AddressOf(1));
            w.U32(7);
            w.U16(payload);
            w.U32(5'000);
          }) == Status::kOk);
    RunUntil([&] { return a.Count(Event::kPingReply) > before; });
  }

  LabHost &a, &b;
};

void Term(HostWriter& w, uint64_t network, uint8_t protocol, const IpPrefix& host, uint16_t port, uint16_t ether_type) {
  w.U64(network);
  w.U8(protocol);
  w.Prefix(host);
  w.U16(port);
  w.U16(ether_type);
}

bool IsEcho(const PcapngFile::Packet& packet, uint8_t type) {
  return packet.bytes.size() >= 35 && packet.bytes[12] == 8 && packet.bytes[13] == 0 && packet.bytes[23] == 1 &&
         packet.bytes[34] == type;
}

TEST_CASE("capture: a ping is seen in order, both directions, with the networks' names") {
  CaptureLab lab;
  const uint32_t id = lab.Start(kFrames, 262144, CaptureLab::NoTerms);
  lab.Ping();
  CHECK(lab.Stop(id) == Status::kOk);
  const PcapngFile file = lab.File(id);
  REQUIRE(file.interfaces.size() == 1);
  CHECK(file.interfaces[0].name == lab.network.ToString());
  CHECK(file.interfaces[0].has_statistics);
  CHECK(file.interfaces[0].received == file.packets.size());
  std::vector<const PcapngFile::Packet*> echoes;
  for (const auto& packet : file.packets) {
    if (IsEcho(packet, 8) || IsEcho(packet, 0)) echoes.push_back(&packet);
  }
  REQUIRE(echoes.size() == 2);
  CHECK(IsEcho(*echoes[0], 8));
  CHECK(echoes[0]->flags == 2);
  CHECK(echoes[0]->bytes.size() == 14 + 20 + 8 + 56);
  CHECK(IsEcho(*echoes[1], 0));
  CHECK(echoes[1]->flags == 1);
  CHECK(echoes[1]->time_us >= echoes[0]->time_us + 2 * NodeLab::kDelay * 1000);
}

TEST_CASE("capture: the snap length cuts frames and says how long they were") {
  CaptureLab lab;
  const uint32_t id = lab.Start(kFrames, 64, CaptureLab::NoTerms);
  lab.Ping(500);
  CHECK(lab.Stop(id) == Status::kOk);
  size_t cut = 0;
  for (const auto& packet : lab.File(id).packets) {
    CHECK(packet.bytes.size() == std::min(packet.original, 64u));
    cut += packet.original == 14 + 20 + 8 + 500;
  }
  CHECK(cut == 2);
}

TEST_CASE("capture: filters choose, several captures run beside each other") {
  CaptureLab lab;
  const IpPrefix any{}, peer{NodeLab::AddressOf(1), 32}, nobody{IpAddress::V4(10, 7, 0, 99), 32};
  const uint32_t icmp = lab.Start(kFrames, 262144, [&](HostWriter& w) {
    w.Count(2);
    Term(w, 0, 6, any, 0, 0);
    Term(w, lab.network.value, 1, peer, 0, 0);
  });
  const uint32_t none = lab.Start(kFrames, 262144, [&](HostWriter& w) {
    w.Count(1);
    Term(w, 0, 0, nobody, 0, 0);
  });
  const uint32_t root = lab.Start(kFrames | kDatagrams, 262144, [&](HostWriter& w) {
    w.Count(1);
    Term(w, 0, 0, {NodeLab::EndpointOf(0).ip, 32}, 0, 0);
  });
  lab.Ping();
  lab.Run(60'000);
  for (uint32_t id : {icmp, none, root}) CHECK(lab.Stop(id) == Status::kOk);
  CHECK(lab.File(icmp).packets.size() == 2);
  CHECK(lab.File(none).packets.empty());
  const PcapngFile outer = lab.File(root);
  REQUIRE(outer.interfaces.size() == 1);
  CHECK(outer.interfaces[0].name == "outer");
  CHECK(outer.packets.size() >= 2);
  for (const auto& packet : outer.packets) {
    const auto ip = [&](size_t at) { return IpAddress::FromV4Bytes(packet.bytes.data() + at); };
    CHECK(ip(packet.flags == 2 ? 16 : 12) == NodeLab::EndpointOf(0).ip);
  }
}

TEST_CASE("capture: outer packets are those that left and came, with the payload as on the wire") {
  CaptureLab lab;
  CHECK(lab.Do(lab.a, Command::kSetLocalEndpoints, [&](HostWriter& w) {
          w.Count(1);
          w.Ep(lab.a.endpoint);
        }) == Status::kOk);
  const uint32_t id = lab.Start(kDatagrams, 262144, CaptureLab::NoTerms);
  lab.Ping();
  CHECK(lab.Stop(id) == Status::kOk);
  size_t in = 0, out = 0;
  for (const auto& packet : lab.File(id).packets) {
    REQUIRE(packet.bytes.size() > 28);
    const bool sent = packet.flags == 2;
    CHECK(IpAddress::FromV4Bytes(packet.bytes.data() + (sent ? 12 : 16)) == lab.a.endpoint.ip);
    CHECK((packet.bytes[2] << 8 | packet.bytes[3]) == static_cast<int>(packet.bytes.size()));
    (sent ? out : in) += 1;
  }
  CHECK(in > 0);
  CHECK(out > 0);
}

TEST_CASE("capture: data comes while it runs, without a stop") {
  CaptureLab lab;
  const uint32_t id = lab.Start(kFrames, 262144, CaptureLab::NoTerms);
  lab.Ping();
  lab.Run(200);
  Bytes file;
  CHECK_FALSE(lab.Collect(id, file));
  CHECK(PcapngFile::Parse(file).packets.size() >= 2);
}

TEST_CASE("capture: the end of the node ends it, before NODE_DOWN") {
  CaptureLab lab;
  const uint32_t id = lab.Start(kFrames | kDatagrams, 262144, CaptureLab::NoTerms);
  lab.Ping();
  lab.a.node->Shutdown(lab.now());
  lab.Drain(lab.a);
  CHECK(lab.a.events.back().code == Event::kNodeDown);
  CHECK(lab.File(id).packets.size() > 2);
  CHECK(lab.a.node->NextTimeout().at == Instant::Never());
  CHECK(lab.Stop(id) == Status::kClosed);
}

TEST_CASE("capture: hostile arguments are refused and start nothing") {
  CaptureLab lab;
  const auto start = [&](const Bytes& body) {
    return lab.Do(lab.a, Command::kCaptureStart, [&](HostWriter& w) { w.Put(body); });
  };
  const auto options = [](uint8_t points, uint32_t snaplen, uint16_t terms, size_t written) {
    Bytes body;
    HostWriter w(body);
    w.U8(points);
    w.U32(snaplen);
    w.U16(terms);
    for (size_t i = 0; i < written; ++i) Term(w, 0, 0, {}, 0, 0);
    return body;
  };
  for (uint8_t points : {0, 4, 7, 255}) CHECK(start(options(points, 1, 0, 0)) == Status::kInvalidArgument);
  for (uint32_t snaplen : {0u, 262145u, UINT32_MAX}) {
    CHECK(start(options(1, snaplen, 0, 0)) == Status::kInvalidArgument);
  }
  CHECK(start(options(1, 1, 65, 65)) == Status::kLimitReached);
  CHECK(start(options(1, 1, 65535, 1)) == Status::kLimitReached);
  CHECK(start(options(1, 1, 2, 1)) == Status::kInvalidArgument);
  CHECK(start(options(1, 1, 1, 2)) == Status::kInvalidArgument);
  const Bytes good = options(3, 262144, 64, 64);
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK(start(Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(size))) == Status::kInvalidArgument);
  }
  Bytes wide = options(1, 1, 1, 1);  // an IPv4 prefix of 33 bits
  wide.insert(wide.begin() + 17, {10, 0, 0, 1});
  wide[16] = 4;
  wide[21] = 33;
  CHECK(start(wide) == Status::kInvalidArgument);
  wide[21] = 32;
  CHECK(start(wide) == Status::kOk);
  for (int i = 0; i < 3; ++i) CHECK(start(good) == Status::kOk);
  CHECK(start(good) == Status::kLimitReached);
  for (uint32_t id : {0u, 5u, UINT32_MAX}) CHECK(lab.Stop(id) == Status::kNotFound);
  CHECK(lab.Do(lab.a, Command::kCaptureStop) == Status::kInvalidArgument);
  CHECK(lab.Do(lab.a, Command::kCaptureAck, [](HostWriter& w) { w.U32(1); }) == Status::kInvalidArgument);
  const auto ack = [&](uint32_t id) {
    return lab.Do(lab.a, Command::kCaptureAck, [&](HostWriter& w) {
      w.U32(id);
      w.U32(UINT32_MAX);
    });
  };
  CHECK(ack(1) == Status::kOk);
  CHECK(ack(9) == Status::kNotFound);
}

}  // namespace
}  // namespace zt
