// Below TCP: address resolution, ICMP, UDP, fragments, loopback, routes, groups.
#include "netstack/stack.h"

#include <doctest/doctest.h>

#include "netstack/header/icmpv4.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/protocol.h"
#include "netstack/interface.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

Bytes Text(const char* text) { return Bytes(text, text + std::strlen(text)); }

struct Received {
  int64_t size = 0;
  Endpoint from, to;
  Bytes data;
};

Received Receive(Lab::Host& host, SocketId socket) {
  Received r;
  r.data.resize(70'000);
  r.size = host.stack.UdpReceive(socket, r.from, r.to, r.data);
  r.data.resize(r.size < 0 ? 0 : static_cast<size_t>(r.size));
  return r;
}

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

size_t CountType(std::vector<Lab::Frame>& frames, uint16_t type) {
  size_t n = 0;
  for (auto& f : frames) n += f.ether_type == type;
  return n;
}

}  // namespace

TEST_CASE("the groups are one per address for resolution, and all-nodes") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const IpPrefix addresses[] = {{IpAddress::V4(10, 1, 2, 3), 16},
                                {V6("fd80:56c2:e21c:0:199:9301:2345:6789"), 88},
                                {V6("fc9c:56c2:e301:2345:6789::1"), 40}};
  a.stack.SetAddresses(lab.now, Lab::kNetwork, addresses);
  const auto groups = a.stack.Groups(Lab::kNetwork);
  const std::vector<LinkGroup> expected = {
      {Mac{0x01005e000001}, 0}, {Mac{0x333300000001}, 0},   {Mac{0x3333ff000001}, 0}, {Mac{0x3333ff456789}, 0},
      {Mac::Broadcast(), 0x0a010203}};
  // The link-local address of 02:00:00:00:00:01 ends in 00:0001 too: one group for both.
  CHECK(groups == expected);
}

TEST_CASE("the link-local address follows from the MAC") {
  CHECK(LinkLocalAddress(Mac{0x02012359854b}).ToString() == "fe80::1:23ff:fe59:854b");  // vl2.md §18.1
}

TEST_CASE("ARP is asked once per need and answered by the owner only") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  Lab::Host& c = lab.AddHost();
  std::vector<Lab::Frame> seen;
  a.on_send = b.on_send = c.on_send = [&](const Lab::Frame& f) {
    seen.push_back(f);
    return true;
  };
  const auto from = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  const auto to = b.stack.UdpBind({}, {IpAddress::V4(0), 53});
  for (int i = 0; i < 3; ++i) a.stack.UdpSend(lab.now, from.socket, {b.v4(), 53}, Text("x"));
  lab.Run(100);
  REQUIRE(CountType(seen, kEtherTypeArp) == 2);
  CHECK(seen[0].destination.IsBroadcast());
  // What VL2 looks at to choose the multicast group (vl2.md §11.1).
  CHECK(seen[0].payload.size() == 28);
  CHECK(LoadU32(&seen[0].payload[24]) == b.v4().V4());
  CHECK(seen[1].source == b.mac);
  CHECK(seen[1].destination == a.mac);
  for (int i = 0; i < 3; ++i) CHECK(Receive(b, to.socket).size == 1);
}

TEST_CASE("a gratuitous ARP changes an entry that exists and makes none") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto socket = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  const auto gratuitous = [&](Mac mac, IpAddress ip) {
    Bytes p = {0, 1, 8, 0, 6, 4, 0, 1};
    for (int i = 0; i < 2; ++i) {
      const auto m = mac.ToBytes();
      p.insert(p.end(), m.begin(), m.end());
      p.insert(p.end(), ip.bytes.begin(), ip.bytes.begin() + 4);
    }
    lab.Inject(a, {mac, Mac::Broadcast(), kEtherTypeArp, p});
  };
  std::vector<Lab::Frame> sent;
  a.on_send = [&](const Lab::Frame& f) {
    sent.push_back(f);
    return true;
  };
  gratuitous(Mac{0x020000000077}, IpAddress::V4(10, 0, 0, 77));
  a.stack.UdpSend(lab.now, socket.socket, {IpAddress::V4(10, 0, 0, 77), 9}, Text("x"));
  lab.Run(10);
  REQUIRE(!sent.empty());
  CHECK(sent[0].ether_type == kEtherTypeArp);  // not learned: it must ask
  a.stack.UdpSend(lab.now, socket.socket, {b.v4(), 9}, Text("x"));
  lab.Run(100);
  gratuitous(Mac{0x020000000088}, b.v4());
  sent.clear();
  a.stack.UdpSend(lab.now, socket.socket, {b.v4(), 9}, Text("x"));
  lab.Run(1);
  REQUIRE(!sent.empty());
  CHECK(sent[0].destination == Mac{0x020000000088});
}

TEST_CASE("a neighbour that does not answer fails the datagram, after bounded asking") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const auto socket = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  a.stack.UdpSend(lab.now, socket.socket, {IpAddress::V4(10, 0, 0, 50), 53}, Text("x"));
  lab.Run(20'000);
  const auto error = a.Take(Kind::kUdpError);
  REQUIRE(error);
  CHECK(error->status == Status::kHostUnreachable);
  CHECK(error->remote == Endpoint{IpAddress::V4(10, 0, 0, 50), 53});
  CHECK(a.frames_sent == 5);
  CHECK(a.stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("IPv6: solicitation to the group, transfer over any on-link prefix length") {
  for (const auto& [own, other, bits] :
       {std::tuple{"fc9c:56c2:e301:2345:6789::1", "fc9c:56c2:e399:9999:9999::1", 40},
        std::tuple{"fd80:56c2:e21c:0:199:9301:2345:6789", "fd80:56c2:e21c:0:199:9399:9999:9999", 88}}) {
    Lab lab;
    Lab::Host& a = lab.AddHost();
    Lab::Host& b = lab.AddHost();
    const IpPrefix pa[] = {{V6(own), static_cast<uint8_t>(bits)}};
    const IpPrefix pb[] = {{V6(other), static_cast<uint8_t>(bits)}};
    a.stack.SetAddresses(lab.now, Lab::kNetwork, pa);
    b.stack.SetAddresses(lab.now, Lab::kNetwork, pb);
    std::vector<Lab::Frame> sent;
    a.on_send = [&](const Lab::Frame& f) {
      sent.push_back(f);
      return true;
    };
    b.stack.TcpListen({}, {V6("::"), 80}, 4);
    a.stack.TcpConnect(lab.now, {}, {}, {V6(other), 80}, 0);
    lab.Run(1000);
    CHECK(a.Count(Kind::kTcpConnected) == 1);
    REQUIRE(!sent.empty());
    CHECK(sent[0].destination == GroupMac(SolicitedNode(V6(other))));
    // vl2.md §11.2 reads the target at 48 and wants no extension header.
    CHECK(sent[0].payload.size() == 72);
    CHECK(sent[0].payload[6] == 58);
    CHECK(sent[0].payload[40] == 135);
  }
}

TEST_CASE("link-local addresses work when the interface is named") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  b.stack.TcpListen({}, {V6("::"), 80}, 4);
  CHECK(a.stack.TcpConnect(lab.now, Lab::kNetwork, {}, {LinkLocalAddress(b.mac), 80}, 0).status ==
        Status::kOk);
  lab.Run(1000);
  CHECK(a.Count(Kind::kTcpConnected) == 1);
}

TEST_CASE("echo: answered, timed out, unreachable; both families; large ones in fragments") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  REQUIRE(a.stack.Ping(lab.now, {}, b.v4(), 7, 56, 0) == Status::kOk);
  REQUIRE(a.stack.Ping(lab.now, {}, V6("fd00::2"), 8, 20'000, 0) == Status::kOk);
  REQUIRE(a.stack.Ping(lab.now, {}, IpAddress::V4(10, 0, 0, 200), 9, 0, 60'000) == Status::kOk);
  lab.Run(200);
  for (uint32_t token : {7u, 8u}) {
    const auto reply = a.Take(Kind::kPingReply);
    REQUIRE(reply);
    CHECK(reply->token == token);
    CHECK(reply->status == Status::kOk);
    CHECK(reply->rtt_ms == 20);  // resolution and the echo, 5 ms each way
  }
  b.deaf = true;
  REQUIRE(a.stack.Ping(lab.now, {}, b.v4(), 10, 1, 1000) == Status::kOk);
  lab.Run(2000);
  CHECK(a.Take(Kind::kPingReply)->status == Status::kTimedOut);
  lab.Run(20'000);
  const auto failed = a.Take(Kind::kPingReply);
  REQUIRE(failed);
  CHECK(failed->token == 9);
  CHECK(failed->status == Status::kHostUnreachable);
}

TEST_CASE("UDP: a datagram larger than the MTU arrives whole") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  for (bool v6 : {false, true}) {
    const IpAddress any = v6 ? V6("::") : IpAddress::V4(0);
    const auto from = a.stack.UdpBind({}, {any, 0});
    const auto to = b.stack.UdpBind({}, {any, 5000});
    const Endpoint target{v6 ? V6("fd00::2") : b.v4(), 5000};
    for (size_t size : {0u, 1u, 2751u, 2772u, 2773u, 8000u, 65507u}) {
      Bytes data(size);
      for (size_t i = 0; i < size; ++i) data[i] = static_cast<uint8_t>(i * 7 + size);
      REQUIRE(a.stack.UdpSend(lab.now, from.socket, target, data) == Status::kOk);
      lab.Run(100);
      const Received got = Receive(b, to.socket);
      CHECK(got.size == static_cast<int64_t>(size));
      CHECK(got.data == data);
      CHECK(got.from.port == from.local.port);
      CHECK(got.to == target);
    }
    CHECK(a.largest_frame <= 2800);
    CHECK(a.stack.UdpSend(lab.now, from.socket, target, Bytes(65528)) == Status::kMessageTooBig);
  }
}

TEST_CASE("a datagram to a closed port comes back as an error of the socket that sent it") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto four = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  const auto six = a.stack.UdpBind({}, {V6("::"), 0});
  a.stack.UdpSend(lab.now, four.socket, {b.v4(), 9}, Text("x"));
  a.stack.UdpSend(lab.now, six.socket, {V6("fd00::2"), 9}, Text("x"));
  lab.Run(100);
  for (SocketId id : {four.socket, six.socket}) {
    const auto error = a.Take(Kind::kUdpError);
    REQUIRE(error);
    CHECK(error->socket == id);
    CHECK(error->status == Status::kConnectionRefused);
    CHECK(error->remote.port == 9);
  }
}

TEST_CASE("a broadcast reaches every socket of the port") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  Lab::Host& c = lab.AddHost();
  const auto from = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  const auto at_b = b.stack.UdpBind({}, {IpAddress::V4(0), 700});
  const auto at_c = c.stack.UdpBind(Lab::kNetwork, {IpAddress::V4(0), 700});
  for (IpAddress to : {IpAddress::V4(255, 255, 255, 255), IpAddress::V4(10, 0, 0, 255)}) {
    REQUIRE(a.stack.UdpSend(lab.now, from.socket, {to, 700}, Text("all")) == Status::kOk);
    lab.Run(100);
    CHECK(Receive(b, at_b.socket).size == 3);
    CHECK(Receive(c, at_c.socket).size == 3);
  }
  CHECK(a.Count(Kind::kUdpError) == 0);
}

TEST_CASE("a binding without a family takes both, and the more exact one wins") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const auto both = b.stack.TcpListen({}, {{}, 80}, 4);
  REQUIRE(both.status == Status::kOk);
  CHECK(b.stack.TcpListen({}, {V6("::"), 80}, 4).status == Status::kAddressInUse);
  const auto exact = b.stack.TcpListen({}, {b.v4(), 80}, 4);
  REQUIRE(exact.status == Status::kOk);
  a.stack.TcpConnect(lab.now, {}, {}, {V6("fd00::2"), 80}, 0);
  lab.Run(100);
  CHECK(b.Take(Kind::kTcpAccepted)->listener == both.socket);
  a.stack.TcpConnect(lab.now, {}, {}, {b.v4(), 80}, 0);
  lab.Run(100);
  CHECK(b.Take(Kind::kTcpAccepted)->listener == exact.socket);
  const auto udp = b.stack.UdpBind({}, {{}, 53});
  const auto from = a.stack.UdpBind({}, {{}, 0});
  for (const IpAddress& to : {b.v4(), V6("fd00::2")}) {
    REQUIRE(a.stack.UdpSend(lab.now, from.socket, {to, 53}, Text("x")) == Status::kOk);
    lab.Run(100);
    const Received got = Receive(b, udp.socket);
    CHECK(got.size == 1);
    CHECK(got.from.ip.family == to.family);
  }
}

TEST_CASE("loopback: 127.0.0.1, ::1 and own addresses stay inside") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  for (IpAddress ip : {IpAddress::V4(127, 0, 0, 1), V6("::1"), a.v4(), V6("fd00::1")}) {
    const IpAddress any = ip.IsV4() ? IpAddress::V4(0) : V6("::");
    const auto listener = a.stack.TcpListen({}, {any, 8080}, 4);
    REQUIRE(listener.status == Status::kOk);
    const auto client = a.stack.TcpConnect(lab.now, {}, {}, {ip, 8080}, 0);
    REQUIRE(client.status == Status::kOk);
    lab.Run(100);
    const auto accepted = a.Take(Kind::kTcpAccepted);
    REQUIRE(accepted);
    PatternWriter writer(lab, a, client.socket, 1'000'000, 4);
    PatternReader reader(lab, a, accepted->socket, 4);
    a.on_input = [&] {
      writer.Pump();
      reader.Pump();
    };
    CHECK(lab.Run(10'000, [&] {
      lab.SettleAll();
      return reader.ended;
    }));
    CHECK(reader.exact);
    CHECK(reader.read == 1'000'000);
    a.on_input = nullptr;
    a.stack.Close(lab.now, client.socket);
    a.stack.Close(lab.now, accepted->socket);
    a.stack.Close(lab.now, listener.socket);
    REQUIRE(a.stack.Ping(lab.now, {}, ip, 1, 8, 0) == Status::kOk);
    lab.Run(10);
    CHECK(a.Take(Kind::kPingReply)->status == Status::kOk);
  }
  CHECK(a.frames_sent == 0);
}

TEST_CASE("routes: the longest prefix wins and the gateway gets the frame") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  Lab::Host& c = lab.AddHost();
  const Route routes[] = {{*IpPrefix::Parse("0.0.0.0/0"), b.v4()},
                          {*IpPrefix::Parse("172.16.0.0/12"), c.v4()}};
  a.stack.SetRoutes(Lab::kNetwork, routes);
  Mac last;
  a.on_send = [&](const Lab::Frame& f) {
    if (f.ether_type == kEtherTypeIpv4) last = f.destination;
    return true;
  };
  const auto socket = a.stack.UdpBind({}, {IpAddress::V4(0), 0});
  a.stack.UdpSend(lab.now, socket.socket, {IpAddress::V4(8, 8, 8, 8), 53}, Text("x"));
  lab.Run(100);
  CHECK(last == b.mac);
  a.stack.UdpSend(lab.now, socket.socket, {IpAddress::V4(172, 20, 0, 1), 53}, Text("x"));
  lab.Run(100);
  CHECK(last == c.mac);
}

TEST_CASE("a report that packets are too big lowers what TCP sends and nothing is lost") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const LabPair pair = ConnectPair(lab, a, b, 80);
  size_t passed = 0, refused = 0;
  a.on_send = [&](const Lab::Frame& f) {
    if (f.ether_type != kEtherTypeIpv4 || f.payload.size() <= 1400) return ++passed != 0;
    ++refused;
    const ByteSpan quote = ByteSpan(f.payload).first(28);
    const Bytes icmp =
        Icmpv4{Icmpv4::kUnreachable, Icmpv4::kCodeFragmentationNeeded, 1400, quote}.Serialize();
    Ipv4Header header;
    header.source = b.v4();
    header.destination = a.v4();
    header.protocol = kProtocolIcmpv4;
    Lab::Frame back{b.mac, a.mac, kEtherTypeIpv4, Bytes(20 + icmp.size())};
    header.Write(back.payload.data(), icmp.size());
    std::memcpy(&back.payload[20], icmp.data(), icmp.size());
    b.on_send = [back, &lab, &a](const Lab::Frame&) {
      a.stack.HandleFrame(lab.now, Lab::kNetwork, back.source, back.destination, back.ether_type,
                          back.payload);
      return true;
    };
    return false;
  };
  PatternWriter writer(lab, a, pair.client, 200'000, 3);
  PatternReader reader(lab, b, pair.server, 3);
  a.on_input = [&] { writer.Pump(); };
  b.on_input = [&] { reader.Pump(); };
  b.stack.Ping(lab.now, {}, a.v4(), 1, 0, 0);
  lab.Run(50);
  b.stack.Ping(lab.now, {}, a.v4(), 1, 0, 0);
  CHECK(lab.Run(30'000, [&] { return reader.ended; }));
  CHECK(reader.exact);
  CHECK(refused > 0);
  CHECK(refused < 100);
}

TEST_CASE("frames that are not for us, forged as ours, or nonsense are counted, not answered") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const Mac other{0x020000000099};
  lab.Inject(a, {other, Mac{0x020000000098}, kEtherTypeIpv4, Bytes(20)});
  CHECK(a.drops.Of(DropReason::kNotForUs) == 1);
  lab.Inject(a, {a.mac, Mac::Broadcast(), kEtherTypeIpv4, Bytes(20)});
  CHECK(a.drops.Of(DropReason::kOwnSource) == 1);
  lab.Inject(a, {other, a.mac, 0x1234, Bytes(20)});
  CHECK(a.drops.Of(DropReason::kBadEthertype) == 1);
  lab.Inject(a, {other, a.mac, kEtherTypeIpv4, Bytes(20)});
  lab.Inject(a, {other, a.mac, kEtherTypeIpv6, Bytes(3)});
  CHECK(a.drops.Of(DropReason::kBadIpHeader) == 2);
  lab.Inject(a, {other, a.mac, kEtherTypeArp, Bytes(27)});
  CHECK(a.drops.Of(DropReason::kMalformed) == 1);
  CHECK(a.frames_sent == 0);
}

TEST_CASE("limits: a thirsty datagram socket drops, interfaces are counted, MTUs are checked") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  const auto socket = a.stack.UdpBind({}, {IpAddress::V4(0), 4000});
  for (int i = 0; i < 100; ++i) {
    a.stack.UdpSend(lab.now, socket.socket, {IpAddress::V4(127, 0, 0, 1), 4000}, Bytes(16'000));
    lab.SettleAll();
  }
  CHECK(a.drops.Of(DropReason::kReceiveBufferFull) > 0);
  CHECK(a.stack.Info(socket.socket)->receive_queue <= Stack::kUdpReceiveBuffer);
  CHECK(a.Count(Kind::kUdpReadable) == 1);
  CHECK_FALSE(a.stack.AddInterface(lab.now, NetworkId{1}, Mac{1}, 1279, 0));
  CHECK_FALSE(a.stack.AddInterface(lab.now, NetworkId{1}, Mac{1}, 10'001, 0));
  for (uint64_t i = 1; i < Stack::kMaxInterfaces; ++i) {
    CHECK(a.stack.AddInterface(lab.now, NetworkId{i}, Mac{i}, 2800, 0));
  }
  CHECK_FALSE(a.stack.AddInterface(lab.now, NetworkId{9999}, Mac{9}, 2800, 0));
}

TEST_CASE("two networks with the same addresses do not meet") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  constexpr NetworkId kOther{0x1234};
  REQUIRE(a.stack.AddInterface(lab.now, kOther, Mac{0x0200000000aa}, 2800, 0));
  const IpPrefix same[] = {{a.v4(), 24}};
  a.stack.SetAddresses(lab.now, kOther, same);
  const auto first = a.stack.TcpListen(Lab::kNetwork, {IpAddress::V4(0), 80}, 4);
  const auto second = a.stack.TcpListen(kOther, {IpAddress::V4(0), 80}, 4);
  CHECK(first.status == Status::kOk);
  CHECK(second.status == Status::kOk);
  Lab::Host& b = lab.AddHost();
  b.stack.TcpConnect(lab.now, {}, {}, {a.v4(), 80}, 0);
  lab.Run(1000);
  const auto accepted = a.Take(Kind::kTcpAccepted);
  REQUIRE(accepted);
  CHECK(accepted->listener == first.socket);
  CHECK(accepted->interface == Lab::kNetwork);
}

}  // namespace zt::netstack
