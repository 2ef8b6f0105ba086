// Address resolution (vl2.md §11): what becomes a group of its own, and what the node answers by itself.
#include "vl2/neighbor_emulation.h"

#include "vl2/multicast_lan.h"
#include "wire/derived_address.h"

namespace zt::vl2 {
namespace {

using testing::ArpRequest;
using testing::kNetwork;
using testing::MulticastLan;
using testing::TestNode;

constexpr Mac kRequester{0x0a1122334455};
constexpr NodeAddress kPeer{0x0123456789};

// Head and payload of one contiguous frame.
Frame FrameOf(Mac destination, uint16_t type, const Bytes& payload) {
  return {kRequester, destination, type, payload.size(), payload, {}};
}

Bytes Solicitation(const IpAddress& target) {
  Bytes p(72);
  p[0] = 0x60;
  p[5] = 32;
  p[6] = 0x3a;
  p[7] = 0xff;
  p[40] = 0x87;
  std::copy(target.bytes.begin(), target.bytes.end(), p.begin() + 48);
  return p;
}

Mac SolicitedGroup(const IpAddress& target) {
  return {0x3333ff000000 | uint64_t{target.bytes[13]} << 16 | uint64_t{target.bytes[14]} << 8 | target.bytes[15]};
}

NetworkConfig ConfigOf(NodeAddress self) {
  NetworkConfig config;
  config.network = kNetwork;
  config.flags = NetworkConfig::kNdpEmulation;
  config.addresses = {DeriveSixPlane(self, kNetwork), DeriveRfc4193(self, kNetwork)};
  return config;
}

uint32_t OnesSum(ByteSpan bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += static_cast<uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  return sum;
}

TEST_CASE("An ARP request names its group, and nothing that differs in a checked byte does") {
  const Bytes request = ArpRequest(0x0a010203);
  CHECK(ArpRequestTarget(FrameOf(Mac::Broadcast(), kEtherArp, request)) == 0x0a010203u);
  for (const size_t checked : {2, 3, 4, 5, 7}) {
    Bytes other = request;
    other[checked] ^= 2;
    CHECK_FALSE(ArpRequestTarget(FrameOf(Mac::Broadcast(), kEtherArp, other)).has_value());
  }
  for (const size_t unchecked : {0, 1, 6}) {  // the hardware type and the upper byte of the operation
    Bytes other = request;
    other[unchecked] ^= 2;
    CHECK(ArpRequestTarget(FrameOf(Mac::Broadcast(), kEtherArp, other)) == 0x0a010203u);
  }
  CHECK_FALSE(ArpRequestTarget(FrameOf(Mac::Broadcast(), kEtherIpv4, request)).has_value());
  CHECK_FALSE(ArpRequestTarget(FrameOf({0x01005e000001}, kEtherArp, request)).has_value());
  const Frame cut{kRequester, Mac::Broadcast(), kEtherArp, 27, ByteSpan(request).first(27), {}};
  CHECK_FALSE(ArpRequestTarget(cut).has_value());
}

TEST_CASE("The advertisement is the 72 bytes of the specification, for both kinds of derived address") {
  const NodeAddress self{0x89e92ceee5};
  const NetworkConfig config = ConfigOf(self);
  for (const bool plane : {true, false}) {
    const IpAddress own = (plane ? DeriveSixPlane(self, kNetwork) : DeriveRfc4193(self, kNetwork)).address;
    const IpAddress target = (plane ? DeriveSixPlane(kPeer, kNetwork) : DeriveRfc4193(kPeer, kNetwork)).address;
    const auto answer = EmulateAdvertisement(config, self, FrameOf(SolicitedGroup(target), kEtherIpv6,
                                                                   Solicitation(target)));
    REQUIRE(answer.has_value());
    CHECK(answer->source == DeriveMac(kPeer, kNetwork));
    Bytes expected = testing::FromHex("6000000000203aff");
    for (const IpAddress& ip : {target, own}) expected.insert(expected.end(), ip.bytes.begin(), ip.bytes.end());
    for (const uint8_t byte : testing::FromHex("8800000060000000")) expected.push_back(byte);
    expected.insert(expected.end(), target.bytes.begin(), target.bytes.end());
    expected.push_back(2);
    expected.push_back(1);
    for (const uint8_t byte : DeriveMac(kPeer, kNetwork).ToBytes()) expected.push_back(byte);
    Bytes packet(answer->packet.begin(), answer->packet.end());
    // RFC 4443 §2.3: with the checksum in place everything sums up to all ones.
    uint32_t sum = OnesSum(ByteSpan(packet).subspan(8)) + 32 + 58;
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    CHECK(sum == 0xffff);
    packet[42] = packet[43] = 0;
    CHECK(packet == expected);
  }
}

TEST_CASE("A 6PLANE member owns its whole /80") {
  const NodeAddress self{0x89e92ceee5};
  IpAddress target = DeriveSixPlane(kPeer, kNetwork).address;
  target.bytes[10] = 0xaa;
  target.bytes[15] = 0x99;
  const auto answer =
      EmulateAdvertisement(ConfigOf(self), self, FrameOf(SolicitedGroup(target), kEtherIpv6, Solicitation(target)));
  REQUIRE(answer.has_value());
  CHECK(answer->source == DeriveMac(kPeer, kNetwork));
}

TEST_CASE("Everything else goes on as an ordinary multicast") {
  const NodeAddress self{0x89e92ceee5};
  const IpAddress target = DeriveSixPlane(kPeer, kNetwork).address;
  const Mac group = SolicitedGroup(target);
  const Bytes good = Solicitation(target);
  const auto answered = [&](const NetworkConfig& config, Mac to, uint16_t type, const Bytes& payload) {
    return EmulateAdvertisement(config, self, FrameOf(to, type, payload)).has_value();
  };
  NetworkConfig config = ConfigOf(self);
  CHECK(answered(config, group, kEtherIpv6, good));
  CHECK_FALSE(answered(config, Mac::Broadcast(), kEtherIpv6, good));
  CHECK_FALSE(answered(config, DeriveMac(kPeer, kNetwork), kEtherIpv6, good));  // unicast
  CHECK_FALSE(answered(config, group, kEtherIpv4, good));
  CHECK_FALSE(answered(config, group, kEtherIpv6, Bytes(good.begin(), good.begin() + 63)));
  CHECK(answered(config, group, kEtherIpv6, Bytes(good.begin(), good.begin() + 64)));
  for (const size_t at : {6, 40}) {
    Bytes other = good;
    other[at] ^= 1;
    CHECK_FALSE(answered(config, group, kEtherIpv6, other));
  }
  // Ourselves, nobody, another network's address.
  for (const IpAddress& ip : {DeriveSixPlane(self, kNetwork).address, DeriveRfc4193(self, kNetwork).address,
                              DeriveSixPlane({0}, kNetwork).address, DeriveRfc4193({0}, kNetwork).address,
                              DeriveSixPlane(kPeer, {kNetwork.value + 1}).address,
                              DeriveRfc4193(kPeer, {kNetwork.value + 1}).address}) {
    CHECK_FALSE(answered(config, SolicitedGroup(ip), kEtherIpv6, Solicitation(ip)));
  }
  config.flags = 0;
  CHECK_FALSE(answered(config, group, kEtherIpv6, good));
  config = ConfigOf(self);
  for (IpPrefix& own : config.addresses) own.bits = 64;  // the prefix length is part of the shape
  CHECK_FALSE(answered(config, group, kEtherIpv6, good));
  config = ConfigOf(self);
  config.addresses[0] = DeriveSixPlane(self, {kNetwork.value + 1});  // not this network's X
  const IpAddress elsewhere = DeriveSixPlane(kPeer, {kNetwork.value + 1}).address;
  CHECK_FALSE(answered(config, SolicitedGroup(elsewhere), kEtherIpv6, Solicitation(elsewhere)));
  config.addresses = {IpPrefix{IpAddress::V4(10, 0, 0, 1), 24}};
  CHECK_FALSE(answered(config, group, kEtherIpv6, good));
}

struct EmulationLan : MulticastLan {
  EmulationLan() {
    shape.flags |= NetworkConfig::kNdpEmulation;
    shape.addresses = {DeriveSixPlane(alice.address(), kNetwork)};
    shape.specialists = {{alice.address().value | Specialist::kActiveBridge}};
  }
};

TEST_CASE_FIXTURE(EmulationLan, "A solicitation is swallowed and answered to whoever asked, also without multicast") {
  for (const uint32_t limit : {32u, 0u}) {
    EmulationLan lan;
    lan.shape.multicast_limit = limit;
    lan.shape.rules = {};  // not even the rules see it
    lan.JoinAll();
    lan.wire.log.clear();
    const IpAddress target = DeriveSixPlane(lan.bob.address(), kNetwork).address;
    const Bytes payload = Solicitation(target);
    const ByteSpan piece = payload;
    lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, kRequester, SolicitedGroup(target), kEtherIpv6, {&piece, 1});
    CHECK(lan.wire.log.empty());
    CHECK(lan.alice.frames.empty());  // not from inside the call
    lan.alice.vl2->Flush(lan.wire.now);
    REQUIRE(lan.alice.frames.size() == 1);
    CHECK(lan.alice.frames[0].source == DeriveMac(lan.bob.address(), kNetwork));
    CHECK(lan.alice.frames[0].destination == kRequester);
    CHECK(lan.alice.frames[0].ether_type == kEtherIpv6);
    CHECK(lan.alice.frames[0].payload.size() == 72);
  }
}

TEST_CASE_FIXTURE(EmulationLan, "A solicitation in pieces is seen as one") {
  JoinAll();
  const IpAddress target = DeriveSixPlane(bob.address(), kNetwork).address;
  const Bytes payload = Solicitation(target);
  const std::array<ByteSpan, 3> pieces{ByteSpan(payload).first(40), ByteSpan(payload).subspan(40, 10),
                                       ByteSpan(payload).subspan(50)};
  alice.vl2->SendFrame(wire.now, kNetwork, DeriveMac(alice.address(), kNetwork), SolicitedGroup(target), kEtherIpv6,
                       pieces);
  alice.vl2->Flush(wire.now);
  CHECK(alice.frames.size() == 1);
}

}  // namespace
}  // namespace zt::vl2
