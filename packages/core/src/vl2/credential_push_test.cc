// When and how we show our own credentials to others (vl2.md §8.3).
#include "vl2/credential_push.h"

#include <doctest/doctest.h>

#include "vl2/test_lan.h"
#include "wire/verb/error.h"
#include "wire/verb/network_credentials.h"

namespace zt::vl2 {
namespace {

using testing::Inject;
using testing::Lan;
using testing::Sent;

constexpr NetworkId kNetwork = testing::kLanNetwork;

std::vector<wire::NetworkCredentials> Shown(const Lan& lan, const testing::TestNode& by) {
  std::vector<wire::NetworkCredentials> out;
  for (const Sent& s : lan.wire.log) {
    if (s.from != by.address() || s.verb != Verb::kNetworkCredentials) continue;
    CHECK(s.payload.size() <= limits::kMaxDeliverablePacketSize - 28);
    const auto parsed = wire::NetworkCredentials::Parse(s.payload);
    REQUIRE(parsed);
    CHECK(!parsed->truncated);
    out.push_back(*parsed);
  }
  return out;
}

TEST_CASE("Credentials go ahead of a frame: once for each configuration, and again after five hundred seconds") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  const auto talk = [&] { lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello"); };
  const auto shown = [&] { return lan.wire.Count(lan.alice.address(), Verb::kNetworkCredentials); };
  talk();
  talk();
  CHECK(shown() == 1);
  lan.wire.Advance(66'000);  // a new configuration came
  talk();
  talk();
  CHECK(shown() == 2);
  lan.wire.lose = [&](const Sent& s) { return s.to == lan.controller.address(); };
  lan.wire.Advance(66'000);
  talk();
  const size_t last = shown();
  lan.wire.Advance(kCredentialPushAge - 70'000);
  talk();
  CHECK(shown() == last);
  lan.wire.Advance(80'000);
  talk();
  CHECK(shown() == last + 1);
}

TEST_CASE("What does not fit one packet goes in several, the membership certificate in the first") {
  Lan lan;
  const Bytes long_rules = [] {
    Bytes rules;
    for (int i = 0; i < 63; ++i) rules.insert(rules.end(), {0x25, 0x02, 0x08, static_cast<uint8_t>(i)});
    rules.insert(rules.end(), {0x01, 0x00});
    return rules;
  }();
  lan.controller.on_request = [&](const Now& now, const ControllerRequest& r) {
    IssuedConfig issued = lan.For(r.member.address);
    for (uint32_t i = 0; i < 30; ++i) issued.capabilities.push_back({i, long_rules, 64});
    for (uint32_t i = 0; i < 128; ++i) issued.tags.push_back({i, i});
    issued.config.addresses = {{IpAddress::V4(0x0a000001), 8}};
    CHECK(lan.controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
  };
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  const auto shown = Shown(lan, lan.alice);
  REQUIRE(shown.size() > 2);
  wire::NetworkCredentials all;
  for (const wire::NetworkCredentials& message : shown) {
    CHECK(message.coms.size() == (&message == &shown.front() ? 1 : 0));
    CHECK(message.revocations.empty());
    all.capabilities.insert(all.capabilities.end(), message.capabilities.begin(), message.capabilities.end());
    all.tags.insert(all.tags.end(), message.tags.begin(), message.tags.end());
    all.ownerships.insert(all.ownerships.end(), message.ownerships.begin(), message.ownerships.end());
  }
  const NetworkConfig& config = *lan.alice.vl2->Info(kNetwork)->config;
  CHECK(all.capabilities == config.capabilities);
  CHECK(all.tags == config.tags);
  CHECK(all.ownerships == config.ownerships);
}

TEST_CASE("With nothing to show nothing is sent, asked for or not") {
  Lan lan;
  lan.shape.is_public = true;
  lan.controller.on_request = [&](const Now& now, const ControllerRequest& r) {
    IssuedConfig issued = lan.For(r.member.address);
    issued.include_com = false;
    CHECK(lan.controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
  };
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  CHECK(lan.bob.frames.size() == 1);
  ByteArray<64> room;
  ByteWriter out(room);
  wire::WriteNetworkError(out, Verb::kFrame, {1}, WireError::kNeedMembershipCertificate, kNetwork);
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kError, out.written());
  CHECK(Shown(lan, lan.alice).empty());
}

TEST_CASE("Groups, bridges and copies do not make us show credentials") {
  Lan lan;
  lan.shape.specialists = {{lan.bob.address().value | Specialist::kActiveBridge},
                           {lan.alice.address().value | Specialist::kActiveBridge}};
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.wire.lose = [](const Sent&) { return true; };  // or bob would ask for them
  const MulticastGroup group{Mac{0x333300000001}, 0};
  lan.alice.vl2->SetGroups(lan.wire.now, kNetwork, {&group, 1});
  lan.SendText(lan.alice, Mac{0x060000000009}, "to whom it may concern");
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kExtFrame) == 1);
  CHECK(Shown(lan, lan.alice).empty());
}

}  // namespace
}  // namespace zt::vl2
