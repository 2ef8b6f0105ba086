// The robustness checklist of vl2.md §19: a test or two for each of its lines, in its order. What a line means in
// detail is tested beside the part concerned; here it is seen to hold for a node as a whole.
#include <doctest/doctest.h>

#include "vl2/config_issuer.h"
#include "vl2/network.h"
#include "vl2/test_lan.h"
#include "wire/verb/error.h"
#include "wire/verb/ext_frame.h"
#include "wire/verb/multicast_frame.h"
#include "wire/verb/multicast_gather.h"
#include "wire/verb/multicast_like.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/network_credentials.h"
#include "wire/verb/reply.h"

namespace zt::vl2 {
namespace {

using testing::Inject;
using testing::Lan;
using testing::Sent;
using testing::TestNode;
using testing::Write;

constexpr NetworkId kNetwork = testing::kLanNetwork;

constexpr Mac kGroup{0x333300000001};

// Two members that have talked in every verb of VL2, and whose words are in the wire's log.
struct Talk : Lan {
  Talk() {
    Join(alice);
    Join(bob);
    const std::vector<MulticastGroup> groups = {{kGroup, 0}};
    for (TestNode* node : {&alice, &bob}) node->vl2->SetGroups(wire.now, kNetwork, groups);
    wire.Settle();
    SendText(alice, MacOf(bob), "hello");
    SendText(bob, MacOf(alice), "hello");
    SendText(alice, kGroup, "everybody");
    SendText(bob, kGroup, "everybody");
    wire.Advance(6'000);
  }
};

// Every VL2 message with the bytes it cannot do without.
struct Sample {
  const char* what;
  Verb verb;
  Bytes payload;
  size_t least;
};

std::vector<Sample> Samples(Talk& talk) {
  const SecretIdentity& controller = talk.controller.self();
  const auto com = CertificateOfMembership::Issue(controller, kNetwork, talk.alice.self().identity(), 1, 1);
  const Bytes body(20);
  std::vector<Sample> out;
  const Bytes dictionary = {'a', '=', 'b'};
  wire::NetworkConfigRequest request;
  request.network = kNetwork;
  request.metadata = dictionary;
  out.push_back({"request", Verb::kNetworkConfigRequest, Write(request), 8 + 2 + 3});
  const Bytes chunk = CutConfig(controller, kNetwork, dictionary, 5).at(0);
  out.push_back({"push", Verb::kNetworkConfig, chunk, chunk.size()});
  wire::ExtFrame ext;
  ext.network = kNetwork;
  ext.com = com;
  ext.destination = talk.MacOf(talk.bob);
  ext.source = talk.MacOf(talk.alice);
  ext.payload = body;
  out.push_back({"EXT_FRAME", Verb::kExtFrame, Write(ext), Write(ext).size() - body.size()});
  wire::MulticastFrame multicast;
  multicast.network = kNetwork;
  multicast.com = com;
  multicast.gather_limit = 5;
  multicast.source = talk.MacOf(talk.alice);
  multicast.destination = kGroup;
  multicast.payload = body;
  out.push_back({"MULTICAST_FRAME", Verb::kMulticastFrame, Write(multicast), Write(multicast).size() - body.size()});
  wire::MulticastGather gather;
  gather.network = kNetwork;
  gather.mac = kGroup;
  gather.limit = 5;
  out.push_back({"MULTICAST_GATHER", Verb::kMulticastGather, Write(gather), Write(gather).size()});
  wire::MulticastLike like;
  like.entries.push_back({kNetwork, kGroup, 0});
  out.push_back({"MULTICAST_LIKE", Verb::kMulticastLike, Write(like), 18});
  wire::OkMulticastGather found{{1}, kNetwork, kGroup, 0, {2, {talk.alice.address(), talk.bob.address()}}};
  out.push_back({"OK(MULTICAST_GATHER)", Verb::kOk, Write(found), Write(found).size()});
  out.push_back({"ERROR", Verb::kError,
                 [] {
                   Bytes bytes(64);
                   ByteWriter writer(bytes);
                   wire::WriteNetworkError(writer, Verb::kFrame, {1}, WireError::kNetworkAccessDenied, kNetwork);
                   bytes.resize(writer.size());
                   return bytes;
                 }(),
                 1 + 8 + 1 + 8});
  return out;
}

TEST_CASE("§19.1 Every read is bounded: a message that ends early is malformed and nothing else") {
  Talk talk;
  for (const Sample& sample : Samples(talk)) {
    CAPTURE(sample.what);
    for (size_t size = 0; size < sample.least; ++size) {
      CAPTURE(size);
      const Bytes cut(sample.payload.begin(), sample.payload.begin() + static_cast<std::ptrdiff_t>(size));
      const uint64_t before = talk.bob.drops.Of(DropReason::kMalformed);
      const size_t sent = talk.wire.log.size();
      // The unsigned form of a chunk is the one beginning that is complete, and not believed.
      const bool legacy = sample.verb == Verb::kNetworkConfig && size == 8 + 2 + 3;
      Inject(talk.wire, talk.bob, talk.alice.address(), sample.verb, cut);
      CHECK(talk.bob.drops.Of(DropReason::kMalformed) == before + (legacy ? 0 : 1));
      CHECK(talk.wire.log.size() == sent);
    }
  }
}

TEST_CASE("§19.1 No beginning of anything members and controllers say to each other does harm") {
  Talk talk;
  const std::vector<Sent> said = talk.wire.log;
  REQUIRE(said.size() > 10);
  const size_t frames = talk.alice.frames.size() + talk.bob.frames.size();
  size_t frame_cuts = 0;
  for (const Sent& s : said) {
    TestNode* to = talk.wire.nodes.at(s.to);
    for (size_t size = 0; size < s.payload.size(); size += 1 + size / 64) {
      if (s.verb == Verb::kFrame || s.verb == Verb::kMulticastFrame) ++frame_cuts;
      const Bytes cut(s.payload.begin(), s.payload.begin() + static_cast<std::ptrdiff_t>(size));
      Inject(talk.wire, *to, s.from, s.verb, cut);
    }
  }
  for (const TestNode* node : {&talk.alice, &talk.bob}) CHECK(talk.StatusOf(*node) == NetworkStatus::kOk);
  CHECK(talk.alice.frames.size() + talk.bob.frames.size() <= frames + frame_cuts);
  talk.SendText(talk.alice, talk.MacOf(talk.bob), "still there");
  CHECK(talk.bob.frames.back().payload.size() == 11);
}

TEST_CASE("§19.2 List lengths are not trusted: capabilities and tags of a configuration") {
  Lan lan;
  lan.Join(lan.alice);
  IssuedConfig issued = lan.For(lan.alice.address());
  issued.config.timestamp += 1;
  NetworkConfig config = *IssueConfig(lan.controller.self(), lan.alice.self().identity(), issued);
  Tag tag;
  tag.network = kNetwork;
  tag.issued_to = lan.alice.address();
  tag.Sign(lan.controller.self());
  Capability capability;
  capability.network = kNetwork;
  capability.SignFor(lan.alice.address(), lan.controller.self());
  config.tags.assign(300, tag);
  config.capabilities.assign(300, capability);
  const Bytes dictionary = *config.Serialize();
  CHECK(dictionary.size() > 80'000);
  uint64_t id = 1;
  for (const Bytes& chunk : CutConfig(lan.controller.self(), kNetwork, dictionary, 5)) {
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, chunk, id++);
  }
  REQUIRE(lan.alice.configurations == 2);
  CHECK(lan.alice.vl2->Info(kNetwork)->config->tags.size() == 128);
  CHECK(lan.alice.vl2->Info(kNetwork)->config->capabilities.size() == 128);
}

TEST_CASE("§19.2 List lengths are not trusted: things of an ownership, counts of credentials and gathered members") {
  Talk talk;
  CertificateOfOwnership coo;
  coo.network = kNetwork;
  for (uint32_t i = 0; i < 16; ++i) coo.things.push_back(OwnedThing::Of(IpAddress::V4(i)));
  coo.issued_to = talk.alice.address();
  coo.Sign(talk.controller.self());
  wire::NetworkCredentials message;
  message.ownerships.push_back(coo);
  // COM list end, then the counts of capabilities, tags, revocations and ownerships, then the first of these.
  const Bytes good = Write(message);
  const size_t things = 1 + 8 + 28;
  REQUIRE(good[things + 1] == 16);
  for (const size_t at : {size_t{1}, size_t{3}, size_t{5}, size_t{7}, things}) {
    talk.wire.Advance(1'000);
    Bytes bad = good;
    bad[at] = bad[at + 1] = 0xff;
    const uint64_t before = talk.bob.drops.Of(DropReason::kMalformed);
    Inject(talk.wire, talk.bob, talk.alice.address(), Verb::kNetworkCredentials, bad);
    CHECK(talk.bob.drops.Of(DropReason::kMalformed) == before + 1);
  }
  Bytes found = Write(wire::OkMulticastGather{{1}, kNetwork, kGroup, 0, {2, {talk.alice.address()}}});
  found[found.size() - 7] = found[found.size() - 6] = 0xff;
  const uint64_t before = talk.bob.drops.Of(DropReason::kMalformed);
  Inject(talk.wire, talk.bob, talk.controller.address(), Verb::kOk, found);
  CHECK(talk.bob.drops.Of(DropReason::kMalformed) == before + 1);
}

TEST_CASE("§19.3 MULTICAST_LIKE is judged entry by entry: one network's verdict says nothing of the next") {
  Talk talk;
  const NetworkId foreign{kNetwork.value + 1}, closed{kNetwork.value + 2};
  // Bob is on `closed` as well, alice is not.
  NetworkConfig config;
  config.network = closed;
  config.issued_to = talk.bob.address();
  CHECK(talk.bob.vl2->Join(talk.wire.now, closed, *config.Serialize()));
  wire::MulticastLike like;
  for (const NetworkId id : {foreign, kNetwork, closed, foreign, kNetwork}) like.entries.push_back({id, kGroup, 7});
  Inject(talk.wire, talk.bob, talk.alice.address(), Verb::kMulticastLike, Write(like));
  CHECK(talk.bob.drops.Of(DropReason::kNotAMember) == 3);
}

TEST_CASE("§19.4 NEED_MEMBERSHIP_CERTIFICATE is said once a second to each peer, and answered once a second") {
  Lan lan;
  lan.Join(lan.bob);
  Bytes frame(30);
  ByteWriter out(frame);
  out.U64(kNetwork.value);
  for (int i = 0; i < 100; ++i) {
    Inject(lan.wire, lan.bob, lan.alice.address(), Verb::kFrame, frame);
    lan.wire.Advance(20);
  }
  CHECK(lan.wire.Count(lan.bob.address(), Verb::kError) == 2);
  lan.Join(lan.alice);
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  Bytes complaint(30);
  ByteWriter error(complaint);
  wire::WriteNetworkError(error, Verb::kFrame, {1}, WireError::kNeedMembershipCertificate, kNetwork);
  const size_t before = lan.wire.Count(lan.alice.address(), Verb::kNetworkCredentials);
  CHECK(before == 1);
  for (int i = 0; i < 100; ++i) {
    Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kError, error.written());
    lan.wire.Advance(30);
  }
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkCredentials) == before + 2);
}

TEST_CASE("§19.5 Records of nodes that nobody knows any more go, and with them what is sent to them") {
  Talk talk;
  const auto revoke = [&](uint32_t tag) {
    wire::NetworkCredentials news;
    Revocation& r = news.revocations.emplace_back();
    r.network = kNetwork;
    r.credential_id = tag;
    r.threshold = talk.wire.now.wall.ms;
    r.flags = Revocation::kFastPropagate;
    r.target = talk.bob.address();
    r.type = CredentialType::kTag;
    r.Sign(talk.controller.self());
    const size_t before = talk.wire.Count(talk.bob.address(), Verb::kNetworkCredentials);
    Inject(talk.wire, talk.bob, talk.controller.address(), Verb::kNetworkCredentials, Write(news));
    return talk.wire.Count(talk.bob.address(), Verb::kNetworkCredentials) - before;
  };
  CHECK(revoke(1) == 1);  // to alice
  talk.bob.Forget(talk.alice.address());
  talk.wire.Advance(120'000);
  CHECK(revoke(2) == 0);
}

TEST_CASE("§19.5 Bridge routes and the groups of hosts behind us are forgotten when nothing is heard of them") {
  Network network(kNetwork, {1});
  const Instant start{1'000'000};
  network.routes.Learn(start, Mac{0x020000000001}, {2});
  network.routes.Expire(start + BridgeRoutes::kExpiry);
  CHECK(!network.routes.Find(Mac{0x020000000001}));
  // A bridge announces the group of a host behind it until that host was silent for twenty minutes.
  Lan lan;
  lan.shape.specialists = {{lan.alice.address().value | Specialist::kActiveBridge}};
  lan.Join(lan.alice);
  const uint8_t text[] = {1, 2, 3};
  const ByteSpan piece(text);
  lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, Mac{0x020000000001}, kGroup, 0x0800, {&piece, 1});
  const auto announced = [&] {
    lan.wire.log.clear();
    lan.wire.Advance(66'000);
    return std::any_of(lan.wire.log.begin(), lan.wire.log.end(), [](const Sent& s) {
      if (s.verb != Verb::kMulticastLike) return false;
      const auto like = wire::MulticastLike::Parse(s.payload);
      return std::any_of(like->entries.begin(), like->entries.end(), [](const auto& e) { return e.mac == kGroup; });
    });
  };
  CHECK(announced());
  lan.wire.Advance(1'000'000);
  CHECK(announced());
  lan.wire.Advance(120'000);
  CHECK(!announced());
}

TEST_CASE("§19.6 A capability with rules nobody knows verifies and is passed on byte for byte") {
  Lan lan;
  const Bytes rules = {0x3d, 0x03, 1, 2, 3, 0x01, 0x00};  // an unknown match, then ACCEPT
  lan.controller.on_request = [&](const Now& now, const ControllerRequest& r) {
    IssuedConfig issued = lan.For(r.member.address);
    issued.capabilities.push_back({9, rules, 2});
    CHECK(lan.controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
  };
  lan.Join(lan.alice);
  lan.Join(lan.bob);
  const NetworkConfig* held = lan.alice.vl2->Info(kNetwork)->config;
  REQUIRE(held->capabilities.size() == 1);
  CHECK(held->capabilities[0].rule_bytes == rules);
  CHECK(held->capabilities[0].Verify(lan.controller.self().identity()));
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  const auto shown = std::find_if(lan.wire.log.begin(), lan.wire.log.end(),
                                  [](const Sent& s) { return s.verb == Verb::kNetworkCredentials; });
  REQUIRE(shown != lan.wire.log.end());
  CHECK(wire::NetworkCredentials::Parse(shown->payload)->capabilities == held->capabilities);
  CHECK(lan.bob.drops.Of(DropReason::kBadCredential) == 0);
}

TEST_CASE("§19.7 A broken or false credential touches nothing but itself") {
  Talk talk;
  const NetworkId other{kNetwork.value + 1};
  wire::NetworkCredentials message;
  const auto com = [&](NetworkId id, const TestNode& signer) {
    return CertificateOfMembership::Issue(signer.self(), id, talk.alice.self().identity(),
                                          talk.wire.now.wall.ms + 1'000, 1'800'000);
  };
  message.coms = {com(kNetwork, talk.bob), com(other, talk.controller), com(kNetwork, talk.controller)};
  Bytes bytes = Write(message);
  bytes[bytes.size() - 8] = 0xff;  // and a list of capabilities that is not there
  const uint64_t malformed = talk.bob.drops.Of(DropReason::kMalformed);
  CHECK(Inject(talk.wire, talk.bob, talk.controller.address(), Verb::kNetworkCredentials, bytes));
  CHECK(talk.bob.drops.Of(DropReason::kBadCredential) == 1);
  CHECK(talk.bob.drops.Of(DropReason::kMalformed) == malformed + 1);
  CHECK(talk.StatusOf(talk.bob) == NetworkStatus::kOk);
  talk.SendText(talk.alice, talk.MacOf(talk.bob), "hello again");
  CHECK(talk.bob.frames.back().payload.size() == 11);
}

TEST_CASE("§19.8 The port gets its own frames from a queue, not from inside the sending call") {
  Lan lan;
  lan.Join(lan.alice);
  const uint8_t text[] = {1, 2, 3};
  const ByteSpan piece(text);
  for (int i = 0; i < 10; ++i) {
    lan.alice.vl2->SendFrame(lan.wire.now, kNetwork, lan.MacOf(lan.alice), lan.MacOf(lan.alice), 0x0800, {&piece, 1});
  }
  CHECK(lan.alice.frames.empty());
  lan.alice.vl2->Flush(lan.wire.now);
  CHECK(lan.alice.frames.size() == 10);
}

TEST_CASE("§19.9 The stored configuration is the controller's dictionary, byte for byte, and reads back the same") {
  Lan lan;
  lan.shape.routes = {{{IpAddress::V4(0x0a000000), 8}, {}, 0, 0}};
  lan.shape.addresses = {{IpAddress::V4(0x0a000001), 8}};
  lan.shape.specialists = {{lan.bob.address().value | Specialist::kActiveBridge}};
  lan.shape.dns = {"example", {IpAddress::V4(0x0a000002)}};
  lan.shape.name = "line\nend \\ and = more";
  Bytes sent;
  lan.controller.on_request = [&](const Now& now, const ControllerRequest& r) {
    IssuedConfig issued = lan.For(r.member.address);
    issued.capabilities.push_back({1, {0x01, 0x00}, 1});
    issued.tags.push_back({2, 3});
    sent = *IssueConfig(lan.controller.self(), r.member, issued)->Serialize();
    CHECK(lan.controller.vl2->Grant(now, r.member.address, r.packet_id, issued));
  };
  lan.Join(lan.alice);
  REQUIRE(lan.alice.stored.size() == 2);
  CHECK(lan.alice.stored[1] == sent);
  const auto again = NetworkConfig::Parse(lan.alice.stored[1]);
  REQUIRE(again);
  CHECK(*again == *lan.alice.vl2->Info(kNetwork)->config);
  CHECK(*again->Serialize() == sent);
}

}  // namespace
}  // namespace zt::vl2
