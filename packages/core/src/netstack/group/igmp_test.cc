// IGMP as a host (RFC 2236, RFC 3376), against a querier made by hand.
#include <doctest/doctest.h>

#include "netstack/header/checksum.h"
#include "netstack/header/igmp.h"
#include "netstack/header/ipv4.h"
#include "netstack/header/ipv4_option.h"
#include "netstack/header/protocol.h"
#include "netstack/interface.h"
#include "testing/netstack_lab.h"

namespace zt::netstack {
namespace {

const IpAddress kGroup = IpAddress::V4(239, 1, 2, 3);
const IpAddress kOther = IpAddress::V4(239, 1, 2, 4);
const IpAddress kAllHosts = IpAddress::V4(224, 0, 0, 1);
const IpAddress kQuerier = IpAddress::V4(10, 0, 0, 254);

struct Report {
  Instant at;
  Mac mac;
  Ipv4Header ip;
  Bytes body;
};

// A host whose IGMP messages are collected, and the querier's voice.
struct Fixture {
  Lab lab;
  Lab::Host& host = lab.AddHost();
  SocketId socket = host.stack.UdpBind({}, {IpAddress::V4(0), 700}).socket;
  std::vector<Report> sent;

  Fixture() {
    host.on_send = [this](const Lab::Frame& f) {
      if (f.ether_type != kEtherTypeIpv4) return true;
      const auto ip = Ipv4Header::Parse(f.payload);
      REQUIRE(ip);
      if (ip->protocol != kProtocolIgmp) return true;
      CHECK(ip->ttl == 1);                                        // RFC 3376 §4
      CHECK(Ipv4Options::Parse(ip->options).router_alert);        // RFC 3376 §4
      CHECK(ip->tos == 0xc0);                                     // RFC 3376 §4
      CHECK(ip->source == host.v4());
      CHECK(ChecksumOf(ip->payload) == 0);
      CHECK(f.destination == GroupMac(ip->destination));
      sent.push_back({lab.now.mono, f.destination, *ip, Bytes(ip->payload.begin(), ip->payload.end())});
      return true;
    };
  }
  void Join(const IpAddress& group = kGroup) {
    REQUIRE(host.stack.JoinGroup(lab.now, socket, {}, group) == Status::kOk);
    lab.SettleAll();
  }
  void Leave(const IpAddress& group = kGroup) {
    REQUIRE(host.stack.LeaveGroup(lab.now, socket, {}, group) == Status::kOk);
    lab.SettleAll();
  }
  void Inject(Bytes igmp, const IpAddress& to, bool alert = true) {
    StoreU16(&igmp[2], 0);
    StoreU16(&igmp[2], ChecksumOf(igmp));
    const size_t options = alert ? 4 : 0;
    Bytes packet(20 + options + igmp.size());
    Ipv4Header header;
    header.source = kQuerier;
    header.destination = to;
    header.protocol = kProtocolIgmp;
    header.ttl = 1;
    header.Write(packet.data(), options + igmp.size());
    if (alert) {
      packet[0] = 0x46;
      packet[20] = 0x94;
      packet[21] = 4;
      StoreU16(&packet[10], 0);
      StoreU16(&packet[10], ChecksumOf(ByteSpan(packet).first(24)));
    }
    std::memcpy(&packet[20 + options], igmp.data(), igmp.size());
    lab.Inject(host, {Mac{0x0200000000fe}, GroupMac(to), kEtherTypeIpv4, packet});
  }
  static Bytes V3Query(uint8_t code, const IpAddress& group, const std::vector<IpAddress>& sources = {}) {
    Bytes q(12 + sources.size() * 4);
    q[0] = Igmp::kQuery;
    q[1] = code;
    StoreU32(&q[4], group.V4());
    StoreU16(&q[10], static_cast<uint16_t>(sources.size()));
    for (size_t i = 0; i < sources.size(); ++i) StoreU32(&q[12 + i * 4], sources[i].V4());
    return q;
  }
  static Bytes Old(uint8_t type, uint8_t code, const IpAddress& group) {
    Bytes m = Igmp::Serialize(type, group);
    m[1] = code;
    return m;
  }
};

// "type:group[sources]" of each record of a version 3 report.
std::string Records(const Report& report) {
  std::string out;
  const Bytes& b = report.body;
  CHECK(b[0] == Igmp::kReportV3);
  CHECK(report.ip.destination == IpAddress::V4(224, 0, 0, 22));  // RFC 3376 §4.2.14
  size_t at = 8;
  for (int i = 0; i < LoadU16(&b[6]); ++i) {
    out += std::to_string(b[at]);
    out += ":";
    out += IpAddress::FromV4Bytes(&b[at + 4]).ToString();
    const size_t count = LoadU16(&b[at + 2]);
    for (size_t s = 0; s < count; ++s) out.append("+").append(IpAddress::FromV4Bytes(&b[at + 8 + s * 4]).ToString());
    at += 8 + count * 4;
    out += " ";
  }
  CHECK(at == b.size());
  return out;
}

}  // namespace

TEST_CASE("RFC 3376 §5.1: a join and a leave are told twice within a second, then there is silence") {
  Fixture f;
  f.Join();
  REQUIRE(f.sent.size() == 1);
  f.lab.Run(1'001);
  REQUIRE(f.sent.size() == 2);
  for (const Report& r : f.sent) CHECK(Records(r) == "4:239.1.2.3 ");  // TO_EX {}
  CHECK(f.host.stack.NextTimeout().at == Instant::Never());
  f.sent.clear();
  f.Leave();
  f.lab.Run(5'000);
  REQUIRE(f.sent.size() == 2);
  for (const Report& r : f.sent) CHECK(Records(r) == "3:239.1.2.3 ");  // TO_IN {}
  CHECK(f.host.stack.NextTimeout().at == Instant::Never());
}

TEST_CASE("RFC 3376 §5.1: a leave replaces what was still to be told about the join") {
  Fixture f;
  f.Join();
  f.Leave();
  f.lab.Run(5'000);
  REQUIRE(f.sent.size() == 3);
  CHECK(Records(f.sent[0]) == "4:239.1.2.3 ");
  CHECK(Records(f.sent[1]) == "3:239.1.2.3 ");
  CHECK(Records(f.sent[2]) == "3:239.1.2.3 ");
}

TEST_CASE("RFC 3376 §5.2: a general query is answered once, with all groups, within the time it gives") {
  Fixture f;
  f.Join();
  f.Join(kOther);
  f.Join(kAllHosts);  // RFC 3376 §5: never reported
  f.lab.Run(5'000);
  f.sent.clear();
  const Instant asked = f.lab.now.mono;
  f.Inject(Fixture::V3Query(50, IpAddress::V4(0)), kAllHosts);
  f.Inject(Fixture::V3Query(50, IpAddress::V4(0)), kAllHosts);
  CHECK(f.sent.empty());
  f.lab.Run(20'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(f.sent[0].at > asked);
  CHECK(f.sent[0].at <= asked + 5'000);
  CHECK(Records(f.sent[0]) == "2:239.1.2.3 2:239.1.2.4 ");  // IS_EX {}
}

TEST_CASE("RFC 3376 §5.2: group and source queries are answered about what was asked") {
  Fixture f;
  f.Join();
  f.lab.Run(5'000);
  f.sent.clear();
  f.Inject(Fixture::V3Query(10, kOther), kAllHosts);  // not ours
  f.lab.Run(2'000);
  CHECK(f.sent.empty());
  f.Inject(Fixture::V3Query(10, kGroup), kGroup);
  f.lab.Run(2'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(Records(f.sent[0]) == "2:239.1.2.3 ");
  f.sent.clear();
  // Rule 5: sources of queries that overlap are united; the filter is EXCLUDE {}, so all are wanted.
  f.Inject(Fixture::V3Query(10, kGroup, {IpAddress::V4(1, 1, 1, 1)}), kGroup);
  f.Inject(Fixture::V3Query(10, kGroup, {IpAddress::V4(2, 2, 2, 2), IpAddress::V4(1, 1, 1, 1)}), kGroup);
  f.lab.Run(2'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(Records(f.sent[0]) == "1:239.1.2.3+1.1.1.1+2.2.2.2 ");
  f.sent.clear();
  // Rule 4: a query about the group empties the list. More sources than are kept count as one about the group.
  f.Inject(Fixture::V3Query(10, kGroup, {IpAddress::V4(1, 1, 1, 1)}), kGroup);
  f.Inject(Fixture::V3Query(10, kGroup), kGroup);
  f.lab.Run(2'000);
  f.Inject(Fixture::V3Query(10, kGroup, std::vector<IpAddress>(GroupQuery::kMaxSources + 1, kQuerier)), kGroup);
  f.lab.Run(2'000);
  REQUIRE(f.sent.size() == 2);
  CHECK(Records(f.sent[0]) == "2:239.1.2.3 ");
  CHECK(Records(f.sent[1]) == "2:239.1.2.3 ");
}

TEST_CASE("RFC 3376 §7.2.1: with a version 2 querier reports and leaves are version 2, until it is gone") {
  Fixture f;
  f.Join();
  f.Inject(Fixture::Old(Igmp::kQuery, 100, IpAddress::V4(0)), kAllHosts);
  f.sent.clear();
  f.lab.Run(10'001);
  REQUIRE(f.sent.size() == 1);  // the second TO_EX is cancelled by the change of mode
  CHECK(f.sent[0].body == Igmp::Serialize(Igmp::kReportV2, kGroup));
  CHECK(f.sent[0].ip.destination == kGroup);
  f.sent.clear();
  f.Leave();
  f.lab.Run(20'000);
  REQUIRE(f.sent.size() == 1);
  CHECK(f.sent[0].body == Igmp::Serialize(Igmp::kLeave, kGroup));
  CHECK(f.sent[0].ip.destination == IpAddress::V4(224, 0, 0, 2));
  f.sent.clear();
  f.Join();  // RFC 2236 §3: at once, and again within ten seconds
  f.lab.Run(10'001);
  REQUIRE(f.sent.size() == 2);
  CHECK(f.sent[1].body == Igmp::Serialize(Igmp::kReportV2, kGroup));
  CHECK(f.host.stack.NextTimeout().at == Instant::Never());
  f.lab.Run(GroupReporter::kOlderQuerier);
  f.sent.clear();
  f.Leave();
  REQUIRE(f.sent.size() == 1);
  CHECK(Records(f.sent[0]) == "3:239.1.2.3 ");
}

TEST_CASE("RFC 2236 §3: a report of another member spares ours, and then leaving is not told") {
  Fixture f;
  f.Inject(Fixture::Old(Igmp::kQuery, 100, IpAddress::V4(0)), kAllHosts);
  f.Join();
  f.lab.Run(10'001);
  f.sent.clear();
  f.Inject(Fixture::Old(Igmp::kQuery, 100, kGroup), kGroup);
  f.Inject(Fixture::Old(Igmp::kReportV2, 0, kGroup), kGroup);
  f.lab.Run(20'000);
  CHECK(f.sent.empty());
  f.Leave();
  f.lab.Run(20'000);
  CHECK(f.sent.empty());
}

TEST_CASE("RFC 3376 §7.2.1: a version 1 querier gets version 1 reports and no leave") {
  Fixture f;
  f.Inject(Fixture::Old(Igmp::kQuery, 0, IpAddress::V4(0)), kAllHosts, false);
  f.Join();
  REQUIRE(f.sent.size() == 1);
  CHECK(f.sent[0].body == Igmp::Serialize(Igmp::kReportV1, kGroup));
  f.lab.Run(20'000);
  f.sent.clear();
  f.Leave();
  f.lab.Run(20'000);
  CHECK(f.sent.empty());
}

TEST_CASE("queries that prove nothing are dropped and counted") {
  Fixture f;
  f.Join();
  f.lab.Run(5'000);
  f.sent.clear();
  const auto refused = [&](Bytes query, const IpAddress& to, bool alert) {
    const uint64_t before = f.host.drops.Of(DropReason::kMalformed);
    f.Inject(std::move(query), to, alert);
    f.lab.Run(20'000);
    CHECK(f.host.drops.Of(DropReason::kMalformed) == before + 1);
    CHECK(f.sent.empty());
  };
  refused(Fixture::V3Query(10, IpAddress::V4(0)), kAllHosts, false);  // RFC 3376 §9.1: no Router Alert
  refused(Fixture::V3Query(10, IpAddress::V4(0)), f.host.v4(), true);  // §9.1: a general query goes to all hosts
  Bytes cut = Fixture::V3Query(10, kGroup, {kQuerier});
  cut.pop_back();
  refused(cut, kGroup, true);
  refused(Bytes{Igmp::kQuery, 1, 0, 0, 0, 0, 0, 0, 0, 0}, kAllHosts, true);  // §7.1: ten bytes are of no version
}

TEST_CASE("RFC 3376 §4.1.1: response codes from 128 on are floating point") {
  CHECK(DecodeResponseCode(127, 4) == 127);
  CHECK(DecodeResponseCode(128, 4) == 128);
  CHECK(DecodeResponseCode(255, 4) == 31744);
  CHECK(DecodeResponseCode(0x7fff, 12) == 0x7fff);   // RFC 3810 §5.1.3
  CHECK(DecodeResponseCode(0x8000, 12) == 0x8000);
  CHECK(DecodeResponseCode(0xffff, 12) == 8387584);
}

}  // namespace zt::netstack
