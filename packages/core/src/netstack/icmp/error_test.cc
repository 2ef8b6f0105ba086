// ICMP errors both ways (RFC 792, RFC 1122 §3.2.2, RFC 4443 §2.4): when one is sent, what it quotes, whom it reaches.
#include "netstack/icmp/error.h"

#include <doctest/doctest.h>

#include "testing/raw_peer.h"

namespace zt::netstack {
namespace {

using Kind = StackEventKind;

IpAddress Ip(const char* text) { return *IpAddress::Parse(text); }

struct Fixture {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  RawPeer peer{lab, host};
  IpAddress own4 = host.v4(), own6 = Ip("fd00::1");
  IpAddress peer4 = Ip("10.0.0.254"), peer6 = Ip("fd00::fe");

  Fixture() {
    peer.SendArp({Arp::kRequest, RawPeer::kMac, peer4, Mac{}, own4}, Mac::Broadcast());
    const auto body = NeighborMessage{own6, RawPeer::kMac}.Serialize(NeighborMessage::kSourceLinkAddress);
    peer.SendNd(135, 0, body, peer6, SolicitedNode(own6));
    peer.sent.clear();
  }
  Bytes Datagram4(const IpAddress& to, size_t size = 4) const {
    return RawPeer::Ipv4(RawPeer::V4(peer4, to, kProtocolUdp), RawPeer::UdpMessage(peer4, to, 5, 9, size));
  }
  Bytes Datagram6(const IpAddress& to, size_t size = 4) const {
    return RawPeer::Ipv6(peer6, to, kProtocolUdp, RawPeer::UdpMessage(peer6, to, 5, 9, size));
  }
  void Report4(uint8_t type, uint8_t code, uint32_t rest, const Bytes& quote) {
    const Bytes icmp = Icmpv4{type, code, rest, quote}.Serialize();
    peer.SendV4(RawPeer::Ipv4(RawPeer::V4(peer4, own4, kProtocolIcmpv4), icmp));
  }
  void Report6(uint8_t type, uint8_t code, uint32_t rest, const Bytes& quote) {
    const Bytes icmp = Icmpv6{type, code, rest, quote}.Serialize(peer6, own6);
    peer.SendV6(RawPeer::Ipv6(peer6, own6, kProtocolIcmpv6, icmp));
  }
};

}  // namespace

TEST_CASE("RFC 1812 §4.3.2.3, RFC 4443 §2.4 c: as much is quoted as fits 576 and 1280 bytes") {
  Fixture f;
  f.peer.SendV4(f.Datagram4(f.own4));
  f.peer.SendV4(f.Datagram4(f.own4, 1000));
  f.peer.SendV6(f.Datagram6(f.own6));
  f.peer.SendV6(f.Datagram6(f.own6, 2000));
  const auto four = f.peer.Icmp4();
  REQUIRE(four.size() == 2);
  for (const Icmpv4& icmp : four) {
    CHECK(icmp.type == Icmpv4::kUnreachable);
    CHECK(icmp.code == Icmpv4::kCodePortUnreachable);
  }
  CHECK(four[0].body.size() == 32);
  CHECK(four[1].body.size() == 576 - 28);
  const auto six = f.peer.Icmp6(Icmpv6::kUnreachable);
  REQUIRE(six.size() == 2);
  CHECK(six[0].icmp.code == Icmpv6::kCodePortUnreachable);
  CHECK(six[0].icmp.body.size() == 52);
  CHECK(six[1].icmp.body.size() == 1280 - 48);
  CHECK(six[0].source == f.own6);
  CHECK(f.host.stack.counters()[StackProtocol::kIcmp4].xmit == 2);
  CHECK(f.host.stack.counters()[StackProtocol::kIcmp6].xmit == 2);
}

TEST_CASE("link-layer padding is not quoted") {
  Fixture f;
  Bytes padded = f.Datagram4(f.own4);
  padded.resize(60);
  f.peer.SendV4(padded);
  REQUIRE(f.peer.Icmp4().size() == 1);
  CHECK(f.peer.Icmp4()[0].body.size() == 32);
}

TEST_CASE("RFC 1122 §3.2.2, RFC 4443 §2.4 e: no error about groups, broadcasts, errors, later fragments") {
  Fixture f;
  const auto to_link_group = [&](uint16_t type, const Bytes& packet) {
    f.peer.SendFrame(type, packet, Mac::Broadcast());
  };
  f.peer.SendFrame(kEtherTypeIpv4, f.Datagram4(Ip("224.0.0.1")), GroupMac(Ip("224.0.0.1")));
  f.peer.SendFrame(kEtherTypeIpv6, f.Datagram6(Ip("ff02::1")), GroupMac(Ip("ff02::1")));
  to_link_group(kEtherTypeIpv4, f.Datagram4(Ip("255.255.255.255")));
  to_link_group(kEtherTypeIpv4, f.Datagram4(Ip("10.0.0.255")));
  to_link_group(kEtherTypeIpv4, f.Datagram4(f.own4));  // a unicast address in a broadcast frame
  to_link_group(kEtherTypeIpv6, f.Datagram6(f.own6));
  f.Report4(Icmpv4::kUnreachable, 3, 0, f.Datagram4(f.own4));
  f.Report6(Icmpv6::kUnreachable, 4, 0, f.Datagram6(f.own6));
  f.Report6(Icmpv6::kRedirect, 0, 0, Bytes(32));
  Ipv4Header later = RawPeer::V4(f.peer4, f.own4, 200);
  later.fragment_offset = 8;
  f.peer.SendV4(RawPeer::Ipv4(later, Bytes(8)));
  f.lab.Run(60'000);
  CHECK(f.peer.Icmp4().empty());
  for (uint8_t type : {1, 2, 3, 4}) CHECK(f.peer.Icmp6(type).empty());
}

TEST_CASE("an unknown protocol is unreachable (RFC 1122 §3.2.2.1), or a parameter problem (RFC 4443 §3.4)") {
  Fixture f;
  f.peer.SendV4(RawPeer::Ipv4(RawPeer::V4(f.peer4, f.own4, 200), Bytes(8)));
  f.peer.SendV6(RawPeer::Ipv6(f.peer6, f.own6, 200, Bytes(8)));
  REQUIRE(f.peer.Icmp4().size() == 1);
  CHECK(f.peer.Icmp4()[0].code == Icmpv4::kCodeProtocolUnreachable);
  REQUIRE(f.peer.Icmp6(Icmpv6::kParameterProblem).size() == 1);
}

TEST_CASE("RFC 4443 §2.4 f: a token bucket, so that a scan is not amplified") {
  Fixture f;
  for (int i = 0; i < 1000; ++i) f.peer.SendV4(f.Datagram4(f.own4));
  CHECK(f.peer.Icmp4().size() == IcmpErrors::kBurst);
  CHECK(f.host.drops.Of(DropReason::kRateLimited) == 1000 - IcmpErrors::kBurst);
  f.lab.Run(100);
  f.peer.sent.clear();
  for (int i = 0; i < 1000; ++i) f.peer.SendV4(f.Datagram4(f.own4));
  CHECK(f.peer.Icmp4().size() == IcmpErrors::kPerSecond / 10);
}

TEST_CASE("RFC 1122 §4.1.3.3: a received error reaches the socket that sent to that place, and no other") {
  Fixture f;
  const auto socket = f.host.stack.UdpBind({}, {{}, 700});
  const auto other = f.host.stack.UdpBind({}, {{}, 701});
  f.host.stack.UdpSend(f.lab.now, socket.socket, {f.peer4, 9}, Bytes(4));
  f.host.stack.UdpSend(f.lab.now, socket.socket, {f.peer6, 9}, Bytes(4));
  f.lab.SettleAll();
  REQUIRE(f.peer.sent.size() == 2);
  const Bytes four = f.peer.sent[0].payload, six = f.peer.sent[1].payload;
  const auto told = [&](Status status) {
    const auto event = f.host.Take(Kind::kUdpError);
    REQUIRE(event);
    CHECK(event->socket == socket.socket);
    CHECK(event->status == status);
    CHECK(event->remote.port == 9);
    CHECK_FALSE(f.host.Take(Kind::kUdpError));
  };
  f.Report4(Icmpv4::kUnreachable, 3, 0, four);
  told(Status::kConnectionRefused);
  f.Report4(Icmpv4::kUnreachable, 13, 0, four);
  told(Status::kAccessDenied);
  f.Report4(Icmpv4::kTimeExceeded, 0, 0, four);
  told(Status::kHostUnreachable);
  f.Report6(Icmpv6::kUnreachable, 4, 0, six);
  told(Status::kConnectionRefused);
  f.Report6(Icmpv6::kUnreachable, 0, 0, six);
  told(Status::kNetworkUnreachable);
  f.Report6(Icmpv6::kTimeExceeded, 0, 0, six);
  told(Status::kHostUnreachable);
  f.host.stack.Close(f.lab.now, other.socket);
}

TEST_CASE("errors about what we cannot have sent are dropped and counted") {
  Fixture f;
  const auto socket = f.host.stack.UdpBind({}, {{}, 700});
  f.host.stack.UdpSend(f.lab.now, socket.socket, {f.peer4, 9}, Bytes(4));
  f.lab.SettleAll();
  const Bytes sent = f.peer.sent[0].payload;
  const auto ignored = [&](const Bytes& quote) {
    const uint64_t before = f.host.stack.counters()[StackProtocol::kIcmp4].proterr;
    f.Report4(Icmpv4::kUnreachable, 3, 0, quote);
    CHECK(f.host.Count(Kind::kUdpError) == 0);
    CHECK(f.host.stack.counters()[StackProtocol::kIcmp4].proterr == before + 1);
  };
  ignored(Bytes(sent.begin(), sent.begin() + 27));  // less than eight bytes of the datagram (RFC 792)
  Bytes forged = sent;
  forged[15] ^= 1;  // from another address than the error came to
  ignored(forged);
  Bytes later = sent;
  later[7] = 1;  // a later fragment names no port
  ignored(later);
  ignored({});
  Bytes bad = Icmpv4{Icmpv4::kUnreachable, 3, 0, sent}.Serialize();
  bad[2] ^= 1;
  f.peer.SendV4(RawPeer::Ipv4(RawPeer::V4(f.peer4, f.own4, kProtocolIcmpv4), bad));
  CHECK(f.host.stack.counters()[StackProtocol::kIcmp4].chkerr == 1);
  CHECK(f.host.Count(Kind::kUdpError) == 0);
  f.Report4(5, 1, 0x0a000063, sent);  // a redirect: routes come from the configuration
  f.peer.sent.clear();
  f.host.stack.UdpSend(f.lab.now, socket.socket, {f.peer4, 9}, Bytes(4));
  f.lab.SettleAll();
  REQUIRE(f.peer.sent.size() == 1);
  CHECK(f.peer.sent[0].destination == RawPeer::kMac);
}

}  // namespace zt::netstack
