// Why a node is not online, each reason in virtual time (HOST_PROTOCOL.md §10).
#include "testing/vl1_lab.h"
#include "testing/vl1_packets.h"
#include "vl1/limits.h"
#include "wire/verb/error.h"
#include "wire/verb/ok_hello.h"

namespace zt::testing {
namespace {

using Reasons = std::vector<OfflineReason>;

// A root at 10.0.0.1 and a leaf at 10.1.0.1 that wants it.
struct Pair {
  explicit Pair(const vl1::Options& options = {})
      : root(lab.Add(0, "10.0.0.1/9993")), leaf(lab.Add(1, "10.1.0.1/9993", options)) {}
  World Planet(const std::vector<Endpoint>& endpoints) { return Vl1Lab::MakePlanet({{&root, endpoints}}); }
  void Give(const World& planet) { lab.GivePlanet(planet); }
  vl1::ConnectivityInfo Diagnosis() { return leaf.vl1->Diagnose(lab.now()); }
  Connectivity Told() {
    return leaf.connectivity.empty() ? Connectivity::kStarting : leaf.connectivity.back().second.state;
  }
  Reasons ToldReasons() { return leaf.connectivity.empty() ? Reasons{} : leaf.connectivity.back().second.reasons; }

  Vl1Lab lab;
  LabNode& root;
  LabNode& leaf;
};

TEST_CASE("a node that finds its root says online once, and diagnoses how it did") {
  Pair t;
  t.Give(t.Planet({t.root.endpoint}));
  CHECK(t.Diagnosis().state == Connectivity::kStarting);
  t.lab.Run(60000);
  REQUIRE(t.leaf.connectivity.size() == 1);
  CHECK(t.Told() == Connectivity::kOnline);
  CHECK(t.ToldReasons().empty());
  CHECK(t.leaf.connectivity[0].first == t.leaf.online_changes[0].first);
  const vl1::ConnectivityInfo info = t.Diagnosis();
  REQUIRE(info.roots.size() == 1);
  CHECK(info.roots[0].address == t.root.address());
  CHECK(info.roots[0].role == PeerRole::kPlanet);
  CHECK(info.roots[0].since_heard == info.since_root_heard);
  CHECK(info.since_root_heard < 20000);
  REQUIRE(info.roots[0].endpoints.size() == 1);
  CHECK(info.roots[0].endpoints[0].tries == 0);  // it answered the last one
  CHECK(info.roots[0].endpoints[0].since_try >= 0);
}

TEST_CASE("a root is online by itself") {
  Pair t;
  t.Give(t.Planet({t.root.endpoint}));
  t.lab.Run(1000);
  REQUIRE(t.root.connectivity.size() == 1);
  CHECK(t.root.connectivity[0].second.state == Connectivity::kOnline);
}

TEST_CASE("nothing at all arrives: UDP is blocked, said once after the time of starting, with what was tried") {
  Pair t;
  t.root.running = false;
  t.Give(t.Planet({t.root.endpoint}));
  t.lab.Run(vl1::kRootWarningAfter - 1);
  CHECK(t.leaf.connectivity.empty());
  CHECK(t.Diagnosis().state == Connectivity::kStarting);
  CHECK(t.Diagnosis().reasons == Reasons{OfflineReason::kUdpBlocked});  // so far
  t.lab.Run(10000);
  REQUIRE(t.leaf.connectivity.size() == 1);
  CHECK(t.Told() == Connectivity::kOffline);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
  t.lab.Run(300000);
  CHECK(t.leaf.connectivity.size() == 1);
  const vl1::ConnectivityInfo info = t.Diagnosis();
  CHECK(info.since_root_heard == -1);
  REQUIRE(info.roots.size() == 1);
  CHECK(info.roots[0].since_heard == -1);
  CHECK(info.roots[0].endpoints[0].tries > 30);
  CHECK(info.roots[0].endpoints[0].since_try <= vl1::kRootRetry);
  t.root.running = true;
  t.lab.Run(10000);
  CHECK(t.Told() == Connectivity::kOnline);
  CHECK(t.leaf.connectivity.size() == 2);
  CHECK(t.Diagnosis().roots[0].endpoints[0].tries == 0);
}

TEST_CASE("something arrives, but from no root: the roots are not reachable; then silence again") {
  Pair t;
  t.root.running = false;
  t.Give(t.Planet({t.root.endpoint}));
  t.lab.Run(20000);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
  t.lab.Inject(t.leaf, *Endpoint::Parse("10.9.0.1/5000"), Bytes(100, 7));  // garbage is a sign of life too
  t.lab.Run(1);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kNoRootReachable});
  t.lab.Run(vl1::kSilence + vl1::kRootRetry + vl1::kTimerGrid);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
  CHECK(t.leaf.connectivity.size() == 3);
}

TEST_CASE("a root that dies under a node that was online is told at once when the time of being online ends") {
  Pair t;
  t.Give(t.Planet({t.root.endpoint}));
  t.lab.Run(60000);
  t.root.running = false;
  t.lab.Run(vl1::kOnlineTimeout + 20000);
  REQUIRE(t.leaf.online_changes.size() == 2);
  REQUIRE(t.leaf.connectivity.size() == 2);
  CHECK(t.Told() == Connectivity::kOffline);
  CHECK(t.leaf.connectivity[1].first == t.leaf.online_changes[1].first);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
}

TEST_CASE("a planet without an endpoint to try says so without waiting") {
  Pair t;
  t.Give(t.Planet({}));
  t.lab.Run(1);
  CHECK(t.Told() == Connectivity::kOffline);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kNoRoots});
}

TEST_CASE("every endpoint of every root refused by the path check says so without waiting") {
  Pair t({.blacklist = {*IpPrefix::Parse("10.0.0.0/16")}});
  t.Give(t.Planet({t.root.endpoint, *Endpoint::Parse("10.0.0.2/9993")}));
  t.lab.Run(1);
  CHECK(t.Told() == Connectivity::kOffline);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kRootPathsRefused});
  const vl1::ConnectivityInfo info = t.Diagnosis();
  for (const vl1::RootEndpointInfo& endpoint : info.roots[0].endpoints) {
    CHECK(endpoint.refused);
    CHECK(endpoint.tries == 0);
    CHECK(endpoint.since_try == -1);
  }
}

TEST_CASE("one endpoint that may be used is enough not to blame the path check") {
  Pair t({.blacklist = {*IpPrefix::Parse("10.0.0.2/32")}});
  t.root.running = false;
  t.Give(t.Planet({t.root.endpoint, *Endpoint::Parse("10.0.0.2/9993")}));
  t.lab.Run(30000);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
  const vl1::ConnectivityInfo info = t.Diagnosis();
  CHECK_FALSE(info.roots[0].endpoints[0].refused);
  CHECK(info.roots[0].endpoints[0].tries > 0);
  CHECK(info.roots[0].endpoints[1].refused);
}

TEST_CASE("no local socket of the family of any root's endpoint; once there is one, the root is found") {
  Pair t;
  t.Give(t.Planet({t.root.endpoint}));
  const vl1::BoundSocket six{{0}, *Endpoint::Parse("fd00::1/9993")}, four{{1}, t.leaf.endpoint};
  t.leaf.vl1->SetLocalSockets(t.lab.now(), std::span(&six, 1));
  t.lab.Run(1);
  CHECK(t.Told() == Connectivity::kOffline);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kNoLocalSocket});
  CHECK(t.Diagnosis().roots[0].endpoints[0].refused);
  const vl1::BoundSocket both[] = {six, four, {{0}, t.leaf.endpoint}};
  t.leaf.vl1->SetLocalSockets(t.lab.now(), both);
  t.lab.Run(10000);
  CHECK(t.Told() == Connectivity::kOnline);
}

TEST_CASE("a wall clock before this program was written is named beside what else there is") {
  for (const int64_t wall : {int64_t{0}, vl1::kEarliestWall.ms - 1, vl1::kLatestWall.ms}) {
    Pair t;
    t.root.running = false;
    t.Give(t.Planet({t.root.endpoint}));
    t.lab.Run(30000);
    const Now wrong{t.lab.now().mono, {wall}};
    CHECK(t.leaf.vl1->Diagnose(wrong).reasons == Reasons{OfflineReason::kClockAbsurd, OfflineReason::kUdpBlocked});
  }
}

// The root that the leaf's planet names, as far as the leaf can tell: the test holds its key.
struct FakeRoot : Pair {
  FakeRoot() {
    root.running = false;
    lab.tap = [this](const Endpoint& from, const Endpoint&, Bytes& bytes) {
      if (from == leaf.endpoint) hello = bytes;
      return true;
    };
    Give(Planet({root.endpoint}));
    lab.Run(20000);
    REQUIRE(ToldReasons() == Reasons{OfflineReason::kUdpBlocked});
  }
  void Answer(Verb verb, const Bytes& payload, const SecretIdentity& who) {
    lab.Inject(leaf, root.endpoint, MakePacket(who, leaf.secret.identity(), {.verb = verb, .payload = payload}));
    lab.Run(1);
  }
  Bytes hello;  // the last one of the leaf
};

TEST_CASE("a root that answers with a version we may not talk to") {
  FakeRoot t;
  wire::OkHello ok;
  ok.in_re = wire::PacketView(t.hello).id();
  ok.protocol = 3;
  ok.surface = t.leaf.endpoint;
  Bytes payload(100);
  ByteWriter out(payload);
  ok.SerializeTo(out);
  payload.resize(out.size());
  t.Answer(Verb::kOk, payload, t.root.secret);
  CHECK(t.ToldReasons() == Reasons{OfflineReason::kVersionRefused, OfflineReason::kNoRootReachable});
  CHECK_FALSE(t.leaf.vl1->online());
}

TEST_CASE("something with another key answers at the root's endpoint") {
  const Reasons expected{OfflineReason::kRootKeyMismatch, OfflineReason::kNoRootReachable};
  SUBCASE("under the root's address") {
    FakeRoot t;
    Bytes packet = MakePacket(t.root.secret, t.leaf.secret.identity(), {.verb = Verb::kNop, .payload = Bytes(20)});
    packet[40] ^= 1;
    t.lab.Inject(t.leaf, t.root.endpoint, packet);
    t.lab.Run(1);
    CHECK(t.ToldReasons() == expected);
    t.lab.Run(vl1::kEvidenceLifetime + 10000);
    CHECK(t.ToldReasons() == Reasons{OfflineReason::kUdpBlocked});  // long ago explains nothing
  }
  SUBCASE("a HELLO with the root's address and another key") {
    FakeRoot t;
    const SecretIdentity other = *SecretIdentity::ParseText(kTestSecrets[4]);
    Identity claimed = other.identity();
    claimed.address = t.root.address();
    t.lab.Inject(t.leaf, t.root.endpoint, MakeHello(other, t.leaf.secret.identity(), {.claimed = claimed}));
    t.lab.Run(1);
    CHECK(t.ToldReasons() == expected);
  }
  SUBCASE("a HELLO of another node") {
    FakeRoot t;
    const SecretIdentity other = *SecretIdentity::ParseText(kTestSecrets[4]);
    t.lab.Inject(t.leaf, t.root.endpoint, MakeHello(other, t.leaf.secret.identity()));
    t.lab.Run(1);
    CHECK(t.ToldReasons() == expected);
  }
  SUBCASE("but not what comes from elsewhere, even in the root's name") {
    FakeRoot t;
    const SecretIdentity other = *SecretIdentity::ParseText(kTestSecrets[4]);
    t.lab.Inject(t.leaf, *Endpoint::Parse("10.9.0.1/1"), MakeHello(other, t.leaf.secret.identity()));
    Bytes packet = MakePacket(t.root.secret, t.leaf.secret.identity(), {.verb = Verb::kNop, .payload = Bytes(20)});
    packet[40] ^= 1;
    t.lab.Inject(t.leaf, *Endpoint::Parse("10.9.0.1/1"), packet);
    t.lab.Run(1);
    CHECK(t.ToldReasons() == Reasons{OfflineReason::kNoRootReachable});
  }
}

TEST_CASE("a root says our address belongs to another key: that and nothing else") {
  FakeRoot t;
  Bytes payload(10);
  ByteWriter out(payload);
  const wire::Error error{.in_re_verb = Verb::kHello,
                          .in_re = wire::PacketView(t.hello).id(),
                          .code = WireError::kIdentityCollision,
                          .data = {}};
  error.SerializeTo(out);
  t.Answer(Verb::kError, payload, t.root.secret);
  CHECK(t.leaf.collisions == 1);
  CHECK(t.Diagnosis().state == Connectivity::kOffline);
  CHECK(t.Diagnosis().reasons == Reasons{OfflineReason::kIdentityCollision});
}

}  // namespace
}  // namespace zt::testing
