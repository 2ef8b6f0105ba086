// Whole nodes over direct paths, through the root, and over a bad network.
#include "testing/node_transfer.h"

namespace zt::testing {

namespace {

constexpr size_t kMegabyte = 1 << 20;

uint64_t Counter(NodeLab& lab, LabHost& host, DropReason wanted) {
  CHECK(lab.Do(host, Command::kCounters) == Status::kOk);
  node::HostReader in = lab.Body();
  for (size_t left = in.U16(); left > 0; --left) {
    const auto reason = static_cast<DropReason>(in.U16());
    const uint64_t count = in.U64();
    if (reason == wanted) return count;
  }
  return 0;
}

OptionsWriter Without(NodeLab& lab, size_t self, size_t other) {
  return lab.Options(self).Blacklist({NodeLab::EndpointOf(other).ip, 32});
}

}  // namespace

TEST_CASE("a transfer arrives byte for byte") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  NodeTransfer(lab, a, b, NodeLab::AddressOf(1), 4 * kMegabyte).Finish();
}

TEST_CASE("members on a direct path go on when the root is gone") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  NodeTransfer transfer(lab, a, b, NodeLab::AddressOf(1), 4 * kMegabyte);
  lab.RunUntil([&] { return transfer.Pump(), transfer.received() > kMegabyte; });
  lab.Run(2'000);  // the direct path is found meanwhile
  lab.root->cut = true;
  transfer.Finish();
}

TEST_CASE("members whose direct path is forbidden talk through the root") {
  NodeLab lab;
  LabHost &a = lab.Add(2, Without(lab, 2, 3)), &b = lab.Add(3, Without(lab, 3, 2));
  lab.Member(a);
  lab.Member(b);
  NodeTransfer transfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte / 4);
  transfer.Finish();
  CHECK(a.Count(Event::kPeerRelay) >= 1);
}

TEST_CASE("a connection survives that its machine moves, told or not") {
  for (const bool told : {true, false}) {
    NodeLab lab;
    LabHost &a = lab.Add(2), &b = lab.Add(3);
    CHECK(lab.TellSocket(a) == Status::kOk);
    lab.Member(a);
    lab.Member(b);
    NodeTransfer transfer(lab, a, b, NodeLab::AddressOf(1), 8 * kMegabyte);
    lab.RunUntil([&] { return transfer.Pump(), transfer.received() > kMegabyte; });
    for (size_t moves = 1; moves <= 3; ++moves) {
      lab.Move(a, {IpAddress::V4(21, 0, 0, static_cast<uint8_t>(moves)), 9993}, told);
      const int64_t moved = lab.time;
      const size_t before = transfer.received();
      lab.Run(NodeLab::kDelay);  // what is under way still arrives
      lab.RunUntil([&] { return transfer.Pump(), transfer.received() > before + kMegabyte; });
      MESSAGE("told " << told << ": a megabyte more after " << lab.time - moved << " ms");
      CHECK(lab.time - moved < 5'000);
    }
    transfer.Finish();
  }
}

TEST_CASE("options about physical networks and single peers are taken whole or refused") {
  NodeLab lab;
  const auto make = [&](CreateOption tag, auto write, int times = 1) {
    Bytes value;
    node::HostWriter out(value);
    write(out);
    OptionsWriter options = lab.Options(4);
    for (int i = 0; i < times; ++i) options.Add(tag, value);
    Status status = Status::kOk;
    const auto made = Node::Create(lab.now(), options.bytes, status);
    CHECK((made != nullptr) == (status == Status::kOk));
    return status;
  };
  const NodeAddress peer{0x1234567890};
  const auto network = [](node::HostWriter& w) {
    w.Prefix({IpAddress::V4(10, 0, 0, 0), 8});
    w.U64(25);
    w.U16(9000);
  };
  CHECK(make(CreateOption::kPhysicalNetwork, network, 32) == Status::kOk);
  CHECK(make(CreateOption::kPhysicalNetwork, network, 33) == Status::kLimitReached);
  CHECK(make(CreateOption::kPhysicalNetwork, [](node::HostWriter& w) { w.U8(0); }) == Status::kInvalidArgument);
  const auto hint = [&](size_t count, uint16_t port) {
    return make(CreateOption::kEndpointHint, [&](node::HostWriter& w) {
      w.Address(peer);
      w.Count(count);
      for (size_t i = 0; i < count; ++i) w.Ep({IpAddress::V4(20, 0, 0, 1), port});
    });
  };
  CHECK(hint(16, 9993) == Status::kOk);
  CHECK(hint(17, 9993) == Status::kLimitReached);
  CHECK(hint(0, 9993) == Status::kInvalidArgument);
  CHECK(hint(1, 0) == Status::kInvalidArgument);
  const auto never = [&](NodeAddress who) {
    return make(CreateOption::kPeerBlacklist, [&](node::HostWriter& w) {
      w.Address(who);
      w.Prefix({IpAddress::V4(10, 0, 0, 0), 8});
    });
  };
  CHECK(never(peer) == Status::kOk);
  CHECK(never({}) == Status::kInvalidArgument);
  CHECK(make(CreateOption::kLowBandwidth, [](node::HostWriter& w) { w.Bool(true); }) == Status::kOk);
  CHECK(make(CreateOption::kLowBandwidth, [](node::HostWriter& w) { w.U8(2); }) == Status::kInvalidArgument);
}

TEST_CASE("set_local_sockets refuses what cannot be") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  const auto sockets = [&](size_t count, int32_t number) {
    return lab.Do(a, Command::kSetLocalSockets, [&](node::HostWriter& w) {
      w.Count(count);
      for (size_t i = 0; i < count; ++i) {
        w.I32(number);
        w.Ep(NodeLab::EndpointOf(2));
      }
    });
  };
  CHECK(sockets(128, 3) == Status::kOk);
  CHECK(sockets(129, 3) == Status::kLimitReached);
  CHECK(sockets(1, -1) == Status::kInvalidArgument);
  CHECK(lab.Do(a, Command::kSetLocalSockets, [](node::HostWriter& w) { w.Count(2); }) == Status::kInvalidArgument);
}

TEST_CASE("loss, duplication and reordering change no byte") {
  NodeLab lab;
  LabHost& a = lab.Add(2, lab.Options(2).Impairment(30'000, 20'000, 20'000, 1));
  LabHost& b = lab.Add(3, lab.Options(3).Impairment(30'000, 20'000, 20'000, 2));
  lab.Member(a);
  lab.Member(b);
  NodeTransfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte / 2).Finish();
  CHECK(Counter(lab, a, DropReason::kImpairment) > 0);
}

TEST_CASE("the same seeds replay the same run") {
  const auto run = [] {
    NodeLab lab;
    LabHost& a = lab.Add(2, lab.Options(2).Impairment(50'000, 0, 50'000, 3));
    LabHost& b = lab.Add(3);
    lab.Member(a);
    lab.Member(b);
    NodeTransfer(lab, a, b, NodeLab::AddressOf(1), kMegabyte / 8).Finish();
    return lab.time;
  };
  CHECK(run() == run());
}

TEST_CASE("an idle member is woken by keepalives only") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  lab.Run(30'000);
  size_t wakes = 0;
  const int64_t end = lab.time + 60'000;
  for (int64_t last = -1; lab.time < end;) {
    lab.Run(1);
    const Instant at = a.node->NextTimeout().at;
    if (at.ms != last) ++wakes;
    last = at.ms;
  }
  CHECK(wakes < 200);
}

}  // namespace zt::testing
