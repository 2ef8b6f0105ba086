// Whole nodes without UDP, through a TCP relay (vl1.md §10).
#include "testing/node_transfer.h"
#include "testing/relay_lab.h"

namespace zt::testing {

namespace {

constexpr size_t kMegabyte = 1 << 20;

}  // namespace

TEST_CASE("forced: members talk through the relay, byte for byte, and send nothing by UDP") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kForced));
  LabHost& b = lab.Add(3, RelayLab::Options(lab, 3, TcpRelayMode::kForced));
  const auto inner = lab.on_arrival;
  bool udp = false;
  lab.on_arrival = [&](const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
    udp = udp || from == a.endpoint || from == b.endpoint;
    inner(from, to, bytes);
  };
  lab.Member(a);
  lab.Member(b);
  NodeTransfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte).Finish();
  CHECK_FALSE(udp);
  CHECK(relay.greetings == 2);
  CHECK(relay.connections == 2);
  CHECK(a.Count(Event::kTunnelUp) == 1);
}

TEST_CASE("automatic: UDP dies, the relay carries on; UDP is back, the relay ends") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kAutomatic));
  LabHost& b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  lab.Run(120'000);
  CHECK(relay.connections == 0);

  a.cut = true;
  lab.RunUntil([&] { return a.Count(Event::kTunnelUp) == 1; });
  lab.Run(20'000);
  NodeTransfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte / 4).Finish();
  NodeTransfer(lab, b, a, NodeLab::AddressOf(0), kMegabyte / 4).Finish();
  CHECK(a.Last(Event::kNodeConnectivity)->body[0] == static_cast<uint8_t>(Connectivity::kTunneled));

  a.cut = false;
  NodeTransfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte / 4, 81).Finish();
  lab.RunUntil([&] { return a.Count(Event::kTunnelDown) == 1; });
  NodeTransfer(lab, b, a, NodeLab::AddressOf(0), kMegabyte / 4, 81).Finish();
  CHECK(a.Last(Event::kNodeConnectivity)->body[0] == static_cast<uint8_t>(Connectivity::kOnline));
  CHECK(relay.connections == 1);
  lab.Run(300'000);
  CHECK(relay.connections == 1);
}

TEST_CASE("a machine that slept gives UDP its time before it asks for the relay") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kAutomatic));
  lab.Member(a);
  lab.Run(10'000);
  a.asleep = true;
  lab.Run(3'600'000);
  a.asleep = false;
  a.cut = true;  // the network comes up a while later
  lab.Run(30'000);
  CHECK(a.Count(Event::kWarning) > 0);  // that it slept
  CHECK(relay.connections == 0);
  a.cut = false;
  lab.Run(60'000);
  CHECK(relay.connections == 0);
}

// How long a small transfer to the first member takes, which the others' packets have to reach.
int64_t TimeToReach(NodeLab& lab, LabHost& from, LabHost& to, uint16_t port) {
  const int64_t start = lab.time;
  NodeTransfer(lab, from, to, NodeLab::AddressOf(0), 1000, port).Finish();
  return lab.time - start;
}

TEST_CASE("back from the relay to UDP, peers notice nothing") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kAutomatic, 2000));
  LabHost& b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  uint16_t port = 100;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    const size_t ups = a.Count(Event::kTunnelUp), downs = a.Count(Event::kTunnelDown);
    a.cut = true;
    lab.RunUntil([&] { return a.Count(Event::kTunnelUp) > ups; });
    CHECK(TimeToReach(lab, b, a, port++) < 20'000);
    a.cut = false;
    int64_t longest = 0;
    while (a.Count(Event::kTunnelDown) == downs) {
      lab.Run(500);
      longest = std::max(longest, TimeToReach(lab, b, a, port++));
    }
    const int64_t settled = lab.time + 10'000;
    while (lab.time < settled) {
      lab.Run(500);
      longest = std::max(longest, TimeToReach(lab, b, a, port++));
    }
    MESSAGE("longest ", longest, " ms");
    CHECK(longest < 4'000);
  }
}

TEST_CASE("a relay whose connections break again and again costs its peers a moment each") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kForced));
  LabHost& b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  lab.Run(30'000);
  uint16_t port = 100;
  CHECK(TimeToReach(lab, b, a, port++) < 10'000);
  for (int round = 0; round < 4; ++round) {
    CAPTURE(round);
    const size_t ups = a.Count(Event::kTunnelUp);
    relay.Break(a);
    lab.RunUntil([&] { return a.Count(Event::kTunnelUp) > ups; });
    const int64_t took = TimeToReach(lab, b, a, port++);
    MESSAGE("reached again after ", took, " ms");
    CHECK(took < 3'500);
  }
}

TEST_CASE("the tunnel's end is told before the stack's, once") {
  NodeLab lab;
  RelayLab relay(lab);
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kForced));
  lab.Member(a);
  a.node->Shutdown(lab.now());
  CHECK(a.node->RelayWanted().IsNone());
  lab.Drain(a);
  CHECK(a.Count(Event::kTunnelDown) == 1);
}

TEST_CASE("a relay that refuses costs an attempt now and then, and a warning each") {
  NodeLab lab;
  RelayLab relay(lab);
  relay.refuses = true;
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kForced));
  lab.Run(300'000);
  CHECK(a.Count(Event::kWarning) >= 300 / 26);
  CHECK(a.Count(Event::kWarning) <= 300 / 20 + 10);
  relay.refuses = false;
  lab.RunUntil([&] { return a.Count(Event::kNodeOnline) == 1; });
}

TEST_CASE("options of the relay that make no sense are refused") {
  NodeLab lab;
  const auto status_of = [&](uint8_t mode, const Endpoint& server, uint32_t engage_after) {
    Bytes value;
    node::HostWriter out(value);
    out.U8(mode);
    out.Ep(server);
    out.U32(engage_after);
    Status status = Status::kOk;
    Node::Create(lab.now(), lab.Options(2).Add(CreateOption::kTcpRelay, value).bytes, status);
    return status;
  };
  CHECK(status_of(0, {}, 0) == Status::kOk);
  CHECK(status_of(1, RelayLab::Server(), 1000) == Status::kOk);
  CHECK(status_of(1, RelayLab::Server(), 999) == Status::kInvalidArgument);
  CHECK(status_of(1, {}, 0) == Status::kInvalidArgument);
  CHECK(status_of(2, {RelayLab::Server().ip, 0}, 0) == Status::kInvalidArgument);
  CHECK(status_of(3, RelayLab::Server(), 0) == Status::kInvalidArgument);
}

}  // namespace zt::testing
