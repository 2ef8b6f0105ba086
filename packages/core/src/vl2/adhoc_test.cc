#include "vl2/adhoc.h"

#include <doctest/doctest.h>

#include "vl2/neighbor_emulation.h"
#include "vl2/rules.h"
#include "vl2/test_wire.h"
#include "wire/derived_address.h"

namespace zt::vl2 {
namespace {

using testing::FromHex;
using testing::TestNode;
using testing::TestWire;

TEST_CASE("Type A is named by its ports and has one computed address") {
  const AdHoc made = MakeAdHocConfig({0xff00160016000000}, {0x1122334455}, {5});
  REQUIRE(made.outcome == AdHocOutcome::kConfigured);
  CHECK(made.config->name == "adhoc-0016-0016");
  CHECK(made.config->rules.size() == 14);
  CHECK(made.config->multicast_limit == 0);
  CHECK(made.config->is_public);
  CHECK(made.config->addresses == std::vector{*IpPrefix::Parse("fce9:16:11:2233:4455::1/40")});
  CHECK(MakeAdHocConfig({0xff00160015000000}, {0x1122334455}, {5}).outcome == AdHocOutcome::kNotFound);
  CHECK(MakeAdHocConfig({0xff00160015000002}, {0x1122334455}, {5}).outcome == AdHocOutcome::kUnknownForm);
}

TEST_CASE("Type B has a second address in its class A block") {
  const AdHoc made = MakeAdHocConfig({0xff0a00000000aa01}, {0x1122334455}, {5});
  REQUIRE(made.outcome == AdHocOutcome::kConfigured);
  CHECK(made.config->name == "adhoc-10.0.0.0");
  REQUIRE(made.config->addresses.size() == 2);
  CHECK(made.config->addresses[1] == *IpPrefix::Parse("10.51.68.85/8"));
  REQUIRE(made.config->specialists.size() == 1);
  CHECK(made.config->specialists[0].value == 0xaa);
  CHECK(made.config->rules.size() == 1);
}

// A TCP segment or UDP datagram over IPv6 to a port, as the rules of a type A network see it.
Verdict VerdictFor(uint8_t protocol, uint16_t port, uint8_t tcp_flags) {
  const AdHoc made = MakeAdHocConfig({0xff00160017000000}, {1}, {5});
  Bytes packet(60);
  packet[0] = 0x60;
  packet[6] = protocol;
  packet[42] = static_cast<uint8_t>(port >> 8);
  packet[43] = static_cast<uint8_t>(port);
  packet[40] = 1;
  packet[53] = tcp_flags;
  const ByteSpan piece = packet;
  testing::TestRandom random(1);
  const RuleContext context{*made.config, nullptr, {1}, {1}, {2}, false, random};
  return Evaluate(context, made.config->rules, {{1}, {2}, kEtherIpv6, 60, piece, {&piece, 1}}).verdict;
}

TEST_CASE("Type A limits TCP connection set-up to its ports") {
  CHECK(VerdictFor(6, 0x16, 0x02) == Verdict::kAccept);
  CHECK(VerdictFor(6, 0x17, 0x02) == Verdict::kAccept);
  CHECK(VerdictFor(6, 0x18, 0x02) == Verdict::kDrop);
  CHECK(VerdictFor(6, 0x18, 0x12) == Verdict::kAccept);  // SYN-ACK
  CHECK(VerdictFor(6, 0x18, 0x10) == Verdict::kAccept);
  CHECK(VerdictFor(17, 0x18, 0) == Verdict::kAccept);    // no SYN bit (vl2.md §14)
}

TEST_CASE("Two nodes on an ad-hoc network talk without any controller") {
  TestWire wire;
  TestNode alice(wire, testing::kAliceSecret), bob(wire, testing::kBobSecret);
  const NetworkId network{0xff00160016000000};
  CHECK(alice.vl2->Join(wire.now, network, {}));
  CHECK(bob.vl2->Join(wire.now, network, {}));
  CHECK(alice.vl2->Info(network)->status == NetworkStatus::kOk);
  wire.Advance(600'000);
  CHECK(wire.log.empty());  // no packets for the configuration, none to the reserved controller address
  Bytes icmp(64);
  icmp[0] = 0x60;
  icmp[6] = 58;
  const ByteSpan piece = icmp;
  alice.vl2->SendFrame(wire.now, network, DeriveMac(alice.address(), network), DeriveMac(bob.address(), network),
                       0x86dd, {&piece, 1});
  wire.Settle();
  CHECK(bob.frames.size() == 1);
}

TEST_CASE("A neighbour solicitation for a computed address is answered here and not sent") {
  TestWire wire;
  TestNode alice(wire, testing::kAliceSecret);  // 3610b6a610
  const NetworkId network{0xff00160016000000};
  alice.vl2->Join(wire.now, network, {});
  const Mac own = DeriveMac(alice.address(), network);
  Bytes solicitation(72);
  solicitation[0] = 0x60;
  solicitation[5] = 32;
  solicitation[6] = 58;
  solicitation[7] = 255;
  solicitation[40] = 0x87;
  const Bytes target = FromHex("fce90016001122334455000000000001");
  std::copy(target.begin(), target.end(), solicitation.begin() + 48);
  const ByteSpan piece = solicitation;
  alice.vl2->SendFrame(wire.now, network, own, {0x3333ff000001}, 0x86dd, {&piece, 1});
  CHECK(alice.frames.empty());
  wire.Settle();
  REQUIRE(alice.frames.size() == 1);
  CHECK(wire.log.empty());
  const auto& frame = alice.frames[0];
  CHECK(frame.source == Mac{0x021122254443});  // vl2.md §18.1
  CHECK(frame.destination == own);
  // Fixed parts of vl2.md §11.2; the checksum is checked by summing to all ones below.
  const Bytes expected = FromHex(
      "6000000000203aff" "fce90016001122334455000000000001" "fce90016003610b6a610000000000001" "8800");
  CHECK(Bytes(frame.payload.begin(), frame.payload.begin() + 42) == expected);
  CHECK(Bytes(frame.payload.begin() + 44, frame.payload.end()) ==
        FromHex("60000000" "fce90016001122334455000000000001" "0201" "021122254443"));
  uint32_t sum = 32 + 58;
  for (size_t i = 8; i < 72; i += 2) sum += static_cast<uint32_t>(frame.payload[i] << 8 | frame.payload[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  CHECK(sum == 0xffff);
}

}  // namespace
}  // namespace zt::vl2
