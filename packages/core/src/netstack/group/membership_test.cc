// Multicast membership: who hears a datagram to a group, what the interface must receive, and for how long.
#include <doctest/doctest.h>

#include "netstack/group/group_table.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

const IpAddress kGroup4 = IpAddress::V4(239, 1, 2, 3);

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

// Whether a datagram is waiting; takes it.
bool Heard(Lab::Host& host, SocketId socket) {
  Endpoint from, to;
  Bytes data(100);
  return host.stack.UdpReceive(socket, from, to, data) >= 0;
}

bool Receives(const Lab::Host& host, uint64_t mac) {
  const auto groups = host.stack.Groups(Lab::kNetwork);
  return std::find(groups.begin(), groups.end(), LinkGroup{Mac{mac}, 0}) != groups.end();
}

}  // namespace

TEST_CASE("RFC 1112 §7.2: a group is heard by the sockets that joined it, and by no other") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  for (const IpAddress& group : {kGroup4, V6("ff15::1234")}) {
    const IpAddress any = group.IsV4() ? IpAddress::V4(0) : V6("::");
    const auto from = a.stack.UdpBind({}, {any, 0});
    const auto joined = b.stack.UdpBind({}, {any, 700});
    const auto other = b.stack.UdpBind(Lab::kNetwork, {any, 700});
    REQUIRE(joined.status == Status::kOk);
    REQUIRE(other.status == Status::kOk);
    const auto send = [&] {
      REQUIRE(a.stack.UdpSend(lab.now, from.socket, {group, 700}, Bytes(3)) == Status::kOk);
      lab.Run(100);
    };
    send();
    CHECK_FALSE(Heard(b, joined.socket));
    REQUIRE(b.stack.JoinGroup(lab.now, joined.socket, {}, group) == Status::kOk);
    send();
    CHECK(Heard(b, joined.socket));
    CHECK_FALSE(Heard(b, other.socket));
    REQUIRE(b.stack.LeaveGroup(lab.now, joined.socket, {}, group) == Status::kOk);
    send();
    CHECK_FALSE(Heard(b, joined.socket));
    b.stack.Close(lab.now, joined.socket);
    b.stack.Close(lab.now, other.socket);
  }
}

TEST_CASE("all-hosts and all-nodes are heard without joining (RFC 1112 §4, RFC 4291 §2.7.1)") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto from = a.stack.UdpBind({}, {{}, 0});
  const auto to = b.stack.UdpBind({}, {{}, 700});
  for (const IpAddress& group : {IpAddress::V4(224, 0, 0, 1), V6("ff02::1")}) {
    REQUIRE(a.stack.UdpSend(lab.now, from.socket, {group, 700}, Bytes(3)) == Status::kOk);
    lab.Run(100);
    CHECK(Heard(b, to.socket));
  }
}

TEST_CASE("the interface receives a group while any socket is in it; changes are told once") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const auto one = a.stack.UdpBind({}, {IpAddress::V4(0), 1});
  const auto two = a.stack.UdpBind({}, {IpAddress::V4(0), 2});
  lab.SettleAll();
  a.events.clear();
  CHECK_FALSE(Receives(a, 0x01005e010203));
  a.stack.JoinGroup(lab.now, one.socket, {}, kGroup4);
  a.stack.JoinGroup(lab.now, one.socket, {}, V6("ff15::1234"));
  a.stack.JoinGroup(lab.now, two.socket, Lab::kNetwork, kGroup4);
  lab.SettleAll();
  CHECK(a.Count(Kind::kGroupsChanged) == 1);
  CHECK(Receives(a, 0x01005e010203));
  CHECK(Receives(a, 0x333300001234));
  a.events.clear();
  a.stack.LeaveGroup(lab.now, one.socket, {}, kGroup4);
  lab.SettleAll();
  CHECK(a.Count(Kind::kGroupsChanged) == 0);
  CHECK(Receives(a, 0x01005e010203));
  a.stack.Close(lab.now, two.socket);
  lab.SettleAll();
  CHECK(a.Count(Kind::kGroupsChanged) == 1);
  CHECK_FALSE(Receives(a, 0x01005e010203));
  CHECK(Receives(a, 0x333300001234));
}

TEST_CASE("mistakes about groups have a status each") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const auto socket = a.stack.UdpBind({}, {{}, 1});
  const auto join = [&](SocketId id, NetworkId interface, const IpAddress& group) {
    return a.stack.JoinGroup(lab.now, id, interface, group);
  };
  CHECK(join({9999}, {}, kGroup4) == Status::kNotFound);
  CHECK(join(socket.socket, {77}, kGroup4) == Status::kNotFound);
  CHECK(join(socket.socket, {}, a.v4()) == Status::kInvalidArgument);
  CHECK(join(socket.socket, {}, kGroup4) == Status::kOk);
  CHECK(join(socket.socket, Lab::kNetwork, kGroup4) == Status::kAlreadyExists);
  CHECK(a.stack.LeaveGroup(lab.now, socket.socket, {}, IpAddress::V4(239, 9, 9, 9)) == Status::kNotFound);
}

TEST_CASE("groups and memberships are bounded, and the places come back") {
  GroupTable table;
  for (uint32_t n = 0; n < GroupTable::kMaxGroups; ++n) {
    CHECK(table.Join({1}, IpAddress::V4(0xef000000 + n)).group_changed);
  }
  CHECK(table.Join({1}, IpAddress::V4(0xefffffff)).status == Status::kLimitReached);
  for (uint32_t id = 2; id < 2 + GroupTable::kMaxMemberships - GroupTable::kMaxGroups; ++id) {
    CHECK(table.Join({id}, IpAddress::V4(0xef000000)).status == Status::kOk);
  }
  CHECK(table.Join({99'999}, IpAddress::V4(0xef000000)).status == Status::kLimitReached);
  CHECK(table.LeaveAll({1}).size() == GroupTable::kMaxGroups - 1);  // others are in the first
  CHECK(table.Groups() == std::vector<IpAddress>{IpAddress::V4(0xef000000)});
  CHECK(table.Join({1}, IpAddress::V4(0xefffffff)).status == Status::kOk);
}

}  // namespace zt::netstack
