#include "zt/inet.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "base/seeded_random.h"

namespace zt {
namespace {

std::string Canonical(std::string_view text) {
  const std::optional<IpAddress> ip = IpAddress::Parse(text);
  return ip ? ip->ToString() : "-";
}

TEST_CASE("IPv4: four decimal parts and nothing else") {
  CHECK(Canonical("0.0.0.0") == "0.0.0.0");
  CHECK(Canonical("255.255.255.255") == "255.255.255.255");
  CHECK(IpAddress::Parse("1.2.3.4")->V4() == 0x01020304);
  for (const char* bad : {"", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3",
                          "256.1.1.1", "01.2.3.4", "1.2.3.04", " 1.2.3.4", "1.2.3.4 ", "1.2.3.+4",
                          "1.2.3.-4", "1.2.3.0x4", "1.2.3.99999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(IpAddress::Parse(bad).has_value());
  }
}

TEST_CASE("IPv6: RFC 4291 in, RFC 5952 out") {
  CHECK(Canonical("::") == "::");
  CHECK(Canonical("::1") == "::1");
  CHECK(Canonical("1::") == "1::");
  CHECK(Canonical("2001:0DB8:0:0:8:800:200C:417A") == "2001:db8::8:800:200c:417a");
  // RFC 5952 §4.2.2: one group of zeros is not shortened; §4.2.3: the longest run, the first of
  // equals.
  CHECK(Canonical("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(Canonical("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(Canonical("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
  CHECK(Canonical("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
  CHECK(Canonical("::2:3:4:5:6:7:8") == "0:2:3:4:5:6:7:8");
  CHECK(Canonical("1:0:0:0:0:0:0:0") == "1::");
  CHECK(Canonical("::ffff:1.2.3.4") == "::ffff:1.2.3.4");
  CHECK(Canonical("::ffff:102:304") == "::ffff:1.2.3.4");
  CHECK(Canonical("64:ff9b::1.2.3.4") == "64:ff9b::102:304");
  CHECK(Canonical("1:2:3:4:5:6:1.2.3.4") == "1:2:3:4:5:6:102:304");
  for (const char* bad : {":",
                          ":::",
                          "1",
                          "1:",
                          ":1",
                          "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9",
                          "1::2::3",
                          "1:2:3:4:5:6:7:8::",
                          "::1:2:3:4:5:6:7:8",
                          "1:2:3:4::5:6:7:8",
                          "12345::",
                          "g::",
                          "::1.2.3",
                          "1.2.3.4::",
                          "::1.2.3.4:5",
                          "fe80::1%eth0",
                          "[::1]",
                          " ::1",
                          "::1 ",
                          "1:2:3:4:5:6:7:1.2.3.4",
                          ":::1",
                          "1:::2"}) {
    CAPTURE(bad);
    CHECK_FALSE(IpAddress::Parse(bad).has_value());
  }
}

TEST_CASE("IPv6 text agrees with the system's, both ways") {
  SeededRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    uint8_t bytes[16];
    random.Fill(bytes);
    for (int group = 0; group < 8; ++group) {
      if (random.Below(2) == 0) bytes[2 * group] = bytes[2 * group + 1] = 0;
    }
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, bytes, text, sizeof text);
    const std::optional<IpAddress> parsed = IpAddress::Parse(text);
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == IpAddress::FromV6Bytes(bytes));
    uint8_t back[16];
    REQUIRE(inet_pton(AF_INET6, parsed->ToString().c_str(), back) == 1);
    REQUIRE(std::memcmp(back, bytes, 16) == 0);
    // The system also writes ::a.b.c.d, which RFC 5952 §5 does not ask for.
    if (std::string_view(text).find('.') == std::string_view::npos)
      REQUIRE(parsed->ToString() == text);
  }
}

TEST_CASE("IPv6 parsing refuses what the system refuses, in texts of random pieces") {
  SeededRandom random(2);
  constexpr std::string_view kPieces[] = {":",       "::",   "0",  "1", "ffff",
                                          "1.2.3.4", "abcd", ":1", "2:"};
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (uint64_t n = random.Below(14); n > 0; --n)
      text += kPieces[random.Below(std::size(kPieces))];
    uint8_t bytes[16];
    if (text.find(':') == std::string::npos) continue;
    CAPTURE(text);
    REQUIRE(IpAddress::Parse(text).has_value() == (inet_pton(AF_INET6, text.c_str(), bytes) == 1));
  }
}

TEST_CASE("scope classes at the edges of their ranges (vl1.md §1.6)") {
  struct Case {
    const char* ip;
    IpScope scope;
  };
  constexpr Case kCases[] = {
      {"0.255.255.255", IpScope::kNone},
      {"1.0.0.0", IpScope::kGlobal},
      {"255.0.0.0", IpScope::kNone},
      {"254.255.255.255", IpScope::kPseudoPrivate},
      {"240.0.0.0", IpScope::kPseudoPrivate},
      {"239.255.255.255", IpScope::kMulticast},
      {"223.255.255.255", IpScope::kGlobal},
      {"100.63.255.255", IpScope::kGlobal},
      {"100.127.255.255", IpScope::kPrivate},
      {"172.31.255.255", IpScope::kPrivate},
      {"198.51.101.0", IpScope::kGlobal},
      {"169.254.255.255", IpScope::kLinkLocal},
      {"fe80::1", IpScope::kLoopback},
      {"febf::1", IpScope::kLoopback},
      {"fe80:1::1", IpScope::kLinkLocal},
      {"fec0::1", IpScope::kGlobal},
      {"fdff::", IpScope::kPrivate},
      {"fe00::", IpScope::kGlobal},
      {"::ffff:127.255.0.1", IpScope::kLoopback},
      {"::ffff:10.0.0.1", IpScope::kGlobal},
      {"::2", IpScope::kGlobal},
      {"ffff::", IpScope::kMulticast},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.ip);
    CHECK(IpAddress::Parse(c.ip)->Scope() == c.scope);
  }
  CHECK(IpAddress{}.Scope() == IpScope::kNone);
}

TEST_CASE("kinds of addresses") {
  CHECK(IpAddress{}.IsUnspecified());
  CHECK(IpAddress::Parse("0.0.0.0")->IsUnspecified());
  CHECK(IpAddress::Parse("::")->IsUnspecified());
  CHECK_FALSE(IpAddress::Parse("::1")->IsUnspecified());
  CHECK(IpAddress::Parse("224.0.0.1")->IsMulticast());
  CHECK(IpAddress::Parse("ff02::1")->IsMulticast());
  CHECK_FALSE(IpAddress::Parse("240.0.0.1")->IsMulticast());
  CHECK(IpAddress::Parse("255.255.255.255")->IsBroadcastV4());
  CHECK(IpAddress::Parse("::")->V4() == 0);
  CHECK(IpAddress{}.ToString().empty());
}

TEST_CASE("prefixes") {
  const IpPrefix net = *IpPrefix::Parse("10.147.16.0/20");
  CHECK(net.Contains(*IpAddress::Parse("10.147.16.1")));
  CHECK(net.Contains(*IpAddress::Parse("10.147.31.255")));
  CHECK_FALSE(net.Contains(*IpAddress::Parse("10.147.32.0")));
  CHECK_FALSE(net.Contains(*IpAddress::Parse("::")));
  CHECK_FALSE(net.Contains(IpAddress{}));
  CHECK(IpPrefix::Parse("0.0.0.0/0")->Contains(*IpAddress::Parse("8.8.8.8")));
  CHECK_FALSE(IpPrefix{}.Contains(IpAddress{}));
  CHECK(IpPrefix::Parse("2001:470::/32")->Contains(*IpAddress::Parse("2001:470:ffff::1")));
  const IpPrefix host = *IpPrefix::Parse("::1/128");
  CHECK(host.Contains(*IpAddress::Parse("::1")));
  CHECK_FALSE(host.Contains(*IpAddress::Parse("::2")));
  CHECK(host.ToString() == "::1/128");
  CHECK(IpPrefix::Parse("10.1.2.3/8")->ToString() == "10.1.2.3/8");
  // A prefix length beyond the family's, possible in a value, matches nothing.
  CHECK_FALSE(IpPrefix{*IpAddress::Parse("1.2.3.4"), 33}.Contains(*IpAddress::Parse("1.2.3.4")));
  for (const char* bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08",
                          "10.0.0.0/-1", "/8", "10.0.0.0/8/8"}) {
    CAPTURE(bad);
    CHECK_FALSE(IpPrefix::Parse(bad).has_value());
  }
}

TEST_CASE("endpoints") {
  CHECK(Endpoint::Parse("1.2.3.4/9993")->port == 9993);
  CHECK(Endpoint::Parse("fd77::1/65535")->ToString() == "fd77::1/65535");
  CHECK(Endpoint::Parse("1.2.3.4/0")->port == 0);
  CHECK(Endpoint{}.IsNone());
  for (const char* bad :
       {"1.2.3.4", "1.2.3.4:9993", "1.2.3.4/65536", "1.2.3.4/", "1.2.3.4/+1", "/1"}) {
    CAPTURE(bad);
    CHECK_FALSE(Endpoint::Parse(bad).has_value());
  }
  CHECK(std::hash<Endpoint>()(*Endpoint::Parse("1.2.3.4/1")) !=
        std::hash<Endpoint>()(*Endpoint::Parse("1.2.3.4/2")));
  CHECK(std::hash<IpAddress>()(*IpAddress::Parse("1.2.3.4")) !=
        std::hash<IpAddress>()(*IpAddress::Parse("102:304::")));
}

}  // namespace
}  // namespace zt
