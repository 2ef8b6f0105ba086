// What members and a controller that mean harm can try to make a node do.
#include <doctest/doctest.h>

#include "vl2/config_issuer.h"
#include "vl2/test_wire.h"
#include "wire/derived_address.h"
#include "wire/verb/ext_frame.h"

namespace zt::vl2 {
namespace {

using testing::Inject;
using testing::TestNode;
using testing::TestWire;

constexpr NetworkId kNetwork{0xfc7120dae1000001};

// A private network with one member, bob.
struct Lan {
  TestWire wire;
  TestNode controller{wire, testing::kControllerSecret};
  TestNode alice{wire, testing::kAliceSecret};
  TestNode bob{wire, testing::kBobSecret};

  Lan() {
    controller.vl2->EnableController(true);
    controller.on_request = [this](const Now& now, const ControllerRequest& r) {
      IssuedConfig issued;
      issued.config.network = kNetwork;
      issued.config.issued_to = r.member.address;
      issued.config.timestamp = now.wall.ms;
      issued.config.credential_time_max_delta = 60'000;
      CHECK(controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
    };
    CHECK(bob.vl2->Join(wire.now, kNetwork, {}));
    wire.Settle();
    REQUIRE(bob.vl2->Info(kNetwork)->status == NetworkStatus::kOk);
  }
};

TEST_CASE("Two certificates that displace each other do not keep the node busy for ever") {
  Lan lan;
  const SecretIdentity controller = *SecretIdentity::ParseText(testing::kControllerSecret);
  const Identity alice = SecretIdentity::ParseText(testing::kAliceSecret)->identity();
  for (const uint64_t delta : {1, 2}) {
    wire::ExtFrame frame;
    frame.network = kNetwork;
    // Of one moment, different, and too old to agree with bob's: each is taken in place of the other.
    frame.com = CertificateOfMembership::Issue(controller, kNetwork, alice, 1000, delta);
    frame.destination = DeriveMac(lan.bob.address(), kNetwork);
    frame.source = DeriveMac(lan.alice.address(), kNetwork);
    frame.ether_type = 0x0800;
    const Bytes payload(40);
    frame.payload = payload;
    Bytes message(400);
    ByteWriter out(message);
    frame.SerializeTo(out);
    message.resize(out.size());
    Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kExtFrame, message);
  }
  CHECK(lan.bob.drops.Of(DropReason::kQueueTimeout) == 2);
  CHECK(lan.bob.frames.empty());
  CHECK(lan.bob.vl2->NextTimeout().at > lan.wire.now.mono);
}

}  // namespace
}  // namespace zt::vl2
