// A network in virtual time: a controller that grants every request, and members.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "vl2/test_wire.h"
#include "wire/derived_address.h"

namespace zt::vl2::testing {

inline constexpr NetworkId kLanNetwork{0xfc7120dae1000001};

inline Rule AcceptRule() {
  Rule rule;
  rule.type = RuleType::kActionAccept;
  return rule;
}

// A controller that grants every request on kLanNetwork, and members.
struct Lan {
  TestWire wire;
  TestNode controller{wire, testing::kControllerSecret};
  TestNode alice{wire, testing::kAliceSecret};
  TestNode bob{wire, testing::kBobSecret};
  NetworkConfig shape;                 // what every member gets, apart from whom it is for
  std::vector<NodeAddress> denied;

  Lan() {
    shape.network = kLanNetwork;
    shape.credential_time_max_delta = 1'800'000;
    shape.revision = 1;
    shape.flags = NetworkConfig::kBroadcast;
    shape.multicast_limit = 32;
    shape.name = "lan";
    shape.rules = {AcceptRule()};
    controller.vl2->EnableController(true);
    controller.on_request = [this](const Now& now, const ControllerRequest& r) {
      if (std::find(denied.begin(), denied.end(), r.member.address) != denied.end()) {
        controller.vl2->Reject(now, r.member.address, r.network, r.packet_id, WireError::kNetworkAccessDenied);
      } else if (r.network != kLanNetwork) {
        controller.vl2->Reject(now, r.member.address, r.network, r.packet_id, WireError::kObjectNotFound);
      } else {
        CHECK(controller.vl2->Grant(now, r.member.address, r.packet_id, For(r.member.address)));
      }
    };
  }
  IssuedConfig For(NodeAddress member) const {
    IssuedConfig issued;
    issued.config = shape;
    issued.config.issued_to = member;
    issued.config.timestamp = wire.now.wall.ms;
    return issued;
  }
  void Join(TestNode& node) {
    CHECK(node.vl2->Join(wire.now, kLanNetwork, {}));
    wire.Settle();
  }
  NetworkStatus StatusOf(const TestNode& node) const { return node.vl2->Info(kLanNetwork)->status; }
  Mac MacOf(const TestNode& node) const { return DeriveMac(node.address(), kLanNetwork); }
  void SendText(TestNode& from, Mac to, std::string_view text, uint16_t type = 0x0800) {
    const ByteSpan piece{reinterpret_cast<const uint8_t*>(text.data()), text.size()};
    from.vl2->SendFrame(wire.now, kLanNetwork, MacOf(from), to, type, {&piece, 1});
    wire.Settle();
  }
};

}  // namespace zt::vl2::testing
