// Asking for configurations and taking them, older controllers and refusals included (vl2.md §3, §5, §6.7, §15).
#include "vl2/config_client.h"

#include <doctest/doctest.h>

#include "vl2/config_issuer.h"
#include "vl2/test_lan.h"
#include "wire/request_metadata.h"
#include "wire/verb/error.h"
#include "wire/verb/network_config_push.h"
#include "wire/verb/network_config_request.h"
#include "wire/verb/reply.h"

namespace zt::vl2 {
namespace {

using testing::Inject;
using testing::Lan;
using testing::Sent;
using testing::TestNode;
using testing::Write;

constexpr NetworkId kNetwork = testing::kLanNetwork;

NetworkConfig Issue(const Lan& lan, const TestNode& member, int64_t later = 0) {
  IssuedConfig issued = lan.For(member.address());
  issued.config.timestamp += later;
  return *IssueConfig(lan.controller.self(), member.self().identity(), issued);
}

// A push of one signed chunk.
Bytes Push(const Lan& lan, const NetworkConfig& config, uint64_t update_id) {
  return CutConfig(lan.controller.self(), kNetwork, *config.Serialize(), update_id).at(0);
}

// The form of controllers from before signed chunks: the data and nothing after it (vl2.md §5.3).
Bytes Legacy(const Bytes& dictionary) {
  ConfigChunk chunk;
  chunk.network = kNetwork;
  chunk.data = dictionary;
  chunk.is_legacy = true;
  return Write(chunk);
}

Bytes ErrorBytes(Verb in_re, WireError code, ByteSpan data) { return Write(wire::Error{in_re, {1}, code, data}); }

Bytes Concatenate(std::initializer_list<ByteSpan> parts) {
  Bytes out;
  for (const ByteSpan part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

constexpr uint8_t kNetworkBytes[] = {0xfc, 0x71, 0x20, 0xda, 0xe1, 0x00, 0x00, 0x01};

TEST_CASE("A request says who we are, what we understand and which configuration we hold") {
  Lan lan;
  lan.Join(lan.alice);
  const auto first = wire::NetworkConfigRequest::Parse(lan.wire.log.at(0).payload);
  REQUIRE(first);
  CHECK(lan.wire.log.at(0).expect_reply);
  CHECK(first->revision == 0);
  CHECK(first->timestamp == 0);
  const RequestMetadata said = RequestMetadata::Parse(first->metadata);
  CHECK(said.config_version == 7);
  CHECK(said.protocol_version == 12);
  CHECK(said.rules_engine == 1);
  CHECK(said.platform == "linux/x86_64");
  const int64_t held = lan.alice.vl2->Info(kNetwork)->config->timestamp;
  lan.wire.Advance(66'000);
  const auto last = std::find_if(lan.wire.log.rbegin(), lan.wire.log.rend(),
                                 [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; });
  const auto second = wire::NetworkConfigRequest::Parse(last->payload);
  CHECK(second->revision == 1);
  CHECK(second->timestamp == static_cast<uint64_t>(held));
}

TEST_CASE("When the controller falls silent the configuration stays and is asked for every five seconds") {
  Lan lan;
  lan.Join(lan.alice);
  lan.wire.lose = [&](const Sent& s) { return s.to == lan.controller.address(); };
  lan.wire.Advance(65'000);
  const size_t before = lan.wire.Count(lan.alice.address(), Verb::kNetworkConfigRequest);
  lan.wire.Advance(60'000);
  CHECK(lan.wire.Count(lan.alice.address(), Verb::kNetworkConfigRequest) == before + 12);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.vl2->Info(kNetwork)->config != nullptr);
}

TEST_CASE("A cached configuration that is broken, another member's or another network's counts as none") {
  Lan lan;
  NetworkConfig elsewhere = Issue(lan, lan.alice);
  elsewhere.network = {kNetwork.value + 1};
  const std::vector<Bytes> useless = {
      {'\n'}, {'v', '=', '7'}, *Issue(lan, lan.bob).Serialize(), *elsewhere.Serialize()};
  for (const Bytes& cached : useless) {
    TestNode carol(lan.wire, testing::kCarolSecret);
    lan.wire.lose = [](const Sent&) { return true; };
    CHECK(carol.vl2->Join(lan.wire.now, kNetwork, cached));
    lan.wire.Settle();
    CHECK(lan.StatusOf(carol) == NetworkStatus::kRequestingConfiguration);
    REQUIRE(carol.stored.size() == 1);
    CHECK(carol.stored[0] == Bytes{'\n'});  // what makes it join again after a restart
    CHECK(lan.wire.Count(carol.address(), Verb::kNetworkConfigRequest) >= 1);
    lan.wire.nodes.erase(carol.address());
  }
}

TEST_CASE("A cached configuration in force is not written again, and its credentials are shown as if new") {
  Lan lan;
  lan.Join(lan.bob);
  const Bytes cached = *Issue(lan, lan.alice).Serialize();
  lan.wire.lose = [&](const Sent& s) { return s.to == lan.controller.address(); };
  CHECK(lan.alice.vl2->Join(lan.wire.now, kNetwork, cached));
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.stored.empty());
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  CHECK(lan.bob.frames.size() == 1);
}

TEST_CASE("An unsigned configuration is believed from the controller alone, as an answer and as a push") {
  Lan lan;
  lan.wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; };
  lan.Join(lan.alice);
  const Bytes chunk = Legacy(*Issue(lan, lan.alice).Serialize());
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkConfig, chunk);
  CHECK(lan.alice.drops.Of(DropReason::kBadSignature) == 1);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, chunk, 4711);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  // The receipt names the packet, for want of an update id (vl2.md §5.4).
  const auto receipt = wire::OkNetworkConfigPush::Parse(lan.wire.log.back().payload);
  CHECK(*receipt == wire::OkNetworkConfigPush{{4711}, kNetwork, 4711});
  ByteArray<wire::Ok::kHeadSize> head;
  ByteWriter out(head);
  wire::WriteOkHead(out, Verb::kNetworkConfigRequest, {1});
  const Bytes answer = Concatenate({head, Legacy(*Issue(lan, lan.alice, 1).Serialize())});
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kOk, answer);
  CHECK(lan.alice.configurations == 2);
}

TEST_CASE("Members of a controller that knows neither name servers nor key-bound certificates talk") {
  Lan lan;
  const auto old = [&](const TestNode& member) {
    NetworkConfig config = Issue(lan, member);
    config.com->qualifiers.resize(3);  // vl2.md §7.2: time, network, member
    config.com->Sign(lan.controller.self());
    const Bytes dictionary = *config.Serialize();
    const std::string text(dictionary.begin(), dictionary.end());
    const std::string cut = text.substr(0, text.find("\nDNS="));  // and everything after it: sign-on
    return Bytes(cut.begin(), cut.end());
  };
  lan.wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; };
  for (TestNode* member : {&lan.alice, &lan.bob}) {
    lan.Join(*member);
    Inject(lan.wire, *member, lan.controller.address(), Verb::kNetworkConfig, Legacy(old(*member)));
    CHECK(lan.StatusOf(*member) == NetworkStatus::kOk);
    CHECK(member->vl2->Info(kNetwork)->config->dns == NetworkDns{});
  }
  lan.SendText(lan.alice, lan.MacOf(lan.bob), "hello");
  CHECK(lan.bob.frames.size() == 1);
}

TEST_CASE("A chunk may come from any member, for its signature is the controller's") {
  Lan lan;
  lan.wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; };
  lan.Join(lan.alice);
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkConfig, Push(lan, Issue(lan, lan.alice), 5), 6);
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.wire.log.back().to == lan.bob.address());  // who brought it gets the receipt
}

TEST_CASE("A chunk waits for the controller's identity") {
  Lan lan;
  lan.wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; };
  lan.Join(lan.alice);
  lan.alice.Forget(lan.controller.address());
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkConfig, Push(lan, Issue(lan, lan.alice), 5));
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);
  CHECK(lan.alice.identity_requests == std::vector{lan.controller.address()});
  lan.alice.Reveal(lan.controller.address());
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
}

TEST_CASE("A configuration for another member or network is acknowledged and not taken") {
  Lan lan;
  lan.Join(lan.alice);
  NetworkConfig elsewhere = Issue(lan, lan.alice, 1);
  elsewhere.network = {kNetwork.value + 1};
  uint64_t update = 7;
  for (const NetworkConfig& wrong : {Issue(lan, lan.bob, 1), elsewhere}) {
    const size_t before = lan.wire.Count(lan.alice.address(), Verb::kOk);
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, Push(lan, wrong, update++));
    CHECK(lan.wire.Count(lan.alice.address(), Verb::kOk) == before + 1);
  }
  CHECK(lan.alice.drops.Of(DropReason::kNotForUs) == 2);
  CHECK(lan.alice.configurations == 1);
}

TEST_CASE("A replay of the configuration in force ends no refusal and puts off no refresh") {
  Lan lan;
  lan.wire.lose = [](const Sent& s) { return s.verb == Verb::kNetworkConfigRequest; };
  lan.Join(lan.alice);
  const NetworkConfig config = Issue(lan, lan.alice);
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, Push(lan, config, 1));
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kError,
         ErrorBytes(Verb::kNetworkConfigRequest, WireError::kNetworkAccessDenied, kNetworkBytes));
  REQUIRE(lan.StatusOf(lan.alice) == NetworkStatus::kAccessDenied);
  lan.wire.Advance(59'000);
  const Deadline due = lan.alice.vl2->NextTimeout();
  Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kNetworkConfig, Push(lan, config, 2));
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kAccessDenied);
  CHECK(lan.alice.vl2->NextTimeout().at == due.at);
  CHECK(lan.alice.configurations == 1);
}

TEST_CASE("What the controller's errors make of a network") {
  struct Row {
    const char* what;
    Verb in_re;
    WireError code;
    NetworkStatus expected;
  };
  const Verb request = Verb::kNetworkConfigRequest, frame = Verb::kFrame;
  const Row rows[] = {
      {"not found", request, WireError::kObjectNotFound, NetworkStatus::kNotFound},
      {"no controller there", request, WireError::kUnsupportedOperation, NetworkStatus::kNotFound},
      {"not found, of something else", frame, WireError::kObjectNotFound, NetworkStatus::kRequestingConfiguration},
      {"unsupported, something else", frame, WireError::kUnsupportedOperation, NetworkStatus::kRequestingConfiguration},
      {"denied", request, WireError::kNetworkAccessDenied, NetworkStatus::kAccessDenied},
      {"denied, in answer to anything", frame, WireError::kNetworkAccessDenied, NetworkStatus::kAccessDenied},
      {"sign-on", request, WireError::kNetworkAuthenticationRequired, NetworkStatus::kAuthenticationRequired},
      {"invalid request", request, WireError::kInvalidRequest, NetworkStatus::kRequestingConfiguration},
      {"bad version", request, WireError::kBadProtocolVersion, NetworkStatus::kRequestingConfiguration},
      {"unknown", request, static_cast<WireError>(200), NetworkStatus::kRequestingConfiguration},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Lan lan;
    lan.wire.lose = [](const Sent&) { return true; };
    lan.Join(lan.alice);
    const size_t sent = lan.wire.log.size();
    Inject(lan.wire, lan.alice, lan.bob.address(), Verb::kError, ErrorBytes(row.in_re, row.code, kNetworkBytes));
    CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kRequestingConfiguration);  // only the controller may say so
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kError, ErrorBytes(row.in_re, row.code, kNetworkBytes));
    CHECK(lan.StatusOf(lan.alice) == row.expected);
    CHECK(lan.alice.statuses.size() == (row.expected == NetworkStatus::kRequestingConfiguration ? 0 : 1));
    CHECK(lan.wire.log.size() == sent);  // no error is ever answered
  }
}

TEST_CASE("A refusal for want of a sign-on is a state of its own, whatever the controller says about the sign-on") {
  const auto with = [](std::string_view dictionary, size_t stated) {
    Bytes data(std::begin(kNetworkBytes), std::end(kNetworkBytes));
    data.push_back(static_cast<uint8_t>(stated >> 8));
    data.push_back(static_cast<uint8_t>(stated));
    data.insert(data.end(), dictionary.begin(), dictionary.end());
    return data;
  };
  const std::string_view url = "aU=https://sign.on/here";
  const std::pair<Bytes, bool> cases[] = {
      {Bytes(std::begin(kNetworkBytes), std::end(kNetworkBytes)), true},
      {with(url, url.size()), true},
      {with("aV=1\niU=https://issuer", 22), true},
      {with("aV=0\nxx=1", 9), false},        // version 0 without a page to open
      {with(url, url.size() + 1), false},    // longer than what is there
  };
  for (const auto& [data, taken] : cases) {
    Lan lan;
    lan.wire.lose = [](const Sent&) { return true; };
    lan.Join(lan.alice);
    const Bytes error = ErrorBytes(Verb::kNetworkConfigRequest, WireError::kNetworkAuthenticationRequired, data);
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kError, error);
    CHECK((lan.StatusOf(lan.alice) == NetworkStatus::kAuthenticationRequired) == taken);
    CHECK((lan.alice.vl2->Info(kNetwork)->sign_on != nullptr) == taken);
  }
}

TEST_CASE("The page to sign on at is told with the refusal, again when it is another, and not once we are in") {
  const auto refusal = [](std::string_view dictionary) {
    Bytes data(std::begin(kNetworkBytes), std::end(kNetworkBytes));
    data.push_back(0);
    data.push_back(static_cast<uint8_t>(dictionary.size()));
    data.insert(data.end(), dictionary.begin(), dictionary.end());
    return ErrorBytes(Verb::kNetworkConfigRequest, WireError::kNetworkAuthenticationRequired, data);
  };
  Lan lan;
  lan.wire.lose = [](const Sent&) { return true; };
  lan.Join(lan.alice);
  const auto hear = [&](std::string_view dictionary) {
    Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kError, refusal(dictionary));
    return *lan.alice.vl2->Info(kNetwork)->sign_on;
  };
  CHECK(hear("aU=https://sign.on/1").url == "https://sign.on/1");
  CHECK(lan.alice.statuses.size() == 1);
  hear("aU=https://sign.on/1");
  CHECK(lan.alice.statuses.size() == 1);
  CHECK(hear("aU=https://sign.on/2").url == "https://sign.on/2");
  CHECK(lan.alice.statuses.size() == 2);
  const wire::AuthenticationRequired open_id =
      hear("aV=1\niU=https://issuer\naCU=https://central\naN=nonce\naS=state\naCID=client");
  CHECK(open_id.version == 1);
  CHECK(open_id.url == "https://issuer");
  CHECK(open_id.central_endpoint == "https://central");
  CHECK(open_id.nonce == "nonce");
  CHECK(open_id.state == "state");
  CHECK(open_id.client_id == "client");
  CHECK(open_id.provider == "default");
  const NetworkConfig config = Issue(lan, lan.alice, 1);
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, Push(lan, config, 5));
  CHECK(lan.StatusOf(lan.alice) == NetworkStatus::kOk);
  CHECK(lan.alice.vl2->Info(kNetwork)->sign_on == nullptr);
}

TEST_CASE("A network left hears nothing more") {
  Lan lan;
  lan.Join(lan.alice);
  const NetworkConfig config = Issue(lan, lan.alice, 1);
  CHECK(lan.alice.vl2->Leave(lan.wire.now, kNetwork));
  const size_t sent = lan.wire.log.size();
  Inject(lan.wire, lan.alice, lan.controller.address(), Verb::kNetworkConfig, Push(lan, config, 5));
  lan.wire.Advance(120'000);
  CHECK(lan.wire.log.size() == sent);
  CHECK(lan.alice.configurations == 1);
  CHECK(!lan.alice.vl2->Leave(lan.wire.now, kNetwork));
}

TEST_CASE("Low bandwidth: refreshed every 64 minutes, asked again every 25 seconds, groups not announced again") {
  Lan lan;
  TestNode carol(lan.wire, testing::kCarolSecret, {.platform = "linux/x86_64", .low_bandwidth = true});
  lan.wire.lose = [&](const Sent& s) { return s.to == lan.controller.address(); };
  lan.Join(carol);
  lan.wire.Advance(100'000);
  CHECK(lan.wire.Count(carol.address(), Verb::kNetworkConfigRequest) == 5);
  lan.wire.lose = nullptr;
  lan.wire.Advance(25'000);
  REQUIRE(lan.StatusOf(carol) == NetworkStatus::kOk);
  const size_t before = lan.wire.log.size();
  lan.wire.Advance(63 * 60'000);
  CHECK(lan.wire.log.size() == before);
  lan.wire.Advance(2 * 60'000);
  CHECK(lan.wire.Count(carol.address(), Verb::kNetworkConfigRequest) == 7);
  // What is new is told even so (vl2.md §12.3).
  const std::vector<MulticastGroup> groups = {{Mac{0x333300000001}, 0}};
  carol.vl2->SetGroups(lan.wire.now, kNetwork, groups);
  CHECK(lan.wire.Count(carol.address(), Verb::kMulticastLike) == 1);
  lan.wire.Advance(10 * 60'000);
  CHECK(lan.wire.Count(carol.address(), Verb::kMulticastLike) == 1);
}

}  // namespace
}  // namespace zt::vl2
