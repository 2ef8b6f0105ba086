// Packets from the wire: martians, options, extension headers, fragments, and what each is counted as.
#include <doctest/doctest.h>

#include "netstack/header/ipv6_extension.h"
#include "netstack/ip/reassembly.h"
#include "testing/raw_peer.h"

namespace zt::netstack {
namespace {

IpAddress Ip(const char* text) { return *IpAddress::Parse(text); }

struct Fixture {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  RawPeer peer{lab, host};
  IpAddress own4 = host.v4(), own6 = Ip("fd00::1");
  IpAddress peer4 = Ip("10.0.0.254"), peer6 = Ip("fd00::fe");
  SocketId socket = host.stack.UdpBind({}, {{}, 700}).socket;

  Fixture() {
    // The host knows the peer, so that answers leave at once.
    peer.SendArp({Arp::kRequest, RawPeer::kMac, peer4, Mac{}, own4}, Mac::Broadcast());
    const auto body = NeighborMessage{own6, RawPeer::kMac}.Serialize(NeighborMessage::kSourceLinkAddress);
    peer.SendNd(135, 0, body, peer6, SolicitedNode(own6));
    peer.sent.clear();
  }
  bool Heard() {
    Endpoint from, to;
    Bytes data(70'000);
    return host.stack.UdpReceive(socket, from, to, data) >= 0;
  }
  const ProtocolCounters& Count(StackProtocol protocol) const { return host.stack.counters()[protocol]; }
  void Datagram4(const IpAddress& from, const IpAddress& to, const Bytes& options = {}) {
    peer.SendV4(RawPeer::Ipv4(RawPeer::V4(from, to, kProtocolUdp), RawPeer::UdpMessage(from, to, 5, 700), options));
  }
  // `headers`: extension headers, the first of kind `first`; the last says UDP.
  void Datagram6(uint8_t first, const Bytes& headers, const IpAddress& to, const IpAddress& from) {
    Bytes payload = headers;
    const Bytes udp = RawPeer::UdpMessage(from, to, 5, 700);
    payload.insert(payload.end(), udp.begin(), udp.end());
    const Mac mac = to.IsMulticast() ? GroupMac(to) : host.mac;
    peer.SendFrame(kEtherTypeIpv6, RawPeer::Ipv6(from, to, first, payload), mac);
  }
  // The parameter problem the host sent: code and pointer.
  std::pair<int, uint32_t> Problem() {
    const auto sent = peer.Icmp6(Icmpv6::kParameterProblem);
    peer.sent.clear();
    if (sent.empty()) return {-1, 0};
    CHECK(sent.size() == 1);
    return {sent[0].icmp.code, sent[0].icmp.rest};
  }
  void Fragment6(const Bytes& piece, size_t offset, bool more, uint8_t next = kProtocolUdp, uint32_t id = 1) {
    Bytes payload(8);
    Ipv6Fragment{next, static_cast<uint16_t>(offset), more, id}.Write(payload.data());
    payload.insert(payload.end(), piece.begin(), piece.end());
    peer.SendV6(RawPeer::Ipv6(peer6, own6, Ipv6Fragment::kNextHeader, payload));
  }
  void Fragment4(const Bytes& piece, size_t offset, bool more, uint16_t id = 1) {
    Ipv4Header header = RawPeer::V4(peer4, own4, kProtocolUdp);
    header.identification = id;
    header.fragment_offset = static_cast<uint16_t>(offset);
    header.more_fragments = more;
    peer.SendV4(RawPeer::Ipv4(header, piece));
  }
};

}  // namespace

TEST_CASE("RFC 1122 §3.2.1.3: martians from the wire are refused and counted") {
  Fixture f;
  for (const char* from :
       {"127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.255"}) {
    CAPTURE(from);
    const uint64_t before = f.Count(StackProtocol::kIp4).err;
    f.Datagram4(Ip(from), f.own4);
    CHECK(f.Count(StackProtocol::kIp4).err == before + 1);
  }
  for (const char* from : {"::1", "::", "ff02::1", "::ffff:10.0.0.9"}) {
    CAPTURE(from);
    const uint64_t before = f.Count(StackProtocol::kIp6).err;
    f.Datagram6(kProtocolUdp, {}, f.own6, Ip(from));
    CHECK(f.Count(StackProtocol::kIp6).err == before + 1);
  }
  f.Datagram4(f.peer4, Ip("127.0.0.1"));
  f.Datagram6(kProtocolUdp, {}, Ip("::1"), f.peer6);
  CHECK_FALSE(f.Heard());
  CHECK(f.peer.sent.empty());
  f.Datagram4(f.peer4, f.own4);
  CHECK(f.Heard());
}

TEST_CASE("RFC 1122 §3.2.1.8: options are read and ignored; source routes and nonsense are refused") {
  Fixture f;
  f.Datagram4(f.peer4, f.own4, {1, 1, 0x94, 4, 0, 0, 0, 0});
  CHECK(f.Heard());
  f.Datagram4(f.peer4, f.own4, {7, 7, 4, 0, 0, 0, 0, 0});  // record route: not recorded (RFC 7126 §4.5)
  CHECK(f.Heard());
  for (uint8_t route : {131, 137}) {
    f.Datagram4(f.peer4, f.own4, {route, 7, 4, 1, 2, 3, 4, 0});
    CHECK_FALSE(f.Heard());
  }
  CHECK(f.peer.sent.empty());
  CHECK(f.Count(StackProtocol::kIp4).opterr == 2);
  f.Datagram4(f.peer4, f.own4, {1, 7, 1, 0});
  auto sent = f.peer.Icmp4();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].type == Icmpv4::kParameterProblem);
  CHECK(sent[0].rest == 22u << 24);  // the length byte
  CHECK_FALSE(f.Heard());
}

TEST_CASE("RFC 8200 §4.2: unknown options by their two highest bits") {
  Fixture f;
  const auto with = [&](uint8_t option, const IpAddress& to) {
    f.Datagram6(60, {kProtocolUdp, 0, option, 4, 0, 0, 0, 0}, to, f.peer6);
    return f.Heard();
  };
  const IpAddress all = Ip("ff02::1");
  CHECK(with(0x1e, f.own6));  // 00: skip
  CHECK_FALSE(with(0x5e, f.own6));  // 01: discard
  CHECK(f.Problem() == std::pair{-1, 0u});
  CHECK_FALSE(with(0x9e, f.own6));  // 10: report
  CHECK(f.Problem() == std::pair{2, 42u});
  CHECK_FALSE(with(0x9e, all));  // 10: even to a group (RFC 4443 §2.4 e.3)
  CHECK(f.Problem() == std::pair{2, 42u});
  CHECK_FALSE(with(0xde, f.own6));  // 11: report
  CHECK(f.Problem() == std::pair{2, 42u});
  CHECK_FALSE(with(0xde, all));  // 11: not to a group
  CHECK(f.Problem() == std::pair{-1, 0u});
  CHECK(f.Count(StackProtocol::kIp6).opterr == 5);
}

TEST_CASE("RFC 8200 §4.4, RFC 5095: a routing header with segments left is refused, without any it is skipped") {
  Fixture f;
  f.Datagram6(43, {kProtocolUdp, 0, 0, 0, 0, 0, 0, 0}, f.own6, f.peer6);
  CHECK(f.Heard());
  f.Datagram6(43, {kProtocolUdp, 0, 0, 1, 0, 0, 0, 0}, f.own6, f.peer6);
  CHECK_FALSE(f.Heard());
  CHECK(f.Problem() == std::pair{0, 42u});
}

TEST_CASE("RFC 8200 §4: an unknown next header is reported where it stands; long chains burn no time") {
  Fixture f;
  f.Datagram6(200, {}, f.own6, f.peer6);
  CHECK(f.Problem() == std::pair{1, 6u});
  f.Datagram6(60, {200, 0, 1, 4, 0, 0, 0, 0}, f.own6, f.peer6);
  CHECK(f.Problem() == std::pair{1, 40u});
  CHECK(f.Count(StackProtocol::kIp6).proterr == 2);
  Bytes chain;
  for (int i = 0; i <= kMaxIpv6Extensions; ++i) {
    const uint8_t next = i == kMaxIpv6Extensions ? kProtocolUdp : 60;
    const uint8_t header[] = {next, 0, 1, 4, 0, 0, 0, 0};
    chain.insert(chain.end(), header, header + 8);
  }
  f.Datagram6(60, chain, f.own6, f.peer6);
  CHECK_FALSE(f.Heard());
  chain.erase(chain.begin(), chain.begin() + 8);
  f.Datagram6(60, chain, f.own6, f.peer6);
  CHECK(f.Heard());
}

TEST_CASE("RFC 6946: an atomic fragment stands alone, beside real ones of the same identification") {
  Fixture f;
  const Bytes whole = RawPeer::UdpMessage(f.peer6, f.own6, 5, 700, 24);
  f.Fragment6(Bytes(whole.begin(), whole.begin() + 16), 0, true);
  f.Fragment6(whole, 0, false);
  CHECK(f.Heard());
  f.Fragment6(Bytes(whole.begin() + 16, whole.end()), 16, false);
  CHECK(f.Heard());
}

TEST_CASE("RFC 8200 §4.5, RFC 7112: fragments that can never become a datagram are reported at once") {
  Fixture f;
  f.Fragment6(Bytes(15), 0, true);
  CHECK(f.Problem() == std::pair{0, 4u});
  f.Fragment6(Bytes(16), 65'528, false);
  CHECK(f.Problem() == std::pair{0, 42u});
  f.Fragment6({kProtocolUdp, 5, 1, 4, 0, 0, 0, 0}, 0, true, 60);  // the chain goes on in the next fragment
  CHECK(f.Problem() == std::pair{int{Icmpv6::kCodeIncompleteChain}, 0u});
  CHECK(f.Count(StackProtocol::kIp6Frag).lenerr == 3);
  f.lab.Run(2 * Reassembly::kTimeoutV6);
  CHECK(f.peer.Icmp6(Icmpv6::kTimeExceeded).empty());  // nothing was kept
}

TEST_CASE("RFC 5722: overlapping fragments void the datagram, in both families") {
  Fixture f;
  const Bytes six = RawPeer::UdpMessage(f.peer6, f.own6, 5, 700, 24);
  f.Fragment6(Bytes(six.begin(), six.begin() + 16), 0, true);
  f.Fragment6(Bytes(16), 8, true);
  f.Fragment6(Bytes(six.begin() + 16, six.end()), 16, false);
  const Bytes four = RawPeer::UdpMessage(f.peer4, f.own4, 5, 700, 24);
  f.Fragment4(Bytes(four.begin(), four.begin() + 16), 0, true);
  f.Fragment4(Bytes(16), 8, true);
  f.Fragment4(Bytes(four.begin() + 16, four.end()), 16, false);
  CHECK_FALSE(f.Heard());
  CHECK(f.Count(StackProtocol::kIp6Frag).proterr == 1);
  CHECK(f.Count(StackProtocol::kIp4Frag).proterr == 1);
  CHECK(f.Count(StackProtocol::kIp4Frag).recv == 3);
}

TEST_CASE("RFC 792, RFC 4443 §3.3: a datagram that is not whole after 15 or 60 s is reported if its start came") {
  Fixture f;
  const Bytes four = RawPeer::UdpMessage(f.peer4, f.own4, 5, 700, 24);
  const Bytes six = RawPeer::UdpMessage(f.peer6, f.own6, 5, 700, 24);
  f.Fragment4(Bytes(four.begin(), four.begin() + 16), 0, true, 1);
  f.Fragment4(Bytes(four.begin() + 16, four.end()), 16, false, 2);  // the start is missing: no report
  f.Fragment6(Bytes(six.begin(), six.begin() + 16), 0, true);
  f.lab.Run(Reassembly::kTimeoutV4 - 1);
  CHECK(f.peer.Icmp4().empty());
  f.lab.Run(2);
  const auto sent = f.peer.Icmp4();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].type == Icmpv4::kTimeExceeded);
  CHECK(sent[0].code == 1);
  CHECK(sent[0].body.size() == 36);  // the first fragment
  CHECK(f.peer.Icmp6(Icmpv6::kTimeExceeded).empty());
  f.lab.Run(Reassembly::kTimeoutV6);
  const auto sent6 = f.peer.Icmp6(Icmpv6::kTimeExceeded);
  REQUIRE(sent6.size() == 1);
  CHECK(sent6[0].icmp.code == 1);
  CHECK(f.Count(StackProtocol::kIp4Frag).err == 2);
  CHECK(f.Count(StackProtocol::kIp6Frag).err == 1);
}

TEST_CASE("one sender cannot take all places of reassembly") {
  DropCounters drops;
  StackCounters counters;
  Reassembly reassembly(drops, counters);
  const Now now{{1000}, {1000}};
  const auto add = [&](const IpAddress& from, uint32_t id, size_t at, bool more) {
    return reassembly.Add(now, {NetworkId{1}, from, Ip("10.0.0.1"), 17, id}, 17, at, more, Bytes(16));
  };
  CHECK_FALSE(add(Ip("10.0.0.2"), 1, 0, true));
  for (uint32_t id = 0; id < 1000; ++id) CHECK_FALSE(add(Ip("10.0.0.3"), id, 0, true));
  CHECK(reassembly.bytes() == (Reassembly::kMaxPerSource + 1) * 16);
  CHECK(add(Ip("10.0.0.2"), 1, 16, false));
  CHECK(counters[StackProtocol::kIp4Frag].memerr == 1000 - Reassembly::kMaxPerSource);
}

TEST_CASE("frames and headers are counted where they fail (sdk-api.md §9)") {
  Fixture f;
  const uint64_t link = f.Count(StackProtocol::kLink).recv, ip = f.Count(StackProtocol::kIp4).recv;
  const Bytes udp = RawPeer::UdpMessage(f.peer4, f.own4, 5, 700);
  Bytes packet = RawPeer::Ipv4(RawPeer::V4(f.peer4, f.own4, kProtocolUdp), udp);
  f.peer.SendV4(packet);
  packet[10] ^= 1;
  f.peer.SendV4(packet);
  f.peer.SendV4(Bytes(10));
  f.peer.SendFrame(0x1234, Bytes(10), f.host.mac);
  f.peer.SendFrame(kEtherTypeIpv4, packet, Mac{0x020000000099});
  CHECK(f.Count(StackProtocol::kLink).recv == link + 5);
  CHECK(f.Count(StackProtocol::kLink).proterr == 1);
  CHECK(f.Count(StackProtocol::kLink).rterr == 1);
  CHECK(f.Count(StackProtocol::kIp4).recv == ip + 3);
  CHECK(f.Count(StackProtocol::kIp4).chkerr == 1);
  CHECK(f.Count(StackProtocol::kIp4).lenerr == 1);
  CHECK(f.Count(StackProtocol::kIp4).drop == 2);
  CHECK(f.Count(StackProtocol::kEtharp).recv == 1);
  CHECK(f.Count(StackProtocol::kEtharp).xmit == 1);
  CHECK(f.Count(StackProtocol::kNd6).recv == 1);
  CHECK(f.Count(StackProtocol::kNd6).xmit == 1);
}

TEST_CASE("what the sender asks for is in the header: TOS, hop limit, don't fragment") {
  Fixture f;
  using Option = SocketOption;
  CHECK(f.host.stack.SetOption(f.lab.now, f.socket, Option::kIpTos, 0xb8) == Status::kOk);
  CHECK(f.host.stack.SetOption(f.lab.now, f.socket, Option::kIpTtl, 7) == Status::kOk);
  CHECK(f.host.stack.SetOption(f.lab.now, f.socket, Option::kIpMtuDiscover, 1) == Status::kOk);
  f.host.stack.UdpSend(f.lab.now, f.socket, {f.peer4, 9}, Bytes(1));
  f.host.stack.UdpSend(f.lab.now, f.socket, {f.peer6, 9}, Bytes(1));
  CHECK(f.host.stack.UdpSend(f.lab.now, f.socket, {f.peer4, 9}, Bytes(4000)) == Status::kMessageTooBig);
  f.lab.SettleAll();
  REQUIRE(f.peer.sent.size() == 2);
  const auto four = Ipv4Header::Parse(f.peer.sent[0].payload);
  const auto six = Ipv6Header::Parse(f.peer.sent[1].payload);
  REQUIRE(four);
  REQUIRE(six);
  CHECK(four->tos == 0xb8);
  CHECK(four->ttl == 7);
  CHECK(four->dont_fragment);
  CHECK(six->traffic_class == 0xb8);
  CHECK(six->hop_limit == 7);
}

}  // namespace zt::netstack
