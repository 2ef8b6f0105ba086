// For tests of multicast: a controller, three members and what they send each other (test_wire.h).
#pragma once

#include <doctest/doctest.h>

#include "vl2/test_wire.h"
#include "wire/derived_address.h"

namespace zt::vl2::testing {

inline constexpr NetworkId kNetwork{0xfc7120dae1000002};
inline constexpr uint32_t kBobIp = 0x0a000002;
inline constexpr MulticastGroup kGroup{{0x333300000001}, 0};

struct MulticastLan {
  TestWire wire;
  TestNode controller{wire, testing::kControllerSecret};
  TestNode alice{wire, testing::kAliceSecret};
  TestNode bob{wire, testing::kBobSecret};
  TestNode carol{wire, testing::kCarolSecret};
  NetworkConfig shape;

  MulticastLan() {
    shape.network = kNetwork;
    shape.credential_time_max_delta = 1'800'000;
    shape.flags = NetworkConfig::kBroadcast;
    shape.multicast_limit = 32;
    Rule accept;
    accept.type = RuleType::kActionAccept;
    shape.rules = {accept};
    controller.vl2->EnableController(true);
    controller.on_request = [this](const Now& now, const ControllerRequest& r) {
      IssuedConfig issued;
      issued.config = shape;
      issued.config.issued_to = r.member.address;
      issued.config.timestamp = wire.now.wall.ms;
      CHECK(controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
    };
  }
  void JoinAll() {
    for (TestNode* node : {&alice, &bob, &carol}) {
      node->vl2->Join(wire.now, kNetwork, {});
      wire.Settle();
    }
  }
  // Everybody knows that everybody else is a member.
  void Acquaint() {
    for (TestNode* a : {&alice, &bob, &carol}) {
      for (TestNode* b : {&alice, &bob, &carol}) {
        if (a != b) Send(*a, DeriveMac(b->address(), kNetwork), 0x0800, {1});
      }
    }
    for (TestNode* node : {&alice, &bob, &carol}) node->frames.clear();
    wire.log.clear();
  }
  void Subscribe(TestNode& node, MulticastGroup group) {
    node.vl2->SetGroups(wire.now, kNetwork, {&group, 1});
    wire.Settle();
  }
  // Everything of this kind from one node to another, since the start or the last wire.log.clear().
  std::vector<const Sent*> SentTo(const TestNode& from, const TestNode& to, Verb verb) const {
    std::vector<const Sent*> out;
    for (const Sent& s : wire.log) {
      if (s.from == from.address() && s.to == to.address() && s.verb == verb) out.push_back(&s);
    }
    return out;
  }
  template <typename Message>
  bool Deliver(TestNode& to, const TestNode& from, Verb verb, const Message& message, uint64_t id = 77) {
    const bool trust = Inject(wire, to, from.address(), verb, Write(message), id);
    wire.Settle();
    return trust;
  }
  void Send(TestNode& from, Mac to, uint16_t type, const Bytes& payload) {
    const ByteSpan piece = payload;
    from.vl2->SendFrame(wire.now, kNetwork, DeriveMac(from.address(), kNetwork), to, type, {&piece, 1});
    wire.Settle();
  }
};

inline Bytes ArpRequest(uint32_t target) {
  Bytes arp = FromHex("0001080006040001000000000000000000000000000000000a000000");
  for (int i = 0; i < 4; ++i) arp[24 + i] = static_cast<uint8_t>(target >> (24 - 8 * i));
  return arp;
}

}  // namespace zt::vl2::testing
