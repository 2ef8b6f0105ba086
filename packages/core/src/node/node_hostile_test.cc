// What a careless host or a hostile network can try to make a whole node do.
#include "testing/node_lab.h"
#include "wire/limits.h"

namespace zt::testing {
namespace {

// The most wake-ups within any second.
size_t Busiest(const std::vector<int64_t>& times) {
  size_t most = 0;
  for (size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= 1000) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

void RunQuietly(NodeLab& lab, Millis duration) {
  for (auto& host : lab.hosts) host->wake_ups.clear();
  lab.Run(duration);
  for (const auto& host : lab.hosts) {
    CHECK(static_cast<int64_t>(host->wake_ups.size()) * 1000 < 5 * duration);
    CHECK(Busiest(host->wake_ups) <= 20);
  }
}

TEST_CASE("a node that has nothing to do hardly ever wakes, whatever is missing") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  lab.Run(10'000);
  SUBCASE("nothing") {
    RunQuietly(lab, 1'800'000);
    CHECK(a.wake_ups.size() < 1000);  // about one in two seconds
  }
  SUBCASE("the root") {
    lab.root->cut = true;
    RunQuietly(lab, 1'800'000);
  }
  SUBCASE("the controller") {
    lab.controller->cut = true;
    RunQuietly(lab, 1'800'000);
  }
  SUBCASE("everybody else") {
    for (auto& host : lab.hosts) host->cut = true;
    RunQuietly(lab, 1'800'000);
  }
  SUBCASE("the peer of a connection") {
    const Endpoint at{NodeLab::AddressOf(1), 80};
    const auto write = [&](bool listen) {
      return [&, listen](node::HostWriter& w) {
        w.U64(0);
        if (listen) {
          w.Ep(at);
          w.U32(16);
        } else {
          w.Ep({});
          w.Ep(at);
          w.U32(0);
        }
      };
    };
    REQUIRE(lab.Do(b, Command::kTcpListen, write(true)) == Status::kOk);
    REQUIRE(lab.Do(a, Command::kTcpConnect, write(false)) == Status::kOk);
    const SocketId socket{lab.Body().U32()};
    lab.RunUntil([&] { return a.Count(Event::kTcpConnected) == 1; });
    RunQuietly(lab, 300'000);  // an idle connection
    b.cut = true;
    CHECK(a.node->TcpWrite(lab.now(), socket, Bytes(100'000)) > 0);
    lab.Drain(a);
    RunQuietly(lab, 600'000);  // it retransmits, gives up, and everything about the peer ends
    CHECK(a.Count(Event::kTcpClosed) == 1);
  }
}

TEST_CASE("a user message is refused or it arrives") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  const NodeAddress to = *NodeAddress::Parse(PublicText(3).substr(0, 10));
  const auto send = [&](size_t size) {
    return lab.Do(a, Command::kSendUserMessage, [&](node::HostWriter& w) {
      w.Address(to);
      w.U64(7);
      w.Blob16(Bytes(size, 1));
    });
  };
  const size_t most = limits::kMaxDeliverablePacketSize - 28 - 8;
  CHECK(send(most + 1) == Status::kMessageTooBig);
  CHECK(send(most) == Status::kOk);
  lab.RunUntil([&] { return b.Count(Event::kUserMessage) == 1; });
  // Where datagrams are smaller, the message is smaller (vl1.md §3.11).
  Bytes network;
  node::HostWriter rule(network);
  rule.Prefix(*IpPrefix::Parse("0.0.0.0/0"));
  rule.U64(0);
  rule.U16(1400);
  LabHost& c = lab.Add(4, lab.Options(4).Add(CreateOption::kPhysicalNetwork, network));
  lab.Member(c);
  const auto send_from_c = [&](size_t size) {
    return lab.Do(c, Command::kSendUserMessage, [&](node::HostWriter& w) {
      w.Address(to);
      w.U64(7);
      w.Blob16(Bytes(size, 1));
    });
  };
  const size_t most_of_c = 1400 + 6 * (1400 - 16) - 28 - 8;
  CHECK(send_from_c(most_of_c + 1) == Status::kMessageTooBig);
  CHECK(send_from_c(most_of_c) == Status::kOk);
  lab.RunUntil([&] { return b.Count(Event::kUserMessage) == 2; });
  const auto to_self = [&](node::HostWriter& w) {
    w.Address(*NodeAddress::Parse(PublicText(2).substr(0, 10)));
    w.U64(7);
    w.Blob16(Bytes(1, 1));
  };
  CHECK(lab.Do(a, Command::kSendUserMessage, to_self) == Status::kInvalidArgument);
}

TEST_CASE("a message that has no room now would block, and the queue's room comes back") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3);
  lab.Member(a);
  lab.Member(b);
  Bytes request, reply;
  node::HostWriter out(request);
  out.U16(static_cast<uint16_t>(Command::kSendUserMessage));
  out.Address(*NodeAddress::Parse(PublicText(3).substr(0, 10)));
  out.U64(1);
  out.Blob16(Bytes(9'000, 1));
  a.node->Command(lab.now(), request, reply);
  lab.Drain(a);
  lab.RunUntil([&] { return b.Count(Event::kUserMessage) == 1; });  // from now on the peer is known
  int sent = 0;
  Status status = Status::kOk;
  while (status == Status::kOk && sent < 100'000) {  // a host that does not drain
    a.node->Command(lab.now(), request, reply);
    status = static_cast<Status>(ByteReader(reply).U32());
    sent += status == Status::kOk;
  }
  CHECK(status == Status::kWouldBlock);
  CHECK(sent > 10);
  lab.Drain(a);
  lab.RunUntil([&] { return b.Count(Event::kUserMessage) > 1; });
  a.node->Command(lab.now(), request, reply);
  CHECK(static_cast<Status>(ByteReader(reply).U32()) == Status::kOk);
}

TEST_CASE("diagnose answers what node_connectivity said") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.RunUntil([&] { return a.Count(Event::kNodeOnline) > 0; });
  REQUIRE(lab.Do(a, Command::kDiagnose) == Status::kOk);
  const Bytes reply(lab.reply.begin() + 4, lab.reply.end());
  REQUIRE(a.Count(Event::kNodeConnectivity) == 1);
  CHECK(a.Last(Event::kNodeConnectivity)->body == reply);
  CHECK(reply[0] == static_cast<uint8_t>(Connectivity::kOnline));
  CHECK(lab.Do(a, Command::kDiagnose, [](node::HostWriter& w) { w.U8(0); }) == Status::kInvalidArgument);
}

}  // namespace
}  // namespace zt::testing
