// What the stack counts, protocol by protocol (sdk-api.md §9).
#include <doctest/doctest.h>

#include "netstack/header/protocol.h"
#include "netstack/icmp/echo.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

using Protocol = StackProtocol;

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

const ProtocolCounters& Of(const Lab::Host& host, Protocol protocol) { return host.stack.counters()[protocol]; }

struct Pair {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
};

}  // namespace

TEST_CASE("a ping counts as ICMP, IP, link and neighbour discovery on both sides") {
  Pair p;
  for (bool v4 : {true, false}) {
    const Protocol ip = v4 ? Protocol::kIp4 : Protocol::kIp6, icmp = v4 ? Protocol::kIcmp4 : Protocol::kIcmp6;
    const Protocol neighbor = v4 ? Protocol::kEtharp : Protocol::kNd6;
    p.a.stack.Ping(p.lab.now, {}, v4 ? p.b.v4() : V6("fd00::2"), 1, 10, 1000);
    REQUIRE(p.lab.Run(2000, [&] { return p.a.Count(StackEventKind::kPingReply) == 1; }));
    p.a.Take(StackEventKind::kPingReply);
    for (const Lab::Host* host : {&p.a, &p.b}) {
      CAPTURE(v4);
      CHECK(Of(*host, icmp).xmit >= 1);
      CHECK(Of(*host, icmp).recv >= 1);
      CHECK(Of(*host, ip).xmit >= 1);
      CHECK(Of(*host, ip).recv >= 1);
      CHECK(Of(*host, neighbor).xmit >= 1);
      CHECK(Of(*host, neighbor).recv >= 1);
      CHECK(Of(*host, icmp).drop == 0);
    }
  }
  CHECK(Of(p.a, Protocol::kIcmp4).xmit == 1);
  CHECK(Of(p.a, Protocol::kEtharp).xmit == 1);
  CHECK(Of(p.a, Protocol::kLink).xmit == p.a.frames_sent);
}

TEST_CASE("the link counts every frame sent, whatever it carries") {
  Pair p;
  const auto listener = p.b.stack.TcpListen({}, {{}, 80}, 1);
  const auto client = p.a.stack.TcpConnect(p.lab.now, {}, {}, {p.b.v4(), 80}, 0);
  REQUIRE(p.lab.Run(5000, [&] { return p.a.Count(StackEventKind::kTcpConnected) == 1; }));
  p.a.stack.TcpWrite(p.lab.now, client.socket, Bytes(200'000));
  p.lab.Run(5000);
  CHECK(listener.status == Status::kOk);
  for (const Lab::Host* host : {&p.a, &p.b}) CHECK(Of(*host, Protocol::kLink).xmit == host->frames_sent);
  CHECK(Of(p.b, Protocol::kLink).recv == p.a.frames_sent);
}

TEST_CASE("fragments count by themselves, the datagram once") {
  Pair p;
  const auto from = p.a.stack.UdpBind({}, {{}, 0});
  const auto to = p.b.stack.UdpBind({}, {{}, 7});
  REQUIRE(to.status == Status::kOk);
  for (const IpAddress& ip : {p.b.v4(), V6("fd00::2")}) {
    REQUIRE(p.a.stack.UdpSend(p.lab.now, from.socket, {ip, 7}, Bytes(8000)) == Status::kOk);
    p.lab.Run(1000);
  }
  CHECK(Of(p.a, Protocol::kIp4Frag).xmit == 3);
  CHECK(Of(p.a, Protocol::kIp6Frag).xmit == 3);
  CHECK(Of(p.b, Protocol::kIp4Frag).recv == 3);
  CHECK(Of(p.b, Protocol::kIp6Frag).recv == 3);
  CHECK(Of(p.a, Protocol::kUdp).xmit == 2);
  CHECK(Of(p.b, Protocol::kUdp).recv == 2);
}

TEST_CASE("IGMP and MLD count the reports of a join") {
  Pair p;
  const auto socket = p.a.stack.UdpBind({}, {{}, 7});
  REQUIRE(p.a.stack.JoinGroup(p.lab.now, socket.socket, {}, IpAddress::V4(239, 1, 1, 1)) == Status::kOk);
  REQUIRE(p.a.stack.JoinGroup(p.lab.now, socket.socket, {}, V6("ff15::1")) == Status::kOk);
  p.lab.Run(5000);
  CHECK(Of(p.a, Protocol::kIgmp).xmit >= 1);
  CHECK(Of(p.a, Protocol::kMld6).xmit >= 1);
}

TEST_CASE("what is wrong with a frame is counted where it was found") {
  Pair p;
  const auto inject = [&](uint16_t type, Bytes payload, Mac to) {
    p.lab.Inject(p.b, {p.a.mac, to, type, std::move(payload)});
  };
  inject(0x1234, Bytes(40), p.b.mac);
  CHECK(Of(p.b, Protocol::kLink).proterr == 1);
  inject(kEtherTypeIpv4, Bytes(40), Mac{0x020000000099});
  CHECK(Of(p.b, Protocol::kLink).drop == 2);
  inject(kEtherTypeArp, Bytes(5), p.b.mac);
  CHECK(Of(p.b, Protocol::kEtharp).proterr == 1);
  inject(kEtherTypeIpv4, Bytes(19), p.b.mac);
  CHECK(Of(p.b, Protocol::kIp4).lenerr == 1);
  Bytes header(20);
  header[0] = 0x45;
  header[3] = 20;
  inject(kEtherTypeIpv4, header, p.b.mac);
  CHECK(Of(p.b, Protocol::kIp4).chkerr == 1);
  CHECK(Of(p.b, Protocol::kIp4).recv == 2);
  CHECK(Of(p.b, Protocol::kIp4).drop == 2);
  inject(kEtherTypeIpv6, Bytes(39), p.b.mac);
  CHECK(Of(p.b, Protocol::kIp6).lenerr == 1);
  CHECK(Of(p.b, Protocol::kLink).recv == 6);
}

TEST_CASE("echo is answered up to a rate, beyond which requests are dropped and counted") {
  Pair p;
  p.a.stack.Ping(p.lab.now, {}, p.b.v4(), 1, 0, 1000);
  std::optional<Lab::Frame> request;
  p.a.on_send = [&](Lab::Frame& frame) {
    if (frame.ether_type == kEtherTypeIpv4) request = frame;
    return true;
  };
  p.lab.Run(1000);
  REQUIRE(request);
  p.lab.Run(10'000);
  const uint64_t answered = Of(p.b, Protocol::kIcmp4).xmit;
  for (int i = 0; i < Echo::kAnswerBurst + 500; ++i) p.lab.Inject(p.b, *request);
  CHECK(Of(p.b, Protocol::kIcmp4).xmit == answered + Echo::kAnswerBurst);
  CHECK(p.b.drops.Of(DropReason::kRateLimited) == 500);
}

}  // namespace zt::netstack
