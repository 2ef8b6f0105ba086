// Every match and every action by itself: when it holds, when it does not, under NOT, on truncated and foreign frames
// (vl2.md §13.3-§13.5). What lists of rules come to is compared with another evaluator in
// packages/engine-conformance/src/vectors/rules.test.ts.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "vl2/rule_match.h"
#include "vl2/test_wire.h"

namespace zt::vl2 {
namespace {

using testing::FromHex;

constexpr uint16_t kVlanTagged = 0x8100;
constexpr NodeAddress kSelf{0x0a}, kPeer{0x0b}, kOther{0x0c};

// Payloads by name, so that rows can be read.
const std::string kTcpHeader = "005001bb" "0000000000000000" "5112" "000000000000";  // ports 80, 443; NS, SYN, ACK
const std::string kV4 = "45b80028000000004006" "0000" "0a000001" "0a000002";          // TOS b8, TCP
const std::string kV4Udp = "45b80028000000004011" "0000" "0a000001" "0a000002";
const std::string kV4Icmp = "45b80028000000004001" "0000" "0a000001" "0a000002";
const std::string kV4Options = "46000028000000004006" "0000" "0a000001" "0a000002" "00000000";
const std::string kV6Addresses = "fd000000000000000000000000000001" "fd000000000000000000000000000002";
const std::string kV6 = "6b8000000000" "0640" + kV6Addresses;            // traffic class b8, TCP
const std::string kV6Hop = "600000000000" "0040" + kV6Addresses + "0600000000000000";  // hop-by-hop, then TCP
const std::string kV6Icmp = "600000000020" "3aff" + kV6Addresses;
const std::string kV6Fragment = "600000000000" "2c40" + kV6Addresses + "0600000000000000";  // not walked
const std::string kArp = "0001080006040001" "020000000001" "0a000001" "000000000000" "0a000002";

struct Row {
  const char* name;
  std::string rule;     // without NOT
  uint16_t ether_type;
  std::string payload;
  Match expected;
  bool inbound = false;
};

struct Table {
  NetworkConfig config;
  Membership remote;
  testing::TestRandom random{1};
  Bytes payload;
  Frame frame{{0x020000000001}, {0x020000000002}, 0, 0, {}, {}};
  ByteSpan piece;

  Table() {
    config.timestamp = 100;
    config.credential_time_max_delta = 10;
    config.tags = {MakeTag(1, 7, 100), MakeTag(2, 12, 100), MakeTag(4, 1, 100)};
    remote.tags[1] = MakeTag(1, 5, 100);
    remote.tags[2] = MakeTag(2, 12, 110);
    remote.tags[3] = MakeTag(3, 1, 100);
    remote.tags[4] = MakeTag(4, 1, 111);  // too new to be valid
    config.ownerships.emplace_back().things = {OwnedThing::Of(*IpAddress::Parse("10.0.0.1"))};
    CertificateOfOwnership theirs;
    theirs.timestamp = 100;
    theirs.things = {OwnedThing::Of(Mac{0x020000000001}), OwnedThing::Of(*IpAddress::Parse("fd00::1"))};
    remote.ownerships[0] = theirs;
  }
  static Tag MakeTag(uint32_t id, uint32_t value, int64_t timestamp) {
    Tag tag;
    tag.id = id;
    tag.value = value;
    tag.timestamp = timestamp;
    return tag;
  }
  RuleContext Context(bool inbound) {
    return {config, &remote, kSelf, inbound ? kPeer : kSelf, inbound ? kSelf : kPeer, inbound, random};
  }
  void Use(uint16_t ether_type, const std::string& hex) {
    payload = FromHex(hex);
    piece = payload;
    frame.ether_type = ether_type;
    frame.length = payload.size();
    frame.head = payload;
    frame.pieces = {&piece, 1};
  }
  Match Run(const Row& row) {
    Use(row.ether_type, row.payload);
    MatchState state;
    return MatchRule(Context(row.inbound), ParseRules(FromHex(row.rule), 1)->front(), frame, state);
  }
  // Whether `rule` lets an ACCEPT behind it act.
  bool Accepts(const Row& row, bool negated) {
    Use(row.ether_type, row.payload);
    std::vector<Rule> rules = *ParseRules(FromHex(row.rule + "0100"), 2);
    rules[0].negated = negated;
    return Evaluate(Context(row.inbound), rules, frame).verdict == Verdict::kAccept;
  }
};

using enum Match;

// RANDOM is drawn and has a test of its own.
const Row kRows[] = {
    {"source is self", "1805000000000a", kEtherArp, "", kTrue},
    {"source is the peer", "1805000000000b", kEtherArp, "", kTrue, true},
    {"source is another", "1805000000000b", kEtherArp, "", kFalse},
    {"destination is the peer", "1905000000000b", kEtherArp, "", kTrue},
    {"destination is self", "1905000000000b", kEtherArp, "", kFalse, true},
    {"no VLAN is VLAN 0", "1a020000", kEtherIpv4, kV4, kTrue},
    {"the id of a tagged frame is not looked at", "1a020005", kVlanTagged, "00050800" + kV4, kFalse},
    {"PCP 0", "1b0100", kEtherIpv4, kV4, kTrue},
    {"PCP 3", "1b0103", kVlanTagged, "60050800" + kV4, kFalse},
    {"DEI 0", "1c0100", kEtherIpv4, kV4, kTrue},
    {"DEI 1", "1c0101", kVlanTagged, "10050800" + kV4, kFalse},
    {"source MAC", "1d06020000000001", 0x1234, "", kTrue},
    {"not the source MAC", "1d06020000000002", 0x1234, "", kFalse},
    {"destination MAC", "1e06020000000002", 0x1234, "", kTrue},
    {"not the destination MAC", "1e06020000000001", 0x1234, "", kFalse},
    {"IPv4 source in a prefix with host bits", "1f050a00000518", kEtherIpv4, kV4, kTrue},
    {"IPv4 source, whole", "1f050a00000120", kEtherIpv4, kV4, kTrue},
    {"IPv4 source, last bit differs", "1f050a00000020", kEtherIpv4, kV4, kFalse},
    {"IPv4 source, 0 bits", "1f050b00000000", kEtherIpv4, kV4, kTrue},
    {"IPv4 source, 33 bits are 32", "1f050a00000121", kEtherIpv4, kV4, kTrue},
    {"IPv4 source of a header cut short", "1f050a00000100", kEtherIpv4, kV4.substr(0, 38), kNo},
    {"IPv4 source of IPv6", "1f050a00000100", kEtherIpv6, kV6, kNo},
    {"IPv4 source of ARP", "1f050a00000120", kEtherArp, kArp, kNo},
    {"IPv4 destination", "20050a00000220", kEtherIpv4, kV4, kTrue},
    {"IPv4 destination, another", "20050a00000120", kEtherIpv4, kV4, kFalse},
    {"IPv4 destination, cut", "20050a00000220", kEtherIpv4, kV4.substr(0, 38), kNo},
    {"IPv6 source", "2111fd000000000000000000000000000000" "08", kEtherIpv6, kV6, kTrue},
    {"IPv6 source, whole", "2111fd000000000000000000000000000001" "80", kEtherIpv6, kV6, kTrue},
    {"IPv6 source, 129 bits are 128", "2111fd000000000000000000000000000001" "81", kEtherIpv6, kV6, kTrue},
    {"IPv6 source, host bits in the rule", "2111fd000000000000000000000000000001" "08", kEtherIpv6, kV6, kFalse},
    {"IPv6 source, cut", "2111fd000000000000000000000000000000" "08", kEtherIpv6, kV6.substr(0, 78), kNo},
    {"IPv6 source of IPv4", "211100000000000000000000000000000000" "00", kEtherIpv4, kV4, kNo},
    {"IPv6 destination", "2211fd000000000000000000000000000002" "80", kEtherIpv6, kV6, kTrue},
    {"IPv6 destination, another", "2211fd000000000000000000000000000001" "80", kEtherIpv6, kV6, kFalse},
    {"IPv6 destination of ARP", "221100000000000000000000000000000000" "00", kEtherArp, kArp, kNo},
    {"TOS", "2303ffb8b8", kEtherIpv4, kV4, kTrue},
    {"TOS masked", "23030f0808", kEtherIpv4, kV4, kTrue},
    {"TOS outside", "2303ff00b7", kEtherIpv4, kV4, kFalse},
    {"traffic class", "2303ffb8b8", kEtherIpv6, kV6, kTrue},
    {"traffic class, cut", "2303ff00ff", kEtherIpv6, kV6.substr(0, 78), kNo},
    {"TOS of ARP", "2303ff00ff", kEtherArp, kArp, kNo},
    {"protocol", "240106", kEtherIpv4, kV4, kTrue},
    {"protocol, another", "240111", kEtherIpv4, kV4, kFalse},
    {"protocol behind an extension header", "240106", kEtherIpv6, kV6Hop, kTrue},
    {"the extension header itself is no protocol", "240100", kEtherIpv6, kV6Hop, kFalse},
    {"fragment headers are not walked", "24012c", kEtherIpv6, kV6Fragment, kTrue},
    {"protocol, extension header past the end", "240106", kEtherIpv6, kV6Hop.substr(0, 94), kNo},
    {"protocol, cut", "240106", kEtherIpv4, kV4.substr(0, 38), kNo},
    {"protocol of ARP", "240106", kEtherArp, kArp, kNo},
    {"ethertype", "25020806", kEtherArp, kArp, kTrue},
    {"ethertype, another", "25020800", kEtherArp, kArp, kFalse},
    {"ICMP type", "2603080000", kEtherIpv4, kV4Icmp + "0803", kYes},
    {"ICMP type and code", "2603080301", kEtherIpv4, kV4Icmp + "0803", kTrue},
    {"ICMP type, another code", "2603080401", kEtherIpv4, kV4Icmp + "0803", kFalse},
    {"another ICMP type", "2603000000", kEtherIpv4, kV4Icmp + "0803", kNo},
    {"ICMP, code cut off", "2603080000", kEtherIpv4, kV4Icmp + "08", kNo},
    {"ICMP of TCP", "2603000000", kEtherIpv4, kV4 + kTcpHeader, kNo},
    {"ICMPv6", "2603870001", kEtherIpv6, kV6Icmp + "8700", kTrue},
    {"protocol 1 in IPv6 is no ICMP", "2603080000", kEtherIpv6, "600000000000" "0140" + kV6Addresses + "0800", kNo},
    {"ICMP of ARP", "2603000000", kEtherArp, kArp, kNo},
    {"source port", "270400500050", kEtherIpv4, kV4 + kTcpHeader, kTrue},
    {"source port, behind options", "270400500050", kEtherIpv4, kV4Options + kTcpHeader, kTrue},
    {"source port, another", "270400510051", kEtherIpv4, kV4 + kTcpHeader, kFalse},
    {"source port of ICMP", "27040000ffff", kEtherIpv4, kV4Icmp + "0803000000000000", kFalse},
    {"source port, exactly four bytes are too few", "27040000ffff", kEtherIpv4, kV4 + "005001bb", kFalse},
    {"source port behind an extension header", "270400500050", kEtherIpv6, kV6Hop + kTcpHeader, kTrue},
    {"source port, extension header past the end", "27040000ffff", kEtherIpv6, kV6Hop.substr(0, 94), kNo},
    {"source port 0 of IPv6 is none", "27040000ffff", kEtherIpv6, kV6 + "000001bb0000", kFalse},
    {"source port 0 of IPv4", "270400000000", kEtherIpv4, kV4 + "000001bb0000", kTrue},
    {"source port of ARP", "27040000ffff", kEtherArp, kArp, kNo},
    {"destination port", "280401bb01bb", kEtherIpv4, kV4Udp + "005001bb00000000", kTrue},
    {"destination port, another", "280401bc01bd", kEtherIpv4, kV4Udp + "005001bb00000000", kFalse},
    {"destination port of IPv6", "280401bb01bb", kEtherIpv6, kV6 + kTcpHeader, kTrue},
    {"destination port behind a fragment header", "28040000ffff", kEtherIpv6, kV6Fragment + kTcpHeader, kFalse},
    {"destination port, cut", "28040000ffff", kEtherIpv4, kV4.substr(0, 38), kNo},
    {"inbound", "29088000000000000000", kEtherArp, "", kTrue, true},
    {"outbound is not inbound", "29088000000000000000", kEtherArp, "", kFalse},
    {"unicast is not multicast", "29086000000000000000", kEtherArp, "", kFalse},
    {"own IP is authentic", "29081000000000000000", kEtherIpv4, kV4, kTrue},
    {"own IP in ARP", "29081000000000000000", kEtherArp, kArp, kTrue},
    {"not own IP", "29081000000000000000", kEtherIpv6, kV6, kFalse},
    {"the sender's IP", "29081000000000000000", kEtherIpv6, kV6, kTrue, true},
    {"a solicitation", "29081000000000000000", kEtherIpv6, kV6Icmp + "87" + std::string(46, '0'), kTrue},
    {"the sender's MAC", "29080800000000000000", kEtherArp, "", kTrue, true},
    {"not own MAC", "29080800000000000000", kEtherArp, "", kFalse},
    {"SYN", "29080000000000000002", kEtherIpv4, kV4 + kTcpHeader, kTrue},
    {"no FIN", "29080000000000000001", kEtherIpv4, kV4 + kTcpHeader, kFalse},
    {"NS", "29080000000000000100", kEtherIpv4, kV4 + kTcpHeader, kTrue},
    {"SYN of a header cut at the flags", "29080000000000000002", kEtherIpv4, (kV4 + kTcpHeader).substr(0, 66), kFalse},
    {"SYN, 14 bytes of header are enough in IPv4", "29080000000000000002", kEtherIpv4, (kV4 + kTcpHeader).substr(0, 68),
     kTrue},
    {"SYN, 14 bytes of header are too few in IPv6", "29080000000000000002", kEtherIpv6,
     (kV6 + kTcpHeader).substr(0, 108), kFalse},
    {"SYN, 15 bytes in IPv6", "29080000000000000002", kEtherIpv6, (kV6 + kTcpHeader).substr(0, 110), kTrue},
    {"SYN of UDP", "29080000000000000002", kEtherIpv4, kV4Udp + kTcpHeader, kFalse},
    {"frame size", "2a04001c001c", kEtherArp, kArp, kTrue},
    {"frame size, less", "2a04001d0030", kEtherArp, kArp, kFalse},
    {"frame size 0", "2a0400000000", kEtherArp, "", kTrue},
    {"difference 2", "2c080000000100000002", kEtherArp, "", kTrue},
    {"difference over 1", "2c080000000100000001", kEtherArp, "", kFalse},
    {"difference, own tag missing", "2c080000000300000000", kEtherArp, "", kNo},
    {"7 and 5", "2d080000000100000005", kEtherArp, "", kTrue},
    {"7 and 5 is not 7", "2d080000000100000007", kEtherArp, "", kFalse},
    {"and, own tag missing", "2d080000000300000000", kEtherArp, "", kNo},
    {"7 or 5", "2e080000000100000007", kEtherArp, "", kTrue},
    {"7 or 5 is not 5", "2e080000000100000005", kEtherArp, "", kFalse},
    {"or, other's tag is not valid, outbound", "2e080000000400000000", kEtherArp, "", kYes},
    {"or, other's tag is not valid, inbound", "2e080000000400000001", kEtherArp, "", kNo, true},
    {"7 xor 5", "2f080000000100000002", kEtherArp, "", kTrue},
    {"7 xor 5 is not 0", "2f080000000100000000", kEtherArp, "", kFalse},
    {"xor, both missing", "2f080000000900000000", kEtherArp, "", kNo},
    {"both 12", "30080000000" "20000000c", kEtherArp, "", kTrue},
    {"both, but not 5", "30080000000100000005", kEtherArp, "", kFalse},
    {"equal, other's tag is not valid, outbound", "30080000000400000009", kEtherArp, "", kYes},
    {"sender is self", "31080000000100000007", kEtherArp, "", kTrue},
    {"sender is the peer", "31080000000100000005", kEtherArp, "", kTrue, true},
    {"sender's other value", "31080000000100000005", kEtherArp, "", kFalse},
    {"sender's tag missing", "31080000000300000001", kEtherArp, "", kNo},
    {"sender's tag not valid", "31080000000400000001", kEtherArp, "", kNo, true},
    {"receiver is the peer", "32080000000100000005", kEtherArp, "", kTrue},
    {"receiver is self", "32080000000100000007", kEtherArp, "", kTrue, true},
    {"receiver's other value", "32080000000100000007", kEtherArp, "", kFalse},
    {"receiver's tag not valid", "32080000000400000001", kEtherArp, "", kYes},
    {"own tag as the receiver missing", "32080000000300000001", kEtherArp, "", kNo, true},
    {"big-endian 16 bits", "3313" "0000000000000001" "0000000000000001" "0000" "0f", kEtherArp, kArp, kTrue},
    {"big-endian 4 bits keep the low ones", "3313" "0000000000000001" "0000000000000001" "0000" "03", kEtherArp, kArp,
     kTrue},
    {"little-endian 16 bits", "3313" "0000000000000406" "0000000000000406" "0004" "8f", kEtherArp, kArp, kTrue},
    {"little-endian 12 bits drop the low ones", "3313" "0000000000000040" "0000000000000040" "0004" "8b", kEtherArp,
     kArp, kTrue},
    {"integer outside", "3313" "0000000000000002" "ffffffffffffffff" "0000" "0f", kEtherArp, kArp, kFalse},
    {"integer past the end is 0", "3313" "0000000000000000" "0000000000000000" "001b" "8f", kEtherArp, kArp, kTrue},
    {"unknown types are false", "3f00", kEtherArp, "", kFalse},
    {"unknown types are false", "1000", kEtherArp, "", kFalse},
};

TEST_CASE_FIXTURE(Table, "Each match holds where it should and nowhere else") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(Run(row) == row.expected);
  }
}

TEST_CASE_FIXTURE(Table, "NOT turns around what is not immune to it") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const bool plainly = row.expected == kTrue || row.expected == kYes;
    const bool immune = row.expected == kYes || row.expected == kNo;
    CHECK(Accepts(row, false) == plainly);
    CHECK(Accepts(row, true) == (immune ? plainly : !plainly));
  }
}

TEST_CASE("The table has every match, holding and not holding") {
  std::set<int> held, failed;
  for (const Row& row : kRows) {
    const int type = FromHex(row.rule)[0];
    (row.expected == kTrue || row.expected == kYes ? held : failed).insert(type);
  }
  for (int type = 24; type <= 51; ++type) {
    CAPTURE(type);
    if (type == static_cast<int>(RuleType::kRandom)) continue;
    CHECK(held.contains(type));
    CHECK(failed.contains(type));
  }
}

TEST_CASE_FIXTURE(Table, "RANDOM holds as often as it says, drawing each time") {
  Use(kEtherArp, "");
  const auto share = [&](const char* rule) {
    const std::vector<Rule> rules = *ParseRules(FromHex(rule), 2);
    int accepted = 0;
    for (int i = 0; i < 10'000; ++i) {
      accepted += Evaluate(Context(false), rules, frame).verdict == Verdict::kAccept ? 1 : 0;
    }
    return accepted;
  };
  CHECK(share("2b04ffffffff0100") == 10'000);
  CHECK(share("2b04000000000100") == 0);
  CHECK(share("2b043fffffff0100") == doctest::Approx(2'500).epsilon(0.1));
  CHECK(share("ab043fffffff0100") == doctest::Approx(7'500).epsilon(0.1));
}

TEST_CASE_FIXTURE(Table, "Unknown matches hold where the configuration says so") {
  config.flags |= NetworkConfig::kUnsupportedMatches;
  CHECK(Run({"", "3f00", kEtherArp, "", kTrue}) == kTrue);
  CHECK_FALSE(Accepts({"", "3f00", kEtherArp, "", kTrue}, true));
}

TEST_CASE_FIXTURE(Table, "6PLANE and RFC 4193 addresses of one network vouch for each other where NDP is emulated") {
  config.network = {0x8056c2e21c000001};
  const RuleContext context{config, &remote, {0x0123456789}, kPeer, {0x0123456789}, true, random};
  const std::vector<Rule> rules = *ParseRules(FromHex("290810000000000000000100"), 2);
  config.addresses = {*IpPrefix::Parse("fc9c:56c2:e301:2345:6789::1/40")};
  Use(kEtherIpv6, "600000000000" "0640" "fc9c56c2e3ffffffffff000000000001" "fd000000000000000000000000000002");
  CHECK(Evaluate(context, rules, frame).verdict == Verdict::kNoMatch);
  config.flags = NetworkConfig::kNdpEmulation;
  CHECK(Evaluate(context, rules, frame).verdict == Verdict::kAccept);
  config.addresses = {*IpPrefix::Parse("fd80:56c2:e21c:0:199:9301:2345:6789/88")};
  CHECK(Evaluate(context, rules, frame).verdict == Verdict::kNoMatch);
}

struct ActionRow {
  const char* name;
  const char* rules;
  bool inbound;
  Verdict verdict;
  NodeAddress copy_to;
  size_t copy_length;
};

TEST_CASE_FIXTURE(Table, "Each action does its part") {
  Use(kEtherArp, kArp);
  const ActionRow rows[] = {
      {"nothing", "", false, Verdict::kNoMatch, {}, 0},
      {"drop", "0000" "0100", false, Verdict::kDrop, {}, 0},
      {"accept", "0100" "0000", false, Verdict::kAccept, {}, 0},
      {"break", "0500" "0100", false, Verdict::kNoMatch, {}, 0},
      {"priority", "0600" "0000", false, Verdict::kAccept, {}, 0},
      {"NOT and OR mean nothing to actions", "c000" "0100", false, Verdict::kDrop, {}, 0},
      {"unknown actions do nothing", "0700" "0f00" "0000", false, Verdict::kDrop, {}, 0},
      {"tee", "020e000000000000000c000000000000" "0100", false, Verdict::kAccept, kOther, 28},
      {"tee of 5 bytes", "020e000000000000000c000000000005" "0100", true, Verdict::kAccept, kOther, 5},
      {"tee of more than there is", "020e000000000000000c00000000ffff" "0100", false, Verdict::kAccept, kOther, 28},
      {"watch", "030e000000000000000c000000000000" "0100", false, Verdict::kAccept, kOther, 28},
      {"redirect", "040e000000000000000c000000000000" "0000", false, Verdict::kRedirect, {}, 0},
      {"redirect inbound", "040e000000000000000c000000000000" "0000", true, Verdict::kRedirect, {}, 0},
      {"tee to the sender", "020e000000000000000b000000000000" "0100", true, Verdict::kAccept, {}, 0},
      {"redirect to the receiver", "040e000000000000000b000000000000" "0100", false, Verdict::kAccept, {}, 0},
      {"redirect to self, outbound", "040e000000000000000a000000000000" "0100", false, Verdict::kAccept, {}, 0},
      {"tee to self, inbound", "020e000000000000000a000000000000" "0000", true, Verdict::kSuperAccept, {}, 0},
      {"watch to self, inbound", "030e000000000000000a000000000000" "0000", true, Verdict::kSuperAccept, {}, 0},
      {"redirect to self, inbound", "040e000000000000000a000000000000" "0000", true, Verdict::kSuperAccept, {}, 0},
      {"passed over tee to self makes a later accept a super accept",
       "25021234" "020e000000000000000a000000000000" "0100", true, Verdict::kSuperAccept, {}, 0},
      {"not on the way out", "25021234" "020e000000000000000a000000000000" "0100", false, Verdict::kAccept, {}, 0},
      {"priority is no super accept", "25021234" "020e000000000000000a000000000000" "0600", true, Verdict::kAccept, {},
       0},
      {"the later copy counts", "020e000000000000000c000000000005" "030e000000000000000d000000000006" "0100", false,
       Verdict::kAccept, {0x0d}, 6},
      {"a tag that cannot be judged spares one drop", "31080000000400000001" "32080000000400000001" "0000" "0100",
       false, Verdict::kAccept, {}, 0},
      {"only one", "32080000000400000001" "0000" "0000" "0100", false, Verdict::kDrop, {}, 0},
  };
  for (const ActionRow& row : rows) {
    CAPTURE(row.name);
    const Evaluation e = Evaluate(Context(row.inbound), *ParseRules(FromHex(row.rules), 100), frame);
    CHECK(e.verdict == row.verdict);
    CHECK(e.copy_to == row.copy_to);
    CHECK(e.copy_length == row.copy_length);
    CHECK(e.destination == (row.verdict == Verdict::kRedirect ? kOther : row.inbound ? kSelf : kPeer));
  }
}

}  // namespace
}  // namespace zt::vl2
