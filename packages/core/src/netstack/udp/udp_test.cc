// UDP sockets as the application sees them: connected ones, options, limits, counters.
#include <doctest/doctest.h>

#include "netstack/header/protocol.h"
#include "netstack/ip/fragmentation.h"
#include "netstack/udp/udp_layer.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;
using Option = SocketOption;

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

struct Received {
  int64_t size = 0;
  Endpoint from, to;
};

Received Receive(Lab::Host& host, SocketId socket) {
  Received r;
  Bytes data(70'000);
  r.size = host.stack.UdpReceive(socket, r.from, r.to, data);
  return r;
}

bool Heard(Lab::Host& host, SocketId socket) { return Receive(host, socket).size >= 0; }

int64_t Get(Lab::Host& host, Lab& lab, SocketId socket, Option option) {
  int64_t value = -1;
  return host.stack.GetOption(lab.now, socket, option, value) == Status::kOk ? value : -1;
}

const ProtocolCounters& Counts(const Lab::Host& host) { return host.stack.counters()[StackProtocol::kUdp]; }

struct Pair {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();

  SocketId Bind(Lab::Host& host, const IpAddress& ip, uint16_t port) {
    const auto opened = host.stack.UdpBind({}, {ip, port});
    REQUIRE(opened.status == Status::kOk);
    return opened.socket;
  }
  Status Send(Lab::Host& host, SocketId socket, const Endpoint& to, size_t size = 3) {
    const Status status = host.stack.UdpSend(lab.now, socket, to, Bytes(size));
    lab.Run(100);
    return status;
  }
};

}  // namespace

TEST_CASE("a connected socket sends to its peer, hears its peer only, and has an address") {
  for (const IpAddress& remote : {IpAddress::V4(10, 0, 0, 2), V6("fd00::2")}) {
    Pair p;
    const SocketId client = p.Bind(p.a, {}, 6000);
    const SocketId server = p.Bind(p.b, {}, 7000);
    const SocketId stranger = p.Bind(p.b, {}, 7001);
    Endpoint local;
    CHECK(p.Send(p.a, client, {}) == Status::kNotConnected);
    REQUIRE(p.a.stack.UdpConnect(client, {remote, 7000}, local) == Status::kOk);
    CHECK(local == Endpoint{remote.IsV4() ? p.a.v4() : V6("fd00::1"), 6000});
    CHECK(p.a.stack.Info(client)->local == local);
    CHECK(p.a.stack.Info(client)->remote == Endpoint{remote, 7000});

    REQUIRE(p.Send(p.a, client, {}) == Status::kOk);
    const Received got = Receive(p.b, server);
    CHECK(got.size == 3);
    CHECK(got.from == local);
    CHECK(p.Send(p.a, client, {remote, 7000}) == Status::kOk);
    CHECK(Heard(p.b, server));
    CHECK(p.Send(p.a, client, {remote, 7001}) == Status::kAlreadyConnected);

    p.Send(p.b, stranger, local);
    CHECK_FALSE(Heard(p.a, client));
    // It looks like a closed port to the stranger (RFC 1122 §4.1.3.1).
    const auto refused = p.b.Take(Kind::kUdpError);
    REQUIRE(refused);
    CHECK(refused->socket == stranger);
    CHECK(refused->status == Status::kConnectionRefused);
    p.Send(p.b, server, local);
    CHECK(Heard(p.a, client));

    // Another peer, and none again.
    REQUIRE(p.a.stack.UdpConnect(client, {remote, 7001}, local) == Status::kOk);
    p.Send(p.b, server, local);
    CHECK_FALSE(Heard(p.a, client));
    p.Send(p.b, stranger, local);
    CHECK(Heard(p.a, client));
    const Endpoint bound = local;
    REQUIRE(p.a.stack.UdpConnect(client, {}, local) == Status::kOk);
    CHECK(local == Endpoint{{}, 6000});
    CHECK(p.a.stack.Info(client)->remote.IsNone());
    CHECK(p.Send(p.a, client, {}) == Status::kNotConnected);
    p.Send(p.b, server, bound);
    CHECK(Heard(p.a, client));
  }
}

TEST_CASE("what a connected socket does not want goes to a less specific one") {
  Pair p;
  const SocketId any = p.Bind(p.b, IpAddress::V4(0), 53);
  const SocketId special = p.Bind(p.b, p.b.v4(), 53);
  const SocketId first = p.Bind(p.a, IpAddress::V4(0), 6000), second = p.Bind(p.a, IpAddress::V4(0), 6001);
  Endpoint local;
  REQUIRE(p.b.stack.UdpConnect(special, {p.a.v4(), 6000}, local) == Status::kOk);
  p.Send(p.a, first, {p.b.v4(), 53});
  CHECK(Heard(p.b, special));
  CHECK_FALSE(Heard(p.b, any));
  p.Send(p.a, second, {p.b.v4(), 53});
  CHECK_FALSE(Heard(p.b, special));
  CHECK(Heard(p.b, any));
}

TEST_CASE("a connected socket is told of errors about its peer, and of no others (RFC 1122 §4.1.3.3)") {
  Pair p;
  const SocketId socket = p.Bind(p.a, IpAddress::V4(0), 6000);
  Endpoint local;
  REQUIRE(p.Send(p.a, socket, {p.b.v4(), 9}) == Status::kOk);
  REQUIRE(p.a.Take(Kind::kUdpError));
  // The answer to a datagram of before is under way when the socket gets a peer.
  p.a.stack.UdpSend(p.lab.now, socket, {p.b.v4(), 9}, Bytes(1));
  REQUIRE(p.a.stack.UdpConnect(socket, {p.b.v4(), 10}, local) == Status::kOk);
  p.lab.Run(100);
  CHECK_FALSE(p.a.Take(Kind::kUdpError));
  REQUIRE(p.Send(p.a, socket, {}) == Status::kOk);
  const auto error = p.a.Take(Kind::kUdpError);
  REQUIRE(error);
  CHECK(error->status == Status::kConnectionRefused);
  CHECK(error->remote == Endpoint{p.b.v4(), 10});
}

TEST_CASE("connecting to nowhere fails and changes nothing") {
  Pair p;
  const SocketId socket = p.Bind(p.a, IpAddress::V4(0), 0);
  Endpoint local;
  CHECK(p.a.stack.UdpConnect({999}, {p.b.v4(), 7}, local) == Status::kNotFound);
  CHECK(p.a.stack.UdpConnect(socket, {p.b.v4(), 0}, local) == Status::kInvalidArgument);
  CHECK(p.a.stack.UdpConnect(socket, {V6("fd00::2"), 7}, local) == Status::kInvalidArgument);
  CHECK(p.a.stack.UdpConnect(socket, {IpAddress::V4(8, 8, 8, 8), 7}, local) == Status::kNetworkUnreachable);
  CHECK(p.a.stack.UdpConnect(socket, {IpAddress::V4(0), 7}, local) == Status::kNetworkUnreachable);
  CHECK(p.a.stack.Info(socket)->remote.IsNone());
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7}) == Status::kOk);
}

TEST_CASE("an IPv4-mapped address means the IPv4 address, for sockets of both families (RFC 3493 §3.7)") {
  Pair p;
  const SocketId both = p.Bind(p.a, {}, 6000);
  const SocketId six = p.Bind(p.a, V6("::"), 6001);
  const SocketId server = p.Bind(p.b, {}, 7000);
  const Endpoint mapped{V6("::ffff:10.0.0.2"), 7000};
  Endpoint local;
  REQUIRE(p.Send(p.a, both, mapped) == Status::kOk);
  CHECK(Receive(p.b, server).from == Endpoint{p.a.v4(), 6000});
  REQUIRE(p.a.stack.UdpConnect(both, mapped, local) == Status::kOk);
  CHECK(local.ip == p.a.v4());
  CHECK(p.Send(p.a, both, mapped) == Status::kOk);
  CHECK(p.Send(p.a, six, mapped) == Status::kInvalidArgument);
}

TEST_CASE("every UDP option answers what it was set to, and refuses what is out of range") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 0);
  struct Row {
    Option option;
    int64_t initial, low, high;
  };
  const Row rows[] = {{Option::kSoRcvbuf, 1 << 20, 2048, 16 << 20}, {Option::kSoSndbuf, 208 << 10, 2048, 16 << 20},
                      {Option::kSoBroadcast, 1, 0, 1},              {Option::kIpTos, 0, 0, 255},
                      {Option::kIpTtl, 64, 1, 255},                 {Option::kIpMtuDiscover, 0, 0, 1},
                      {Option::kIpMulticastTtl, 1, 0, 255},         {Option::kIpMulticastLoop, 1, 0, 1},
                      {Option::kIpv6V6only, 0, 0, 1}};
  for (const Row& row : rows) {
    CAPTURE(ToString(row.option));
    CHECK(Get(p.a, p.lab, socket, row.option) == row.initial);
    for (int64_t bad : {row.low - 1, row.high + 1, INT64_MIN, INT64_MAX, int64_t{1} << 32}) {
      CHECK(p.a.stack.SetOption(p.lab.now, socket, row.option, bad) == Status::kInvalidArgument);
    }
    CHECK(Get(p.a, p.lab, socket, row.option) == row.initial);
    for (int64_t good : {row.high, row.low}) {
      CHECK(p.a.stack.SetOption(p.lab.now, socket, row.option, good) == Status::kOk);
      CHECK(Get(p.a, p.lab, socket, row.option) == good);
    }
  }
  for (Option option : {Option::kTcpNodelay, Option::kSoKeepalive, Option::kSoLinger, static_cast<Option>(0),
                        static_cast<Option>(255)}) {
    CHECK(p.a.stack.SetOption(p.lab.now, socket, option, 1) == Status::kInvalidArgument);
    CHECK(Get(p.a, p.lab, socket, option) == -1);
  }
  int64_t value = 0;
  CHECK(p.a.stack.GetOption(p.lab.now, {999}, Option::kIpTtl, value) == Status::kNotFound);
  CHECK(p.a.stack.SetOption(p.lab.now, {999}, Option::kIpTtl, 1) == Status::kNotFound);
}

TEST_CASE("ipv6_v6only turns a socket of both families into one of IPv6 and back") {
  Pair p;
  const SocketId socket = p.Bind(p.b, V6("::"), 700);
  const SocketId from = p.Bind(p.a, {}, 0);
  CHECK(Get(p.b, p.lab, socket, Option::kIpv6V6only) == 1);
  p.Send(p.a, from, {p.b.v4(), 700});
  CHECK_FALSE(Heard(p.b, socket));
  REQUIRE(p.b.stack.SetOption(p.lab.now, socket, Option::kIpv6V6only, 0) == Status::kOk);
  p.Send(p.a, from, {p.b.v4(), 700});
  CHECK(Heard(p.b, socket));
  CHECK(p.b.stack.UdpBind({}, {IpAddress::V4(0), 700}).status == Status::kAddressInUse);
  REQUIRE(p.b.stack.SetOption(p.lab.now, socket, Option::kIpv6V6only, 1) == Status::kOk);
  const SocketId four = p.Bind(p.b, IpAddress::V4(0), 700);
  // Now the IPv4 half is taken by another.
  CHECK(p.b.stack.SetOption(p.lab.now, socket, Option::kIpv6V6only, 0) == Status::kAddressInUse);
  p.Send(p.a, from, {V6("fd00::2"), 700});
  CHECK(Heard(p.b, socket));
  CHECK(p.b.stack.SetOption(p.lab.now, four, Option::kIpv6V6only, 0) == Status::kInvalidArgument);
  CHECK(Get(p.b, p.lab, four, Option::kIpv6V6only) == -1);
}

TEST_CASE("TTL and TOS travel in the headers of both families; groups have a TTL of their own") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 0);
  Bytes seen;
  p.a.on_send = [&](Lab::Frame& frame) {
    if (frame.ether_type != kEtherTypeArp) seen = frame.payload;
    return true;
  };
  p.a.stack.SetOption(p.lab.now, socket, Option::kIpTtl, 7);
  p.a.stack.SetOption(p.lab.now, socket, Option::kIpTos, 0xb8);
  p.Send(p.a, socket, {p.b.v4(), 9});
  REQUIRE(seen.size() >= 20);
  CHECK(seen[1] == 0xb8);
  CHECK(seen[8] == 7);
  p.Send(p.a, socket, {V6("fd00::2"), 9});
  REQUIRE(seen.size() >= 40);
  CHECK((seen[0] << 8 | seen[1]) == 0x6b80);
  CHECK(seen[7] == 7);
  p.Send(p.a, socket, {IpAddress::V4(239, 1, 1, 1), 9});
  CHECK(seen[8] == 1);
  p.a.stack.SetOption(p.lab.now, socket, Option::kIpMulticastTtl, 33);
  p.Send(p.a, socket, {V6("ff15::1"), 9});
  CHECK(seen[7] == 33);
}

TEST_CASE("a group datagram with TTL 0 stays on this host, and without the loop option it does not come back") {
  Pair p;
  const Endpoint group{IpAddress::V4(239, 1, 1, 1), 700};
  const SocketId own = p.Bind(p.a, IpAddress::V4(0), 700);
  const SocketId other = p.Bind(p.b, IpAddress::V4(0), 700);
  p.a.stack.JoinGroup(p.lab.now, own, {}, group.ip);
  p.b.stack.JoinGroup(p.lab.now, other, {}, group.ip);
  p.lab.Run(1000);
  p.Send(p.a, own, group);
  CHECK(Heard(p.a, own));
  CHECK(Heard(p.b, other));
  p.a.stack.SetOption(p.lab.now, own, Option::kIpMulticastLoop, 0);
  p.Send(p.a, own, group);
  CHECK_FALSE(Heard(p.a, own));
  CHECK(Heard(p.b, other));
  p.a.stack.SetOption(p.lab.now, own, Option::kIpMulticastLoop, 1);
  p.a.stack.SetOption(p.lab.now, own, Option::kIpMulticastTtl, 0);
  p.Send(p.a, own, group);
  CHECK(Heard(p.a, own));
  CHECK_FALSE(Heard(p.b, other));
}

TEST_CASE("broadcast needs so_broadcast and reaches our own sockets too") {
  Pair p;
  const SocketId socket = p.Bind(p.a, IpAddress::V4(0), 700);
  const SocketId other = p.Bind(p.b, {}, 700);
  const SocketId fixed = p.Bind(p.b, p.b.v4(), 700);
  for (const IpAddress& to : {IpAddress::V4(10, 0, 0, 255), IpAddress::V4(255, 255, 255, 255)}) {
    Endpoint local;
    p.a.stack.SetOption(p.lab.now, socket, Option::kSoBroadcast, 0);
    CHECK(p.Send(p.a, socket, {to, 700}) == Status::kAccessDenied);
    CHECK(p.a.stack.UdpConnect(socket, {to, 700}, local) == Status::kAccessDenied);
    p.a.stack.SetOption(p.lab.now, socket, Option::kSoBroadcast, 1);
    CHECK(p.Send(p.a, socket, {to, 700}) == Status::kOk);
    CHECK(Receive(p.a, socket).from == Endpoint{p.a.v4(), 700});
    CHECK(Heard(p.b, other));
    CHECK_FALSE(Heard(p.b, fixed));
  }
}

TEST_CASE("with ip_mtu_discover nothing is fragmented: too large is told at once, or when the path says so") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 6000);
  const SocketId server = p.Bind(p.b, {}, 7000);
  p.a.stack.SetOption(p.lab.now, socket, Option::kIpMtuDiscover, 1);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 2800 - 28) == Status::kOk);
  CHECK(Receive(p.b, server).size == 2800 - 28);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 2800 - 27) == Status::kMessageTooBig);
  CHECK(p.Send(p.a, socket, {V6("fd00::2"), 7000}, 2800 - 47) == Status::kMessageTooBig);
  p.a.stack.SetOption(p.lab.now, socket, Option::kIpMtuDiscover, 0);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 2800 - 27) == Status::kOk);
  CHECK(Receive(p.b, server).size == 2800 - 27);
}

TEST_CASE("so_sndbuf bounds a datagram, so_rcvbuf what waits") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 6000);
  const SocketId server = p.Bind(p.b, {}, 7000);
  p.a.stack.SetOption(p.lab.now, socket, Option::kSoSndbuf, 2048);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 2049) == Status::kMessageTooBig);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 2048) == Status::kOk);
  CHECK(Heard(p.b, server));
  p.b.stack.SetOption(p.lab.now, server, Option::kSoRcvbuf, 4096);
  const uint64_t before = Counts(p.b).memerr;
  for (int i = 0; i < 10; ++i) p.Send(p.a, socket, {p.b.v4(), 7000}, 1000);
  int waiting = 0;
  while (Heard(p.b, server)) ++waiting;
  CHECK(waiting == 3);  // 3 x (1000 + kDatagramCost) fit into 4096
  CHECK(Counts(p.b).memerr == before + 7);
  CHECK(p.b.drops.Of(DropReason::kReceiveBufferFull) == 7);
}

TEST_CASE("all receive queues together are bounded, and closing gives the memory back") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  std::vector<SocketId> sockets;
  const SocketId from = a.stack.UdpBind({}, {IpAddress::V4(0), 0}).socket;
  for (uint16_t port = 1; port <= 80; ++port) {
    sockets.push_back(a.stack.UdpBind({}, {IpAddress::V4(0), port}).socket);
    for (int i = 0; i < 40; ++i) {
      a.stack.UdpSend(lab.now, from, {IpAddress::V4(127, 0, 0, 1), port}, Bytes(50'000));
      a.stack.Flush(lab.now);
    }
  }
  CHECK(a.stack.BufferBytes() <= UdpLayer::kMaxReceiveMemory);
  CHECK(a.stack.BufferBytes() > UdpLayer::kMaxReceiveMemory / 2);
  for (SocketId socket : sockets) {
    if (socket.value % 2 == 0) while (Receive(a, socket).size >= 0) {}
    a.stack.Close(lab.now, socket);
  }
  CHECK(a.stack.BufferBytes() == 0);
}

TEST_CASE("IPv6 carries 65527 bytes of UDP, IPv4 65507") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 6000);
  const SocketId server = p.Bind(p.b, {}, 7000);
  CHECK(p.Send(p.a, socket, {V6("fd00::2"), 7000}, 65'527) == Status::kOk);
  CHECK(Receive(p.b, server).size == 65'527);
  CHECK(p.Send(p.a, socket, {V6("fd00::2"), 7000}, 65'528) == Status::kMessageTooBig);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 65'507) == Status::kOk);
  CHECK(Receive(p.b, server).size == 65'507);
  CHECK(p.Send(p.a, socket, {p.b.v4(), 7000}, 65'508) == Status::kMessageTooBig);
}

TEST_CASE("UDP counts what it sends, takes and refuses (RFC 768, RFC 8200 §8.1 for the checksum 0)") {
  Pair p;
  const SocketId socket = p.Bind(p.a, {}, 6000);
  const SocketId server = p.Bind(p.b, {}, 7000);
  p.Send(p.a, socket, {p.b.v4(), 7000});
  p.Send(p.a, socket, {p.b.v4(), 7001});
  CHECK(Counts(p.a).xmit == 2);
  CHECK(Counts(p.b).recv == 2);
  CHECK(Counts(p.b).proterr == 1);
  CHECK(p.Send(p.a, socket, {IpAddress::V4(8, 8, 8, 8), 7000}) == Status::kNetworkUnreachable);
  CHECK(Counts(p.a).rterr == 1);
  CHECK(Heard(p.b, server));

  const auto inject = [&](bool v4, Bytes message) {
    const IpAddress from = v4 ? p.a.v4() : V6("fd00::1"), to = v4 ? p.b.v4() : V6("fd00::2");
    IpFields fields;
    fields.source = from;
    fields.destination = to;
    fields.protocol = kProtocolUdp;
    const ByteSpan piece(message);
    p.lab.Inject(p.b, {p.a.mac, p.b.mac, v4 ? kEtherTypeIpv4 : kEtherTypeIpv6,
                       BuildPackets(fields, {&piece, 1}, 2800, 1)[0]});
  };
  const Bytes good{0x17, 0x70, 0x1b, 0x58, 0, 9, 0, 0, 'x'};  // 6000 -> 7000, no checksum
  inject(true, good);
  CHECK(Heard(p.b, server));
  inject(false, good);
  CHECK_FALSE(Heard(p.b, server));
  CHECK(Counts(p.b).chkerr == 1);
  Bytes bad = good;
  bad[7] = 1;
  inject(true, bad);
  CHECK_FALSE(Heard(p.b, server));
  CHECK(Counts(p.b).chkerr == 2);
  for (uint8_t length : {7, 10}) {
    bad = good;
    bad[5] = length;
    inject(true, bad);
  }
  inject(true, Bytes(7));
  CHECK_FALSE(Heard(p.b, server));
  CHECK(Counts(p.b).lenerr == 3);
  CHECK(Counts(p.b).recv == 8);
  CHECK(Counts(p.b).drop == 6);
}

}  // namespace zt::netstack
