// Whole networks in virtual time: a controller and members over the test wire.
#include "vl2/vl2.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "vl2/config_issuer.h"
#include "vl2/test_lan.h"
#include "wire/derived_address.h"
#include "wire/verb/error.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/frame.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_credentials.h"

namespace zt::vl2 {
namespace {

using testing::AcceptRule;
using testing::FromHex;
using testing::Inject;
using testing::Lan;
using testing::Sent;
using testing::TestNode;
using testing::TestWire;

constexpr NetworkId kNetwork = testing::kLanNetwork;

std::string Text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST_CASE("Joining asks at once and the answer brings the network up") {
  Lan lan;
  lan.Join(lan.alice);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.configurations == 1);
  REQUIRE(lan.alice.stored.size() == 2);
  CHECK(lan.alice.stored[0] == Bytes{'\n'});
  CHECK(NetworkConfig::Parse(lan.alice.stored[1]).has_value());
  CHECK(lan.alice.vl2->Info(kNetwork)->config->name == "lan");
  CHECK(lan.alice.vl2->Info(kNetwork)->mac == lan.MacOf(lan.alice));
}

TEST_CASE("Without an answer the request is repeated every five seconds") {
  Lan lan;
  lan.wire.lose = [&](const Sent& s) { return s.to == lan.controller.address(); };
  lan.Join(lan.alice);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);
  lan.wire.Advance(20'000);
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkConfigRequest) == 5);
}

TEST_CASE("A denied member keeps asking and comes in when it is let in") {
  Lan lan;
  lan.denied = {lan.alice.address()};
  lan.Join(lan.alice);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kAccessDenied);
  lan.denied.clear();
  lan.wire.Advance(5'000);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.statuses == std::vector{NetworkStatus::kAccessDenied, NetworkStatus::kOk});
}

TEST_CASE("An unknown network is not found, and a node without a controller answers the same") {
  Lan lan;
  const NetworkId other{kNetwork.value + 5};
  lan.alice.vl2->Join(lan.wire.now, other, {});
  lan.wire.Settle();
  CHECK(lan.alice.vl2->Info(other)->status == NetworkStatus::kNotFound);
  lan.controller.vl2->EnableController(false);
  lan.Join(lan.bob);
  CHECK(lan.StatusOf(lan.bob) == NetworkStatus::kNotFound);
}

TEST_CASE("Only the controller may refuse") {
  Lan lan;
  lan.Join(lan.alice);
  ByteArray<64> room;
  ByteWriter out(room);
  wire::WriteNetworkError(out, Verb::kNetworkConfigRequest, {1}, WireError::kNetworkAccessDenied, kNetwork);
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kError, out.written());
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kError, out.written());
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kAccessDenied);
  CHECK(lan.alice.vl2->Info(kNetwork)->config != nullptr);  // the old one stays in force
}

TEST_CASE("A cached configuration is in force at once and refreshed at once") {
  Lan lan;
  lan.Join(lan.alice);
  const Bytes cached = lan.alice.stored.back();
  CHECK(lan.alice.vl2->Leave(lan.wire.now, kNetwork));
  CHECK(lan.alice.stored.back().empty());
  lan.wire.Advance(2'000);
  lan.wire.lose = [](const Sent&) { return true; };
  const int before = lan.alice.configurations;
  CHECK(lan.alice.vl2->Join(lan.wire.now, kNetwork, cached));
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.configurations == before + 1);
  lan.wire.lose = nullptr;
  lan.wire.Advance(5'000);
  CHECK(lan.alice.configurations == before + 2);
}

TEST_CASE("A healthy network refreshes once a minute and an idle node hardly wakes") {
  Lan lan;
  lan.Join(lan.alice);
  lan.wire.Advance(60'000);
  lan.wire.wakeups = 0;
  const size_t before = lan.wire.Count(lan.alice.address(), Verb::kNetworkConfigRequest);
  lan.wire.Advance(600'000);
  const size_t requests = lan.wire.Count(lan.alice.address(), Verb::kNetworkConfigRequest) - before;
  CHECK(requests >= 9);
  CHECK(requests <= 10);
  CHECK(lan.wire.wakeups <= 22);
}

TEST_CASE("A configuration in two chunks is assembled in either order, and a push is acknowledged") {
  for (const bool reversed : {false, true}) {
    Lan lan;
    lan.alice.vl2->Join(lan.wire.now, kNetwork, {});
    IssuedConfig issued = lan.For(lan.alice.address());
    for (uint32_t i = 0; i < 60; ++i) issued.tags.push_back({i, i});
    const auto config = IssueConfig(lan.controller.self(), lan.alice.self().identity(), issued);
    REQUIRE(config);
    auto chunks = CutConfig(lan.controller.self(), kNetwork, *config->Serialize(), 99);
    REQUIRE(chunks.size() == 2);
    if (reversed) std::reverse(chunks.begin(), chunks.end());
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, chunks[0], 1);
    CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, chunks[1], 2);
    CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
    REQUIRE(lan.wire.log.back().verb == Verb::kOk);
    const auto receipt = wire::OkNetworkConfigPush::Parse(lan.wire.log.back().payload);
    REQUIRE(receipt);
    CHECK(*receipt == wire::OkNetworkConfigPush{{2}, kNetwork, 99});
  }
}

TEST_CASE("A chunk with a changed byte is refused") {
  Lan lan;
  lan.alice.vl2->Join(lan.wire.now, kNetwork, {});
  const auto config = IssueConfig(lan.controller.self(), lan.alice.self().identity(), lan.For(lan.alice.address()));
  auto chunk = CutConfig(lan.controller.self(), kNetwork, *config->Serialize(), 99)[0];
  chunk[20] ^= 1;
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, chunk);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);
  CHECK(lan.alice.drops.Of(DropReason::kBadSignature) == 1);
}

TEST_CASE("An old configuration pushed again by anyone does not replace a newer one") {
  Lan lan;
  lan.Join(lan.alice);
  const auto old = IssueConfig(lan.controller.self(), lan.alice.self().identity(), [&] {
    IssuedConfig issued = lan.For(lan.alice.address());
    issued.config.timestamp -= 10'000;
    return issued;
  }());
  const auto chunk = CutConfig(lan.controller.self(), kNetwork, *old->Serialize(), 5)[0];
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkConfig, chunk);
  CHECK(lan.alice.drops.Of(DropReason::kStaleConfig) == 1);
  CHECK(lan.alice.configurations == 1);
}

TEST_CASE("A fast-propagated chunk is flooded to known members once") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "hello");  // alice now has a record of bob
  const auto config = IssueConfig(lan.controller.self(), lan.alice.self().identity(), lan.For(lan.alice.address()));
  const Bytes dictionary = *config->Serialize();
  ConfigChunk chunk;
  chunk.network = kNetwork;
  chunk.data = dictionary;
  chunk.flags = ConfigChunk::kFastPropagate;
  chunk.update_id = 123;
  chunk.total_length = static_cast<uint32_t>(dictionary.size());
  Bytes bytes(9'000);
  ByteWriter out(bytes);
  chunk.SerializeSigned(out, lan.controller.self());
  for (int i = 0; i < 2; ++i) {
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, out.written());
  }
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkConfig) == 1);
  CHECK(lan.wire.log.back().verb != Verb::kNetworkConfigRequest);
}

TEST_CASE("Frames flow between members whose certificates agree") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  REQUIRE(lan.bob.frames.size() == 1);
  CHECK(Text(lan.bob.frames[0].payload) == "hello");
  CHECK(lan.bob.frames[0].source == lan.MacOf(lan.alice));
  CHECK(lan.bob.frames[0].destination == lan.MacOf(lan.bob));
  CHECK(lan.bob.frames[0].ether_type == 0x0800);
  // Credentials went ahead of the first frame and not again with the second.
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkCredentials) == 1);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "again");
  CHECK(lan.bob.frames.size() == 2);
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkCredentials) == 1);
}

TEST_CASE("A frame that overtook its credentials waits for them, and the sender is asked at most once a second") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  bool lose_credentials = true;
  lan.wire.lose = [&](const Sent& s) { return lose_credentials && s.verb == Verb::kNetworkCredentials; };
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "one");
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "two");
  CHECK(lan.bob.frames.empty());
  CHECK(lan.wire.Count(lan.bob.address(), Verb::kError) == 1);
  lose_credentials = false;
  lan.wire.Advance(1'500);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "three");  // the error brings the credentials, they bring the frames
  CHECK(lan.bob.frames.size() == 3);
}

TEST_CASE("A deferred frame is dropped after five seconds") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.wire.lose = [&](const Sent& s) { return s.verb == Verb::kNetworkCredentials; };
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "one");
  lan.wire.Advance(6'000);
  CHECK(lan.bob.drops.Of(DropReason::kQueueTimeout) == 1);
}

TEST_CASE("Credentials wait for the controller's identity") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.bob.Forget(lan.controller.address());
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  CHECK(lan.bob.frames.empty());
  CHECK(lan.bob.identity_requests == std::vector{lan.controller.address()});
  lan.bob.Reveal(lan.controller.address());
  CHECK(lan.bob.frames.size() == 1);
}

TEST_CASE("A frame with its certificate attached waits for the controller's identity, as older members send them") {
  Lan lan;
  lan.Join(lan.bob);
  lan.bob.Forget(lan.controller.address());
  wire::ExtFrame frame;
  frame.network = kNetwork;
  frame.com = CertificateOfMembership::Issue(lan.controller.self(), kNetwork, lan.alice.self().identity(),
                                             lan.wire.now.wall.ms, 1'800'000);
  frame.destination = lan.MacOf(lan.bob);
  frame.source = lan.MacOf(lan.alice);
  frame.ether_type = 0x0800;
  const Bytes payload(40);
  frame.payload = payload;
  Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kExtFrame, testing::Write(frame));
  CHECK(lan.bob.frames.empty());
  CHECK(lan.bob.identity_requests == std::vector{lan.controller.address()});
  lan.bob.Reveal(lan.controller.address());
  CHECK(lan.bob.frames.size() == 1);
}

TEST_CASE("A stranger's frames do not pass, on a public network they do") {
  for (const bool is_public : {false, true}) {
    Lan lan;
    lan.shape.is_public = is_public;
    lan.Join(lan.alice);
    const Bytes payload = FromHex("01020304");
    const Bytes frame = testing::Write(wire::Frame{kNetwork, 0x0800, payload});
    const bool trust = Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kFrame, frame);
    CHECK(trust == is_public);
    CHECK(lan.alice.frames.size() == (is_public ? 1 : 0));
  }
}

TEST_CASE("After a revocation a member's frames stop") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "hello");
  CHECK(lan.alice.frames.size() == 1);
  lan.denied = {lan.bob.address()};
  lan.wire.Advance(10);
  const std::vector recipients = {lan.alice.address()};
  lan.controller.vl2->Revoke(lan.wire.now, kNetwork, {lan.bob.address()}, recipients);
  lan.wire.Settle();
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "still here");
  CHECK(lan.alice.frames.size() == 1);
  lan.wire.Advance(3'000);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "and now");  // shows its old certificate again: refused
  CHECK(lan.alice.frames.size() == 1);
}

TEST_CASE("A revocation covers what an earlier run issued, with a clock ahead of this one") {
  Lan lan;
  lan.Join(lan.alice);
  const std::vector recipients = {lan.alice.address()};
  for (const int64_t ahead : {-1000, 60'000}) {
    const int64_t wall = lan.wire.now.wall.ms;
    lan.controller.vl2->Revoke(lan.wire.now, kNetwork, {lan.bob.address(), wall + ahead}, recipients);
    const auto message = wire::NetworkCredentials::Parse(lan.wire.log.back().payload);
    REQUIRE(message);
    REQUIRE(message->revocations.size() == 1);
    CHECK(message->revocations[0].threshold == std::max(wall, wall + ahead));
  }
}

TEST_CASE("A revocation is passed on to members, and only while it is news") {
  Lan lan;
  TestNode carol(lan.wire, testing::kCarolSecret);
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.Join(carol);
  lan.SendText(carol, lan.MacOf(lan.alice), "hello");
  lan.SendText(lan.alice, lan.MacOf(carol), "hello");
  lan.SendText(lan.bob, lan.MacOf(carol), "hello");
  CHECK(carol.frames.size() == 2);
  lan.wire.Advance(1'500);
  const size_t before = lan.wire.log.size();
  const std::vector recipients = {lan.alice.address()};
  lan.controller.vl2->Revoke(lan.wire.now, kNetwork, {lan.bob.address()}, recipients);
  lan.wire.Settle();
  lan.SendText(lan.bob, lan.MacOf(carol), "revoked by word of mouth");
  CHECK(carol.frames.size() == 2);
  size_t floods = 0;
  for (size_t i = before; i < lan.wire.log.size(); ++i) {
    const Sent& s = lan.wire.log[i];
    if (s.from == lan.controller.address()) continue;
    if (s.verb == Verb::kNetworkCredentials && s.from != lan.bob.address()) ++floods;
  }
  CHECK(floods <= 3);  // alice to bob and carol, carol to bob: then everybody knows
}

TEST_CASE("Certificates that are too far apart in time do not agree") {
  Lan lan;
  lan.shape.credential_time_max_delta = 300'000;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "hello");
  CHECK(lan.alice.frames.size() == 1);
  lan.denied = {lan.bob.address()};  // bob gets no fresh certificate, nobody revokes the old one
  lan.wire.Advance(200'000);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "still fresh enough");
  CHECK(lan.alice.frames.size() == 2);
  lan.wire.Advance(200'000);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "too old");
  CHECK(lan.alice.frames.size() == 2);
}

TEST_CASE("Credentials are taken from a peer once a second") {
  Lan lan;
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "hello");
  const auto sent = std::find_if(lan.wire.log.begin(), lan.wire.log.end(), [&](const Sent& s) {
    return s.from == lan.bob.address() && s.verb == Verb::kNetworkCredentials;
  });
  REQUIRE(sent != lan.wire.log.end());
  const Bytes payload = sent->payload;
  CHECK(!Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkCredentials, payload));
  CHECK(lan.alice.drops.Of(DropReason::kRateLimited) == 1);
  lan.wire.Advance(1'000);
  CHECK(Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkCredentials, payload));
}

TEST_CASE("The controller answers a member once a second") {
  Lan lan;
  lan.Join(lan.alice);
  lan.alice.vl2->Leave(lan.wire.now, kNetwork);
  lan.alice.vl2->Join(lan.wire.now, kNetwork, {});
  lan.wire.Settle();
  CHECK(lan.controller.requests.size() == 1);
  CHECK(lan.controller.drops.Of(DropReason::kRateLimited) == 1);
}

TEST_CASE("A controller that joins its own network asks itself") {
  Lan lan;
  lan.Join(lan.controller);
  CHECK(lan.StatusOf(lan.controller) == NetworkStatus::kOk);
  REQUIRE(lan.controller.requests.size() == 1);
  CHECK(lan.controller.requests[0].id.value == 0xffffffffffffffffULL);
  CHECK(lan.wire.Count(lan.controller.address(), Verb::kNetworkConfigRequest) == 0);
  lan.Join(lan.alice);
  lan.SendText(lan.alice, lan.MacOf(lan.controller), "hello");
  CHECK(lan.controller.frames.size() == 1);
}

TEST_CASE("Without its controller part a node finds its own network missing") {
  Lan lan;
  lan.controller.vl2->EnableController(false);
  lan.Join(lan.controller);
  CHECK(lan.StatusOf(lan.controller) == NetworkStatus::kNotFound);
}

TEST_CASE("A push reaches the member without a request") {
  Lan lan;
  lan.Join(lan.alice);
  lan.wire.Advance(100);
  lan.shape.name = "renamed";
  CHECK(lan.controller.vl2->Grant(lan.wire.now, lan.alice.address(), {}, lan.For(lan.alice.address())));
  lan.wire.Settle();
  CHECK(lan.alice.vl2->Info(kNetwork)->config->name == "renamed");
}

TEST_CASE("Frames to ourselves come back from Flush and not from inside the send") {
  Lan lan;
  lan.Join(lan.alice);
  const Bytes payload = {1, 2, 3};
  const ByteSpan piece = payload;
  lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, lan.MacOf(lan.alice), lan.MacOf(lan.alice), 0x0800, {&piece, 1});
  CHECK(lan.alice.frames.empty());
  lan.alice.vl2->Flush(lan.wire.now);
  CHECK(lan.alice.frames.size() == 1);
}

TEST_CASE("Payload pieces arrive as one, with and without rules that look at them") {
  for (const bool examine : {false, true}) {
    Lan lan;
    if (examine) {
      Rule late;  // a big-endian byte at index 200, beyond what is joined for ordinary rules
      late.type = RuleType::kIntegerRange;
      late.low = late.high = 0x77;
      late.index = 193;
      late.format = 7;
      lan.shape.rules = {late, AcceptRule()};
    }
    lan.Join(lan.alice);
    lan.Join(lan.bob);
    Bytes first(150, 0x11), second(150, 0x22);
    second[50] = 0x77;
    const std::array<ByteSpan, 2> pieces{ByteSpan(first), ByteSpan(second)};
    lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, lan.MacOf(lan.alice), lan.MacOf(lan.bob), 0x0800, pieces);
    lan.wire.Settle();
    REQUIRE(lan.bob.frames.size() == 1);
    CHECK(lan.bob.frames[0].payload.size() == 300);
    CHECK(lan.bob.frames[0].payload[200] == 0x77);
    second[50] = 0;
    lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, lan.MacOf(lan.alice), lan.MacOf(lan.bob), 0x0800, pieces);
    lan.wire.Settle();
    CHECK(lan.bob.frames.size() == (examine ? 1 : 2));
  }
}

TEST_CASE("A tee sends a copy to its target, which takes it in spite of foreign MACs") {
  Lan lan;
  TestNode carol(lan.wire, testing::kCarolSecret);
  Rule tee;
  tee.type = RuleType::kActionTee;
  tee.address = carol.address();
  lan.shape.rules = {tee, AcceptRule()};
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.Join(carol);
  lan.SendText(lan.alice, lan.MacOf(carol), "so that carol knows alice");
  lan.SendText(lan.bob, lan.MacOf(carol), "and bob");
  carol.frames.clear();
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "private");
  REQUIRE(lan.bob.frames.size() == 1);
  REQUIRE(carol.frames.size() == 2);  // one copy from the sender, one from the receiver
  CHECK(Text(carol.frames[0].payload) == "private");
  CHECK(carol.frames[0].destination == lan.MacOf(lan.bob));
}

TEST_CASE("A redirect takes the frame away from its destination") {
  Lan lan;
  TestNode carol(lan.wire, testing::kCarolSecret);
  Rule redirect;
  redirect.type = RuleType::kActionRedirect;
  redirect.address = carol.address();
  Rule only_ipv4;
  only_ipv4.type = RuleType::kEtherType;
  only_ipv4.number = 0x0800;
  lan.shape.rules = {only_ipv4, redirect, AcceptRule()};
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.Join(carol);
  lan.SendText(lan.alice, lan.MacOf(carol), "warm up", 0x0801);
  carol.frames.clear();
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "taken");
  CHECK(lan.bob.frames.empty());
  REQUIRE(carol.frames.size() == 1);
  CHECK(Text(carol.frames[0].payload) == "taken");
}

TEST_CASE("A capability lets its holder through where the rules decide nothing") {
  Lan lan;
  lan.shape.rules.clear();  // no match: everything needs a capability
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "refused");
  CHECK(lan.bob.frames.empty());
  IssuedConfig issued = lan.For(lan.alice.address());
  issued.config.timestamp += 1;
  issued.capabilities.push_back({5, FromHex("0100"), 1});
  CHECK(lan.controller.vl2->Grant(lan.wire.now, lan.alice.address(), {}, issued));
  lan.wire.Settle();
  lan.wire.Advance(1'000);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "allowed");
  CHECK(lan.bob.frames.size() == 1);
  lan.SendText(lan.bob, lan.MacOf(lan.alice), "not the other way");
  CHECK(lan.alice.frames.empty());
}

TEST_CASE("Frames from MACs that are not ours go out only through bridges") {
  Lan lan;
  const Mac foreign{0x0a1122334455};
  const ByteSpan nothing;
  lan.Join(lan.alice);
  lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, foreign, lan.MacOf(lan.bob), 0x0800, {&nothing, 1});
  CHECK(lan.alice.drops.Of(DropReason::kNoBridge) == 1);

  lan.shape.specialists = {{lan.bob.address().value | Specialist::kActiveBridge}};
  lan.wire.Advance(70'000);  // refreshed: bob is a bridge now
  lan.Join(lan.bob);
  const Bytes text = {'h', 'i'};
  const ByteSpan piece = text;
  lan.bob.vl2->SendFrame(lan.wire.now, kNetwork, foreign, lan.MacOf(lan.alice), 0x0800, {&piece, 1});
  lan.wire.Settle();
  REQUIRE(lan.alice.frames.size() == 1);
  CHECK(lan.alice.frames[0].source == foreign);
  lan.SendText(lan.alice, foreign, "back through the bridge");
  REQUIRE(lan.bob.frames.size() == 1);
  CHECK(lan.bob.frames[0].destination == foreign);
}

TEST_CASE("User messages go up as they are") {
  Lan lan;
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kUserMessage, FromHex("0000000000012345aabb"));
  CHECK(lan.alice.user_messages == std::vector<uint64_t>{0x12345});
}

TEST_CASE("Remote traces go up text by text") {
  Lan lan;
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kRemoteTrace, FromHex("613d3100623d320063"));
  CHECK(lan.alice.traces == std::vector<std::string>{"a=1", "b=2"});  // text after the last zero byte is ignored
}

TEST_CASE("There is a limit to joined networks") {
  Lan lan;
  for (uint64_t i = 0; i < Vl2::kMaxNetworks; ++i) {
    CHECK(lan.alice.vl2->Join(lan.wire.now, {0xff00000000000003 + (i << 8)}, {}));
  }
  CHECK(!lan.alice.vl2->Join(lan.wire.now, kNetwork, {}));
}

}  // namespace
}  // namespace zt::vl2
