// Multicast between whole nodes: what a socket joins becomes a subscription of VL2 (vl2.md §10), and back.
#include "testing/node_lab.h"

namespace zt::testing {

namespace {

const IpAddress kGroup = IpAddress::V4(239, 1, 2, 3);

struct Member {
  LabHost& host;
  SocketId socket;
};

Member Bind(NodeLab& lab, LabHost& host, uint16_t port) {
  CHECK(lab.Do(host, Command::kUdpBind, [&](node::HostWriter& w) {
          w.U64(0);
          w.Ep({IpAddress::V4(0), port});
        }) == Status::kOk);
  return {host, {lab.Body().U32()}};
}

Status Change(NodeLab& lab, const Member& member, Command op) {
  return lab.Do(member.host, op, [&](node::HostWriter& w) {
    w.U32(member.socket.value);
    w.U64(0);
    w.Ip(kGroup);
  });
}

// How many datagrams wait; takes them.
int Received(NodeLab& lab, const Member& member) {
  int n = 0;
  Endpoint from, to;
  Bytes data(100);
  while (member.host.node->UdpReceive(lab.now(), member.socket, from, to, data) >= 0) ++n;
  return n;
}

}  // namespace

TEST_CASE("a datagram to a group reaches the member whose socket joined, and no other") {
  NodeLab lab;
  LabHost &a = lab.Add(2), &b = lab.Add(3), &c = lab.Add(4);
  for (LabHost* host : {&a, &b, &c}) lab.Member(*host);
  const Member sender = Bind(lab, a, 0), joined = Bind(lab, b, 700), other = Bind(lab, c, 700);
  const auto send = [&] {
    CHECK(a.node->UdpSend(lab.now(), sender.socket, {kGroup, 700}, Bytes(9)) >= 0);
    lab.Drain(a);
    lab.Run(5'000);
  };
  send();
  CHECK(Received(lab, joined) == 0);
  CHECK(Change(lab, joined, Command::kGroupJoin) == Status::kOk);
  CHECK(Change(lab, joined, Command::kGroupJoin) == Status::kAlreadyExists);
  lab.Run(5'000);
  send();
  CHECK(Received(lab, joined) == 1);
  CHECK(Received(lab, other) == 0);
  CHECK(Change(lab, joined, Command::kGroupLeave) == Status::kOk);
  CHECK(Change(lab, joined, Command::kGroupLeave) == Status::kNotFound);
  send();
  CHECK(Received(lab, joined) == 0);
}

}  // namespace zt::testing
