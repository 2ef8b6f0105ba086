// MLD as a host (RFC 2710, RFC 3810), against a querier made by hand.
#include "netstack/header/mld.h"

#include <doctest/doctest.h>

#include "netstack/header/ipv6.h"
#include "netstack/header/ipv6_extension.h"
#include "netstack/header/protocol.h"
#include "netstack/interface.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

IpAddress V6(const char* text) { return *IpAddress::Parse(text); }

const char* const kGroupText = "ff15::1234";

struct Report {
  uint8_t type;
  IpAddress destination;
  Bytes body;
};

struct Fixture {
  Lab lab;
  Lab::Host* host = nullptr;
  SocketId socket;
  std::vector<Report> sent;
  IpAddress group = V6(kGroupText);

  explicit Fixture(bool detect = false) {
    lab.detect = detect;
    host = &lab.AddHost();
    socket = host->stack.UdpBind({}, {V6("::"), 700}).socket;
    host->on_send = [this](const Lab::Frame& f) {
      if (f.ether_type != kEtherTypeIpv6) return true;
      const auto ip = Ipv6Header::Parse(f.payload);
      REQUIRE(ip);
      const Ipv6Extensions walk = WalkIpv6Extensions(ip->next_header, ip->payload);
      const auto icmp = Icmpv6::Parse(walk.payload, ip->source, ip->destination);
      if (walk.protocol != kProtocolIcmpv6 || !icmp || icmp->type == Icmpv6::kNeighborSolicitation) return true;
      CHECK(ip->hop_limit == 1);                        // RFC 3810 §5
      CHECK(walk.router_alert);                         // RFC 3810 §5
      CHECK(ip->source == LinkLocalAddress(host->mac));  // RFC 3810 §5.2.13
      CHECK(f.destination == GroupMac(ip->destination));
      Bytes body(8);
      StoreU32(&body[4], icmp->rest);
      body.insert(body.end(), icmp->body.begin(), icmp->body.end());
      sent.push_back({icmp->type, ip->destination, body});
      return true;
    };
  }
  void Join() {
    REQUIRE(host->stack.JoinGroup(lab.now, socket, {}, group) == Status::kOk);
    lab.SettleAll();
  }
  void Leave() {
    REQUIRE(host->stack.LeaveGroup(lab.now, socket, {}, group) == Status::kOk);
    lab.SettleAll();
  }
  void Inject(uint8_t type, uint16_t code, const Bytes& body, const IpAddress& to, const char* from = "fe80::fe",
              uint8_t hop_limit = 1, bool alert = true) {
    const IpAddress source = V6(from);
    const Bytes icmp = Icmpv6{type, 0, uint32_t{code} << 16, body}.Serialize(source, to);
    const Bytes options = alert ? Bytes{kProtocolIcmpv6, 0, 5, 2, 0, 0, 1, 0} : Bytes{};
    Bytes packet(40);
    Ipv6Header header;
    header.source = source;
    header.destination = to;
    header.next_header = alert ? 0 : kProtocolIcmpv6;
    header.hop_limit = hop_limit;
    header.Write(packet.data(), options.size() + icmp.size());
    packet.insert(packet.end(), options.begin(), options.end());
    packet.insert(packet.end(), icmp.begin(), icmp.end());
    lab.Inject(*host, {Mac{0x0200000000fe}, GroupMac(to), kEtherTypeIpv6, packet});
  }
  static Bytes QueryBody(const IpAddress& about, bool v2, const std::vector<IpAddress>& sources = {}) {
    Bytes body(about.bytes.begin(), about.bytes.end());
    if (!v2) return body;
    body.resize(20);
    StoreU16(&body[18], static_cast<uint16_t>(sources.size()));
    for (const IpAddress& ip : sources) body.insert(body.end(), ip.bytes.begin(), ip.bytes.end());
    return body;
  }
};

std::string Records(const Report& report) {
  std::string out;
  const Bytes& b = report.body;
  CHECK(report.type == Mld::kReportV2);
  CHECK(report.destination == V6("ff02::16"));  // RFC 3810 §5.2.14
  size_t at = 8;
  for (int i = 0; i < LoadU16(&b[6]); ++i) {
    out += std::to_string(b[at]);
    out.append(":").append(IpAddress::FromV6Bytes(&b[at + 4]).ToString()).append(" ");
    at += 20 + LoadU16(&b[at + 2]) * 16u;
  }
  CHECK(at == b.size());
  return out;
}

}  // namespace

TEST_CASE("RFC 3810 §6.1: a join and a leave are told twice within a second, then there is silence") {
  Fixture f;
  f.Join();
  f.lab.Run(1'001);
  REQUIRE(f.sent.size() == 2);
  for (const Report& r : f.sent) CHECK(Records(r) == "4:ff15::1234 ");
  f.sent.clear();
  f.Leave();
  f.lab.Run(5'000);
  REQUIRE(f.sent.size() == 2);
  for (const Report& r : f.sent) CHECK(Records(r) == "3:ff15::1234 ");
  CHECK(f.host->stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("RFC 3810 §6.2: a general query is answered with all groups, those of our addresses too") {
  Fixture f;
  f.Join();
  f.lab.Run(5'000);
  f.sent.clear();
  f.Inject(Mld::kQuery, 1000, Fixture::QueryBody(V6("::"), true), V6("ff02::1"));
  f.lab.Run(1'001);
  REQUIRE(f.sent.size() == 1);
  CHECK(Records(f.sent[0]) == "2:ff02::1:ff00:1 2:ff15::1234 ");  // fd00::1 and fe80::ff:fe00:1 share a group
}

TEST_CASE("RFC 3810 §8.2.1: a version 1 querier gets reports and Done of version 1; others' reports spare ours") {
  Fixture f;
  f.Join();
  f.Inject(Mld::kQuery, 1000, Fixture::QueryBody(V6("::"), false), V6("ff02::1"));
  f.sent.clear();
  f.lab.Run(1'001);
  REQUIRE(f.sent.size() == 2);
  CHECK(f.sent[0].type == Mld::kReportV1);
  f.sent.clear();
  f.Inject(Mld::kQuery, 1000, Fixture::QueryBody(f.group, false), f.group);
  f.Inject(Mld::kReportV1, 0, Fixture::QueryBody(f.group, false), f.group);
  f.lab.Run(2'000);
  CHECK(f.sent.empty());
  f.Inject(Mld::kQuery, 1000, Fixture::QueryBody(f.group, false), f.group);
  f.lab.Run(2'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(f.sent[0].destination == f.group);
  f.sent.clear();
  f.Leave();
  f.lab.Run(20'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(f.sent[0].type == Mld::kDone);
  CHECK(f.sent[0].destination == V6("ff02::2"));  // RFC 2710 §3.7
}

TEST_CASE("RFC 3810 §6.2: queries from off the link are dropped and counted") {
  Fixture f;
  f.Join();
  f.lab.Run(5'000);
  f.sent.clear();
  const Bytes query = Fixture::QueryBody(V6("::"), true);
  f.Inject(Mld::kQuery, 1000, query, V6("ff02::1"), "fd00::9");
  f.Inject(Mld::kQuery, 1000, query, V6("ff02::1"), "fe80::9", 64);
  f.Inject(Mld::kQuery, 1000, query, V6("ff02::1"), "fe80::9", 1, false);
  f.Inject(Mld::kQuery, 1000, Bytes(18), V6("ff02::1"));                                   // §8.1: of no version
  f.Inject(Mld::kQuery, 1000, Fixture::QueryBody(V6("fd00::1"), true), V6("ff02::1"));     // not a group
  f.lab.Run(20'000);
  CHECK(f.sent.empty());
  CHECK(f.host->drops.Of(DropReason::kMalformed) == 5);
}

TEST_CASE("a flood of queries that want an answer at once is not answered one by one") {
  Fixture f;
  f.Join();
  f.lab.Run(5'000);
  for (const bool v2 : {true, false}) {
    f.sent.clear();
    for (int i = 0; i < 1'000; ++i) {
      f.Inject(Mld::kQuery, 0, Fixture::QueryBody(V6("::"), v2), V6("ff02::1"));
      f.Inject(Mld::kQuery, 0, Fixture::QueryBody(f.group, v2), f.group);
      f.lab.Run(1);
    }
    CHECK(f.sent.size() >= 2);
    CHECK(f.sent.size() <= 2 * (1'000 / GroupReporter::kAnswerInterval + 1));
  }
}

TEST_CASE("the groups of our own addresses are announced when addresses are checked (RFC 4861 §7.2.1)") {
  Fixture f(true);
  f.sent.clear();
  f.lab.Run(20'000);
  REQUIRE(f.sent.size() >= 1);
  CHECK(Records(f.sent[0]) == "4:ff02::1:ff00:1 ");
  CHECK(f.host->stack.NextTimeout().at == Instant::Never());
}

}  // namespace zt::netstack
