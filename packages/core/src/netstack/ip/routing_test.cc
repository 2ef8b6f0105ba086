// Which interface, next hop and source a destination gets: prefixes, routes, metrics, RFC 6724, the strong host model.
#include <doctest/doctest.h>

#include "netstack/ip/source_selection.h"
#include "testing/raw_peer.h"

namespace zt::netstack {
namespace {

IpAddress Ip(const char* text) { return *IpAddress::Parse(text); }
IpPrefix Prefix(const char* text) { return *IpPrefix::Parse(text); }

struct Fixture {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  RawPeer peer{lab, host};

  void Configure(const std::vector<IpPrefix>& addresses, const std::vector<Route>& routes) {
    host.stack.SetAddresses(lab.now, Lab::kNetwork, addresses);
    host.stack.SetRoutes(Lab::kNetwork, routes);
  }
  // Who is asked for when a datagram goes to `to`: the next hop. None: no way there.
  IpAddress NextHop(const IpAddress& to) {
    peer.sent.clear();
    const auto socket = host.stack.UdpBind({}, {{}, 0});
    const Status status = host.stack.UdpSend(lab.now, socket.socket, {to, 9}, Bytes(1));
    lab.Run(0);
    host.stack.Close(lab.now, socket.socket);
    if (status != Status::kOk) {
      CHECK(status == Status::kNetworkUnreachable);
      CHECK(peer.sent.empty());
      return {};
    }
    // Questions that nobody answered end after a while; then the next one is asked anew.
    const auto arps = peer.Arps();
    const auto solicitations = peer.Icmp6(135);
    lab.Run(10'000);
    if (!arps.empty()) return arps[0].first.target_ip;
    return solicitations.empty() ? IpAddress{} : IpAddress::FromV6Bytes(solicitations[0].icmp.body.data());
  }
};

}  // namespace

TEST_CASE("on-link prefixes of every length: /0, /8, /31 (RFC 3021), /32, IPv6 /40, /88, /128") {
  Fixture f;
  f.Configure({Prefix("10.9.0.4/31"), Prefix("192.168.7.7/32"), Prefix("11.0.0.1/8")}, {});
  CHECK(f.NextHop(Ip("10.9.0.5")) == Ip("10.9.0.5"));
  CHECK(f.NextHop(Ip("10.9.0.6")).IsNone());
  CHECK(f.NextHop(Ip("192.168.7.8")).IsNone());
  CHECK(f.NextHop(Ip("11.255.255.254")) == Ip("11.255.255.254"));
  f.Configure({Prefix("fc9c:56c2:e301:2345:6789::1/40"), Prefix("fd80:56c2:e21c:0:199:9301:2345:6789/88"),
               Prefix("2001:db8::1/128")},
              {});
  CHECK(f.NextHop(Ip("fc9c:56c2:e399:9999:9999::1")) == Ip("fc9c:56c2:e399:9999:9999::1"));
  CHECK(f.NextHop(Ip("fd80:56c2:e21c:0:199:93ff::1")) == Ip("fd80:56c2:e21c:0:199:93ff::1"));
  CHECK(f.NextHop(Ip("fd80:56c2:e21c:0:199:94ff::1")).IsNone());
  CHECK(f.NextHop(Ip("2001:db8::2")).IsNone());
  f.Configure({Prefix("10.0.0.1/0")}, {});
  CHECK(f.NextHop(Ip("99.1.2.3")) == Ip("99.1.2.3"));
}

TEST_CASE("RFC 1812 §5.2.4.3: the longest match wins, whatever the order; then the lowest metric") {
  Fixture f;
  const std::vector<IpPrefix> addresses = {Prefix("10.0.0.1/24")};
  f.Configure(addresses, {{Prefix("0.0.0.0/0"), Ip("10.0.0.2"), 0},
                          {Prefix("172.16.0.0/16"), Ip("10.0.0.3"), 9},
                          {Prefix("172.16.0.0/16"), Ip("10.0.0.4"), 3},
                          {Prefix("172.16.5.0/24"), Ip("10.0.0.5"), 999},
                          {Prefix("10.0.0.128/25"), Ip("10.0.0.6"), 0},
                          {Prefix("10.0.0.0/24"), Ip("10.0.0.7"), 0}});
  CHECK(f.NextHop(Ip("8.8.8.8")) == Ip("10.0.0.2"));
  CHECK(f.NextHop(Ip("172.16.1.1")) == Ip("10.0.0.4"));
  CHECK(f.NextHop(Ip("172.16.5.1")) == Ip("10.0.0.5"));
  CHECK(f.NextHop(Ip("10.0.0.200")) == Ip("10.0.0.6"));
  CHECK(f.NextHop(Ip("10.0.0.100")) == Ip("10.0.0.100"));  // on the link beats a route of its length
}

TEST_CASE("a next hop is resolved on the link: not by another route, not by way of ourselves") {
  Fixture f;
  f.Configure({Prefix("10.0.0.1/24")}, {{Prefix("192.0.2.0/24"), Ip("10.0.0.2")},
                                        {Prefix("198.51.100.0/24"), Ip("192.0.2.1")},
                                        {Prefix("203.0.113.0/24"), Ip("10.0.0.1")},
                                        {Prefix("fd99::/16"), Ip("10.0.0.2")}});
  CHECK(f.NextHop(Ip("192.0.2.1")) == Ip("10.0.0.2"));
  CHECK(f.NextHop(Ip("198.51.100.1")).IsNone());
  CHECK(f.NextHop(Ip("203.0.113.1")).IsNone());
  CHECK(f.NextHop(Ip("fd99::1")).IsNone());
  // An on-link route makes a gateway reachable that no prefix has.
  f.Configure({Prefix("10.0.0.1/32")}, {{Prefix("10.0.9.9/32"), {}}, {Prefix("0.0.0.0/0"), Ip("10.0.9.9")}});
  CHECK(f.NextHop(Ip("8.8.8.8")) == Ip("10.0.9.9"));
}

TEST_CASE("a change of routes or addresses is seen by the next datagram; the same destination is not searched twice") {
  Fixture f;
  const std::vector<IpPrefix> addresses = {Prefix("10.0.0.1/24")};
  f.Configure(addresses, {{Prefix("0.0.0.0/0"), Ip("10.0.0.2")}});
  CHECK(f.NextHop(Ip("8.8.8.8")) == Ip("10.0.0.2"));
  const uint64_t hits = f.host.stack.counters()[StackProtocol::kIp4].cachehit;
  CHECK(f.NextHop(Ip("8.8.8.8")) == Ip("10.0.0.2"));
  CHECK(f.host.stack.counters()[StackProtocol::kIp4].cachehit > hits);
  f.Configure(addresses, {{Prefix("0.0.0.0/0"), Ip("10.0.0.3")}});
  CHECK(f.NextHop(Ip("8.8.8.8")) == Ip("10.0.0.3"));
  f.Configure(addresses, {});
  CHECK(f.NextHop(Ip("8.8.8.8")).IsNone());
  CHECK(f.host.stack.counters()[StackProtocol::kIp4].rterr > 0);
  f.Configure({Prefix("10.1.0.1/24")}, {{Prefix("0.0.0.0/0"), Ip("10.0.0.3")}});  // the gateway is off the link now
  CHECK(f.NextHop(Ip("8.8.8.8")).IsNone());
}

TEST_CASE("a route change in mid-connection moves it to the new gateway") {
  Lab lab;
  Lab::Host& a = lab.AddHost();
  Lab::Host& b = lab.AddHost();
  const Route first[] = {{Prefix("99.0.0.0/8"), b.v4()}};
  const IpPrefix far[] = {{Ip("99.0.0.1"), 32}, {b.v4(), 24}};
  b.stack.SetAddresses(lab.now, Lab::kNetwork, far);
  a.stack.SetRoutes(Lab::kNetwork, first);
  b.stack.TcpListen({}, {Ip("99.0.0.1"), 80}, 4);
  const auto client = a.stack.TcpConnect(lab.now, {}, {}, {Ip("99.0.0.1"), 80}, 0);
  lab.Run(1'000);
  REQUIRE(a.Count(StackEventKind::kTcpConnected) == 1);
  const Route second[] = {{Prefix("99.0.0.0/8"), Ip("10.0.0.77")}};
  a.stack.SetRoutes(Lab::kNetwork, second);
  std::vector<Lab::Frame> sent;
  a.on_send = [&](const Lab::Frame& f) {
    sent.push_back(f);
    return true;
  };
  a.stack.TcpWrite(lab.now, client.socket, Bytes(100));
  lab.Run(100);
  REQUIRE(!sent.empty());
  CHECK(sent[0].ether_type == kEtherTypeArp);
  CHECK(Arp::Parse(sent[0].payload)->target_ip == Ip("10.0.0.77"));
}

TEST_CASE("RFC 6724 §5: the source of a destination") {
  Interface interface;
  const auto choose = [&](std::vector<IpPrefix> addresses, const char* destination) {
    interface.addresses = std::move(addresses);
    return SelectSource(interface, Ip(destination));
  };
  // Rule 1: the same address.
  CHECK(choose({Prefix("2001:db8::1/64"), Prefix("2001:db8::2/64")}, "2001:db8::2") == Ip("2001:db8::2"));
  // Rule 2: appropriate scope.
  CHECK(choose({Prefix("fe80::1/64"), Prefix("2001:db8::1/64")}, "2001:db9::1") == Ip("2001:db8::1"));
  CHECK(choose({Prefix("2001:db8::1/64"), Prefix("fe80::1/64")}, "fe80::2") == Ip("fe80::1"));
  CHECK(choose({Prefix("2001:db8::1/64"), Prefix("fe80::1/64")}, "ff02::5") == Ip("fe80::1"));
  CHECK(choose({Prefix("fe80::1/64"), Prefix("2001:db8::1/64")}, "ff05::5") == Ip("2001:db8::1"));
  CHECK(choose({Prefix("169.254.1.1/16"), Prefix("10.0.0.1/24")}, "8.8.8.8") == Ip("10.0.0.1"));
  // Rule 6: matching label; unique local addresses speak to their like.
  CHECK(choose({Prefix("fd00::1/64"), Prefix("2001:db8::1/64")}, "fd99::1") == Ip("fd00::1"));
  CHECK(choose({Prefix("fd00::1/64"), Prefix("2001:db8::1/64")}, "2a00::1") == Ip("2001:db8::1"));
  // Rule 8: longest match, no longer than the prefix of the source (§2.2).
  CHECK(choose({Prefix("2001:db8:1::1/48"), Prefix("2001:db8:2::1/48")}, "2001:db8:2:9::1") == Ip("2001:db8:2::1"));
  CHECK(choose({Prefix("10.1.0.1/16"), Prefix("10.2.0.1/16")}, "10.2.200.1") == Ip("10.2.0.1"));
  CHECK(choose({Prefix("10.0.0.1/24")}, "2001:db8::1").IsNone());
}

TEST_CASE("RFC 1122 §3.3.4.2, strong: an address is ours on its own network only, both ways") {
  Fixture f;
  constexpr NetworkId kOther{0x1234};
  REQUIRE(f.host.stack.AddInterface(f.lab.now, kOther, Mac{0x0200000000aa}, 2800, 0));
  const IpPrefix other[] = {Prefix("10.5.0.1/24")};
  f.host.stack.SetAddresses(f.lab.now, kOther, other);
  const auto socket = f.host.stack.UdpBind({}, {IpAddress::V4(0), 700});
  const IpAddress peer = Ip("10.0.0.254");
  f.peer.SendV4(RawPeer::Ipv4(RawPeer::V4(peer, Ip("10.5.0.1"), kProtocolUdp),
                              RawPeer::UdpMessage(peer, Ip("10.5.0.1"), 5, 700)));
  CHECK(f.host.drops.Of(DropReason::kNotForUs) == 1);
  CHECK(f.host.stack.counters()[StackProtocol::kIp4].rterr == 1);
  CHECK(f.peer.sent.empty());  // neither forwarded, nor redirected, nor answered
  Endpoint from, to;
  Bytes data(10);
  CHECK(f.host.stack.UdpReceive(socket.socket, from, to, data) < 0);
  const auto bound = f.host.stack.UdpBind({}, {Ip("10.5.0.1"), 0});
  CHECK(f.host.stack.UdpSend(f.lab.now, bound.socket, {Ip("10.0.0.9"), 9}, data) == Status::kNetworkUnreachable);
}

TEST_CASE("all of 127.0.0.0/8 is loopback and never on the wire") {
  Fixture f;
  const auto server = f.host.stack.UdpBind({}, {Ip("127.9.9.9"), 700});
  REQUIRE(server.status == Status::kOk);
  const auto client = f.host.stack.UdpBind({}, {IpAddress::V4(0), 0});
  CHECK(f.host.stack.UdpSend(f.lab.now, client.socket, {Ip("127.9.9.9"), 700}, Bytes(3)) == Status::kOk);
  f.lab.SettleAll();
  Endpoint from, to;
  Bytes data(10);
  CHECK(f.host.stack.UdpReceive(server.socket, from, to, data) == 3);
  CHECK(f.peer.sent.empty());
}

}  // namespace zt::netstack
