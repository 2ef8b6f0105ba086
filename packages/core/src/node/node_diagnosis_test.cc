// What a whole node says about why it is not online: the event and the answer of diagnose (HOST_PROTOCOL.md §10).
#include "testing/node_lab.h"
#include "testing/relay_lab.h"
#include "testing/vl1_packets.h"
#include "wire/verb/error.h"
#include "wire/verb/ok_hello.h"
#include "wire/world.h"
#include "zt/makers.h"

namespace zt::testing {
namespace {

struct Said {
  Connectivity state = Connectivity::kStarting;
  std::vector<OfflineReason> reasons;
  bool operator==(const Said&) const = default;
};

Said Offline(std::vector<OfflineReason> reasons) { return {Connectivity::kOffline, std::move(reasons)}; }

Said Read(node::HostReader in) {
  Said said{static_cast<Connectivity>(in.U8()), {}};
  for (size_t left = in.U16(); left > 0; --left) said.reasons.push_back(static_cast<OfflineReason>(in.U8()));
  REQUIRE(in.ok());
  return said;
}

Said Told(const LabHost& host) {
  const EventRecord* event = host.Last(Event::kNodeConnectivity);
  return event == nullptr ? Said{} : Read(node::HostReader(event->body));
}

Said Diagnosed(NodeLab& lab, LabHost& host) {
  REQUIRE(lab.Do(host, Command::kDiagnose) == Status::kOk);
  return Read(lab.Body());
}

// A node whose root is cut off; the test answers in the root's place, with its key.
struct RootInOurHands {
  RootInOurHands() : node(lab.Add(2)) {
    lab.root->cut = true;
    lab.tap = [this](const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
      if (from == node.endpoint && to == lab.root->endpoint) hello.assign(bytes.begin(), bytes.end());
    };
  }
  void Answer(Verb verb, const Bytes& payload) {
    const SecretIdentity root = *SecretIdentity::ParseText(kTestSecrets[0]);
    const Identity to = SecretIdentity::ParseText(kTestSecrets[2])->identity();
    lab.Fly(lab.root->endpoint, node.endpoint, MakePacket(root, to, {.verb = verb, .payload = payload}));
    lab.Run(NodeLab::kDelay + 1);
  }
  template <typename Message>
  void Answer(Verb verb, const Message& message) {
    Bytes payload(100);
    ByteWriter out(payload);
    message.SerializeTo(out);
    payload.resize(out.size());
    Answer(verb, payload);
  }

  NodeLab lab;
  LabHost& node;
  Bytes hello;  // the last one to the root
};

TEST_CASE("a machine whose clock is years off is told so when it is not online") {
  for (const int64_t wall : {int64_t{0}, int64_t{4'200'000'000'000}}) {
    CAPTURE(wall);
    RootInOurHands t;
    t.lab.wall_error = wall - NodeLab::kEpoch;
    t.lab.Run(60'000);
    const Said expected = Offline({OfflineReason::kClockAbsurd, OfflineReason::kUdpBlocked});
    CHECK(Told(t.node) == expected);
    CHECK(Diagnosed(t.lab, t.node) == expected);
    t.lab.wall_error = 0;  // somebody sets the clock
    t.lab.Run(20'000);
    CHECK(Told(t.node) == Offline({OfflineReason::kUdpBlocked}));
  }
}

TEST_CASE("a root of a version we may not talk to is told by the node") {
  RootInOurHands t;
  t.lab.Run(20'000);
  REQUIRE(Told(t.node) == Offline({OfflineReason::kUdpBlocked}));
  wire::OkHello ok;
  ok.in_re = wire::PacketView(t.hello).id();
  ok.protocol = 3;
  ok.surface = t.node.endpoint;
  t.Answer(Verb::kOk, ok);
  const Said expected = Offline({OfflineReason::kVersionRefused, OfflineReason::kNoRootReachable});
  CHECK(Told(t.node) == expected);
  CHECK(Diagnosed(t.lab, t.node) == expected);
  CHECK(t.node.Count(Event::kNodeOnline) == 0);
}

TEST_CASE("a root that knows our address with another key ends the node, which says why before") {
  RootInOurHands t;
  t.lab.Run(5'000);
  t.Answer(Verb::kError, wire::Error{.in_re_verb = Verb::kHello,
                                     .in_re = wire::PacketView(t.hello).id(),
                                     .code = WireError::kIdentityCollision,
                                     .data = {}});
  CHECK(Told(t.node) == Offline({OfflineReason::kIdentityCollision}));
  REQUIRE(t.node.events.size() >= 2);
  CHECK(t.node.events[t.node.events.size() - 2].code == Event::kNodeConnectivity);
  CHECK(t.node.events.back().code == Event::kNodeFatalError);
  CHECK(t.node.events.back().body[0] == static_cast<uint8_t>(FatalReason::kIdentityCollision));
}

TEST_CASE("a forced TCP relay that is down is blamed, not UDP, which nobody uses") {
  NodeLab lab;
  RelayLab relay(lab);
  relay.refuses = true;
  LabHost& a = lab.Add(2, RelayLab::Options(lab, 2, TcpRelayMode::kForced));
  lab.Run(60'000);
  CHECK(Told(a) == Offline({OfflineReason::kTcpRelayUnreachable}));
  CHECK(Diagnosed(lab, a) == Told(a));
  SUBCASE("it comes up") {
    relay.refuses = false;
    lab.RunUntil([&] { return Told(a).state == Connectivity::kTunneled; });
    CHECK(Told(a).reasons.empty());
  }
  SUBCASE("it comes up, but the root is down") {
    lab.root->cut = true;
    relay.refuses = false;
    lab.Run(60'000);
    CHECK(Told(a) == Offline({OfflineReason::kNoRootReachable}));
  }
}

// A moon with one root, serialized.
Bytes Moon(const Identity& root, const Endpoint& endpoint) {
  Bytes spec, moon;
  node::HostWriter out(spec);
  out.U8(static_cast<uint8_t>(WorldType::kMoon));
  out.U64(77);
  out.U64(1);
  out.Put(Bytes(kPublicKeySize, 0));                     // the next key: as the signing one, which is
  out.Put(Bytes(kPublicKeySize + kPrivateKeySize, 0));  // a fresh one
  out.Count(1);
  out.Str16(root.ToText());
  out.Count(1);
  out.Ep(endpoint);
  REQUIRE(MakeWorld(Seed(5), spec, moon) == Status::kOk);
  moon.resize(moon.size() - kPublicKeySize - kPrivateKeySize);
  return moon;
}

TEST_CASE("a node that lost its planet starts, has the roots of its moons, and takes no planet from anybody") {
  const SecretIdentity root = *SecretIdentity::ParseText(kTestSecrets[0]);
  const Identity self = SecretIdentity::ParseText(kTestSecrets[2])->identity();
  NodeLab lab;
  OptionsWriter options;
  options.Text(CreateOption::kIdentitySecret, kTestSecrets[2]).Add(CreateOption::kPlanet, Bytes{});
  options.Add(CreateOption::kRandomSeed, Seed(3));
  SUBCASE("no moon") {
    LabHost& a = lab.Add(2, options);
    lab.Run(1);
    CHECK(a.Count(Event::kNodeUp) == 1);
    CHECK(Told(a) == Offline({OfflineReason::kNoRoots}));
    CHECK(Diagnosed(lab, a) == Told(a));
  }
  SUBCASE("a moon, whose root has a planet for it") {
    Bytes hello;
    lab.tap = [&](const Endpoint& from, const Endpoint& to, ByteSpan bytes) {
      if (from == NodeLab::EndpointOf(2) && to == lab.root->endpoint) hello.assign(bytes.begin(), bytes.end());
    };
    LabHost& a = lab.Add(2, options.Add(CreateOption::kMoon, Moon(root.identity(), lab.root->endpoint)));
    lab.RunUntil([&] { return a.Count(Event::kNodeOnline) == 1; });
    wire::OkHello ok;
    ok.in_re = wire::PacketView(hello).id();
    ok.protocol = 12;
    ok.surface = a.endpoint;
    ok.worlds = lab.planet;
    Bytes payload(2000);
    ByteWriter out(payload);
    ok.SerializeTo(out);
    payload.resize(out.size());
    lab.Fly(lab.root->endpoint, a.endpoint, MakePacket(root, self, {.verb = Verb::kOk, .payload = payload}));
    lab.Run(1'000);
    CHECK(a.Count(Event::kStorePlanet) == 0);
  }
}

}  // namespace
}  // namespace zt::testing
